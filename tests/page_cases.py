"""Cases for the network in the page: what the library says of networks, as JSON."""

import json

import numpy as np
from known import KNOWN, trained
from page_networks import flat, networks, published, random_network, wide, written
from page_rules import choices

import cubistlib as cl
from cubistlib.inspector.content import kept
from cubistlib.inspector.model import Model
from cubistlib.inspector.sources import catalogue
from cubistlib.inspector.specimen import Specimen
from cubistlib.inspector.units import Unit, equation
from cubistlib.inspector.view import View
from cubistlib.networks import unit_states
from cubistlib.plots.plane import grid, unit_maps
from cubistlib.search.verify import count

SAMPLED, SIDE, BATCH, TOLERANCE = 37, 12, 128, 1e-5


def in_double(net, x):
    """What every layer gives before the ReLU in double precision, (rows, units), and bounds.

    The bounds are of how far single precision is from that, as `verify` has them for double.
    """
    h, doubt, layers = x.astype(float), np.zeros(x.shape), []
    for weights, biases in zip(net.weights, net.biases, strict=True):
        w, b = weights[0].astype(float), biases[0].astype(float)
        rounding = (w.shape[1] + 2) * np.finfo(np.float32).eps
        doubt = doubt @ abs(w).T + rounding * (abs(h) @ abs(w).T + abs(b))
        layers.append((h @ w.T + b, doubt))
        h = np.maximum(layers[-1][0], 0)
    return layers


def in_single(net, x):
    """What every unit gives in single precision, each product and sum rounded, source by source."""
    h, layers = x.T, []
    for weights, biases in zip(net.weights, net.biases, strict=True):
        total = np.repeat(biases[0][:, None], h.shape[1], axis=1)
        for source, row in enumerate(h):
            total = total + weights[0][:, source, None] * row
        h = np.maximum(total, 0) if len(layers) < len(net.weights) - 1 else total
        layers.append(h)
    return np.concatenate(layers)


def rounding():
    """Networks with all units on some points in single precision."""
    x = cl.cubist_spiral()[0][::SAMPLED]
    for name, _, net, masks in published():
        yield {"name": name, "network": written(net, masks), "values": flat(in_single(net, x))}


def case(name, nets, masks, stride):
    """A network and all that is compared of it."""
    x, y = (part[::stride] for part in cl.cubist_spiral())
    net = masks.apply(nets)
    exact, doubt = (of[:, 0] for of in in_double(net, x)[-1])
    logits, loss = net.logits(x)[0], float(np.mean(np.logaddexp(0, exact) - y * exact))
    # The library computes in single precision: where large numbers cancel, a point or two of a
    # polished witness are taken for others.
    assert (abs(logits - exact) <= doubt).all()
    assert abs(net.evaluate(x, y)[1][0] - loss) <= doubt.mean() + 1e-6
    effective, done = cl.connectivity(masks), cl.simplify(net, masks, x)
    sizes = net.sizes
    units = [Unit(layer, i) for layer, size in enumerate(sizes) for i in range(min(size, 8))]
    expected = {
        "sampled": SAMPLED,
        "logits": logits[::SAMPLED].tolist(),
        "exact": exact[::SAMPLED].tolist(),
        "probabilities": (0.5 + 0.5 * np.tanh(exact[::SAMPLED] / 2)).tolist(),
        "tolerance": max(TOLERANCE, float((doubt / max(1, abs(exact).max())).max())),
        "loss": loss,
        "wrong": np.flatnonzero((exact > 0) != (y > 0.5)).tolist(),
        "states": flat(unit_states(net, masks, x)),
        "kept": counts(masks),
        "effective": counts(effective.effective),
        "side": SIDE,
        "maps": maps(net),
        "live": {
            "weights": int(done.live_weights[0]),
            "parameters": int(done.live_parameters[0]),
            "structure": list(done.structures[0]),
            "removed": [vars(removal) for removal in done.removed[0]],
            "network": written(done.network, done.masks),
        },
        "equations": [equation(Specimen(net, masks), unit) for unit in units],
    }
    return {"name": name, "network": written(net, masks), "stride": stride, "expected": expected}


def counts(masks):
    return {"weights": int(masks.weights_kept[0]), "parameters": int(masks.parameters_kept[0])}


def maps(net):
    """Maps of an input, of each layer's first and last unit, before and after the ReLU."""
    points = grid(SIDE)
    found = [{"layer": 0, "index": 1, "pre": False, "values": points[:, 1].tolist()}]
    exact = in_double(net, points)
    for pre in (False, True):
        drawn = unit_maps(net, SIDE, pre)
        for layer, (units, (values, doubt)) in enumerate(zip(drawn, exact, strict=True), start=1):
            values = values if pre or layer == len(exact) else np.maximum(values, 0)
            assert (abs(units.reshape(len(units), -1).T - values) <= doubt).all()
            for index in sorted({0, len(units) - 1}):
                column = values[:, index].tolist()
                found.append({"layer": layer, "index": index, "pre": pre, "values": column})
    return found


def trainings():
    """Hundred steps on some of the points, so that a hundred are twenty epochs."""
    x, y = cl.cubist_spiral()
    rows = np.arange(5 * BATCH) * 78
    order = np.concatenate([cl.data.epoch_order(len(rows), BATCH, e, 3) for e in range(20)])
    masked = random_network(2, (4, 4, 4), 0.8)
    biases = tuple(b & (np.arange(b.shape[1]) != 0) for b in masked[1].biases)
    dense = cl.Network.initialize((3, 3, 3), seed=33)
    starts = {
        "dense": (dense, cl.Masks.ones_like(dense)),
        "masked": masked,
        "with biases masked": (masked[0], cl.Masks(masked[1].weights, biases)),
        "trained before": trained(next(iter(KNOWN))),
        "of width 16": random_network(6, (16, 16, 16), 0.3),
    }
    cases = []
    for name, (nets, masks) in starts.items():
        # At a high rate a trained network goes its own way, whatever is rounded how.
        lr = 0.02 if name == "trained before" else 0.1
        for schedule in ("constant", "cosine", "step"):
            for decay in (0.0, 5e-4):
                config = cl.TrainConfig(lr, schedule, epochs=20, weight_decay=decay)
                done = cl.train(
                    nets, masks, x[rows], y[rows], config, order=order, trace=True, backend="torch"
                )
                moved = zip(done.network.weights, masks.apply(nets).weights, strict=True)
                assert min(abs(w - was).max() for w, was in moved) > 1e-3
                given = {"lr": lr, "schedule": schedule, "epochs": 20, "weightDecay": decay}
                expected = {
                    "network": written(done.network, done.masks),
                    "losses": done.batch_losses[:, 0].tolist(),
                    "rates": np.repeat(config.learning_rates(), 5).tolist(),
                }
                said = f"{name}, {schedule}, weight decay {decay}"
                start = written(nets, masks)
                cases.append(
                    {"name": said, "network": start, "config": given, "expected": expected}
                )
    return {"rows": rows.tolist(), "order": order.ravel().tolist(), "cases": cases}


def numbers():
    """Numbers and how Python writes them with three digits."""
    rng = np.random.default_rng(2)
    drawn = (10 ** rng.uniform(-12, 9, 2000)).astype(np.float32).astype(float)
    ties = (rng.integers(100, 1000, 500) + 0.5) * 2.0 ** -rng.integers(0, 8, 500)
    return [[value, f"{value:.3g}"] for value in (*drawn.tolist(), *ties.tolist(), 0.0)]


def witnesses():
    """Networks that are to be written down as witnesses, and how many parameters they have."""
    for name, witness, nets, masks in published():
        rule = witness.bias_rule
        yield witness_case(name, nets, masks, count(witness.weights, witness.biases, rule), rule)
    others = {name: trained(name) for name in KNOWN}
    others |= {f"random {seed}": random_network(seed, (4, 5, 3), 0.8) for seed in range(60, 68)}
    for name, (nets, masks) in {**others, "wide": wide(64, 73)}.items():
        done = cl.simplify(nets, masks, cl.cubist_spiral()[0])
        if done.live_weights[0]:
            yield witness_case(name, nets, masks, int(done.live_parameters[0]))


def witness_case(name, nets, masks, parameters, rule="read"):
    file = f"witness {name.replace('/', ' ')}.json"
    network = written(nets, masks)
    return {"file": file, "bias_rule": rule, "network": network, "parameters": parameters}


def views():
    """Views of two networks side by side: what the page is sent, and what the model shows."""
    nets = {"a": random_network(5, (4, 4, 4), 0.3), "b": random_network(6, (4, 4, 4), 1.0)}
    spiral = cl.cubist_spiral()
    model = Model(catalogue(nets, None, (), *spiral), *spiral)
    for text in ("algorithm=a&beside=b", "algorithm=b&beside=a", "algorithm=b&beside=a&keep=20"):
        view = model.checked(View.parse(text))
        shown = [counts(model.scene(each).specimen.masks) for each in model.views(view)]
        yield {"kept": kept(model, view), "expected": shown}


def spiral():
    """x₁, x₂ and labels of all points, float32, one after the other."""
    x, y = cl.cubist_spiral()
    return np.concatenate([x.T, y[None]]).astype("<f4").tobytes()


def write(folder):
    """All files of cases."""
    (folder / "spiral.bin").write_bytes(spiral())
    files = {
        "networks": [case(*each) for each in networks()],
        "rounding": list(rounding())[::4],
        "training": trainings(),
        "rules": choices(),
        "numbers": numbers(),
        "witnesses": list(witnesses()),
        "views": list(views()),
    }
    for name, cases in files.items():
        (folder / f"{name}.json").write_text(json.dumps(cases))
