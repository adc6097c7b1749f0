"""Cases for the network in the page: networks, and what the library says of them, as JSON."""

import json
from itertools import pairwise

import numpy as np
from known import KNOWN, trained

import cubistlib as cl
from cubistlib.inspector.specimen import Specimen
from cubistlib.inspector.units import Unit, equation
from cubistlib.networks import unit_states
from cubistlib.plots.plane import grid, unit_maps
from cubistlib.pruners.parts.selection import magnitudes, select
from cubistlib.pruners.snip import sensitivity
from cubistlib.search.witness import Witness
from cubistlib.support import paths

SAMPLED, SIDE, TOLERANCE = 37, 12, 1e-5
STEPS, BATCH = 100, 128


def flat(layers):
    """Every layer of a stack of one as one list."""
    return [np.ravel(layer).tolist() for layer in layers]


def written(nets, masks):
    """A network, a stack of one, as JSON has it."""
    masks, nets = masks[:1], masks.apply(nets)[:1]
    return {
        "sizes": list(nets.sizes),
        "weights": flat(nets.weights),
        "biases": flat(nets.biases),
        "kept_weights": flat(w.astype(int) for w in masks.weights),
        "kept_biases": flat(b.astype(int) for b in masks.biases),
    }


def published():
    """The witnesses of the frontier: name -> (witness, networks, masks)."""
    for file in sorted(paths.published("frontier").glob("*/*.json")):
        witness = Witness.read(file)
        yield f"{file.parent.name}/{file.stem}", witness, witness.network, witness.masks


def random_network(seed, hidden, density):
    """A network with units that copy others, weights of zero, dead units and masked ones."""
    rng, sizes = np.random.default_rng(seed), (2, *hidden, 1)
    nets = cl.Network.initialize(hidden, seed=seed)
    masks = [rng.random((1, out, into)) < density for into, out in pairwise(sizes)]
    for weights, biases, mask in zip(nets.weights, nets.biases, masks, strict=True):
        weights *= np.float32(2)
        weights[rng.random(weights.shape) < 0.1] = 0
        biases[rng.random(biases.shape) < 0.1] = -9
        if weights.shape[1] > 3:
            weights[:, 1], biases[:, 1] = 3 * weights[:, 0], 3 * biases[:, 0]
            mask[:, 1] = mask[:, 0]
    masks = cl.Masks.from_weights(masks)
    # Both classes on the data.
    nets.biases[-1][:] -= np.median(masks.apply(nets).logits(cl.cubist_spiral()[0][::50]))
    return nets, masks


def by_hand(weights, biases):
    """A network of these layers, its weights of NaN masked."""
    values = [np.array(w, float) for w in weights]
    masks = cl.Masks.from_weights([~np.isnan(w) for w in values])
    return cl.Network.from_arrays([np.nan_to_num(w) for w in values], biases), masks


def degenerate():
    """Networks of which little is left: name -> (networks, masks)."""
    dense = cl.Network.initialize((3, 3, 3), seed=1)
    nothing = cl.Masks.from_weights([np.zeros(w.shape, bool) for w in dense.weights])
    dead = dense[0]
    dead.biases[1][:] = -100
    almost = np.sort(cl.cubist_spiral()[0][:, 0])[-3]
    N, eye = np.nan, [[1, np.nan], [np.nan, 1]]
    return {
        "nothing kept": (dense, nothing),
        "a dead layer": (dead, cl.Masks.ones_like(dead)),
        "units of one value, fed and unfed": by_hand(
            [eye, [[1, N], [N, 1e-30]], [[1, N], [N, N]], [[1, 2]]],
            [[0, 0], [0, 5], [0, 0.7], [0.1]],
        ),
        "proportional units": by_hand(
            [[[1, 2], [3, 6], [-1, -2]], [[1, -1, 2], [0.7, 1, N]], [[1, -1]]],
            [[1, 3, -1], [0.5, 0.2], [0]],
        ),
        "two that cancel": by_hand([[[1, 2], [2, 4]], [[-2, 1]]], [[1, 2], [0]]),
        "weights of zero": by_hand([[[0, 1], [0, 0]], [[1, 0]]], [[0, 0.3], [0]]),
        "a unit that is on at few points": by_hand(
            [[[1, N], [1, -1]], [[1, 1]]], [[-almost, 0.5], [-0.3]]
        ),
        "a unit that reads one that nobody feeds": by_hand(
            [[[1, N], [N, N]], [[N, 2], [1, 1]], [[1, -1]]], [[0, 0.5], [0.1, 0], [0]]
        ),
    }


def wide(width, seed):
    """A network of that width with few units connected, and some weights on no path."""
    nets, rng = cl.Network.initialize((width, width, width), seed=seed), np.random.default_rng(seed)
    chosen = [np.arange(2), *(rng.choice(width, 6, replace=False) for _ in range(3)), [0]]
    masks = [rng.random(w.shape) < 0.001 for w in nets.weights]
    for mask, (into, out) in zip(masks, pairwise(chosen), strict=True):
        mask[0][np.ix_(out, into)] |= rng.random((len(out), len(into))) < 0.6
    return nets, cl.Masks.from_weights(masks)


def networks():
    """All networks, with every how many-th point they are looked at: (name, nets, masks, n)."""
    yield from ((name, *trained(name), 1) for name in KNOWN)
    yield from ((name, nets, masks, 1) for name, _, nets, masks in published())
    yield from ((name, *of, 1) for name, of in degenerate().items())
    rng = np.random.default_rng(0)
    for seed in range(30):
        hidden = tuple(int(d) for d in rng.integers(1, 7, rng.integers(1, 5)))
        yield f"random {seed}", *random_network(seed, hidden, rng.uniform(0.5, 1)), 5
    yield "width 16", *random_network(50, (16, 16, 16), 0.5), 7
    yield "width 16, dense", *random_network(51, (16, 16, 16), 1.0), 23
    yield "width 256", *wide(256, 52), 7
    yield "width 64, dense", *random_network(53, (64, 64, 64), 1.0), 101


def in_double(net, x):
    """Logits in double precision, and bounds of how far those in single precision are from them.

    The bounds are those of rounding in any order, as in `verify`.
    """
    h, doubt, eps = x.astype(float), np.zeros(x.shape), np.finfo(np.float32).eps
    for layer, (weights, biases) in enumerate(zip(net.weights, net.biases, strict=True), start=1):
        w, b = weights[0].astype(float), biases[0].astype(float)
        size = abs(h) @ abs(w).T + abs(b)
        doubt = doubt @ abs(w).T + (w.shape[1] + 2) * eps * size
        h = h @ w.T + b
        h = np.maximum(h, 0) if layer < len(net.weights) else h
    return h[:, 0], doubt[:, 0]


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
    logits, (accuracy, loss) = net.logits(x)[0], net.evaluate(x, y)
    exact, doubt = in_double(net, x)
    assert (abs(logits - exact) <= doubt).all()
    # Single precision takes three points of one polished witness for others; all else agrees.
    assert ((exact > 0) == (logits > 0))[abs(exact) > doubt].all()
    wrong = (exact > 0) != (y > 0.5)
    assert abs(wrong.mean() + accuracy[0] - 1) <= 3.5 / len(x)
    effective, done = cl.connectivity(masks), cl.simplify(net, masks, x)
    sizes = net.sizes
    units = [Unit(layer, i) for layer, size in enumerate(sizes) for i in range(min(size, 8))]
    expected = {
        "sampled": SAMPLED,
        "logits": logits[::SAMPLED].tolist(),
        "exact": exact[::SAMPLED].tolist(),
        "probabilities": (0.5 + 0.5 * np.tanh(exact[::SAMPLED] / 2)).tolist(),
        # Where large numbers cancel, the library's single precision is off by more than 1e-5.
        "tolerance": max(TOLERANCE, float((doubt / max(1, abs(exact).max())).max())),
        "accuracy": 1 - float(wrong.mean()),
        "loss": float(loss[0]),
        "wrong": np.flatnonzero(wrong).tolist(),
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
        "equations": [equation(Specimen(net, masks), unit) for unit in units]
        if sizes[0] == 2
        else [],
    }
    return {"name": name, "network": written(net, masks), "stride": stride, "expected": expected}


def counts(masks):
    return {"weights": int(masks.weights_kept[0]), "parameters": int(masks.parameters_kept[0])}


def maps(net):
    """Maps of an input, of each layer's first and last unit, before and after the ReLU."""
    found = [{"layer": 0, "index": 1, "pre": False, "values": grid(SIDE)[:, 1].tolist()}]
    for pre in (False, True):
        for layer, units in enumerate(unit_maps(net, SIDE, pre), start=1):
            for index in sorted({0, len(units) - 1}):
                values = units[index].ravel().tolist()
                found.append({"layer": layer, "index": index, "pre": pre, "values": values})
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


def choices():
    """Scores of rules, and which weights they keep."""
    x, y = cl.cubist_spiral()
    rows = np.arange(256) * 195
    starts = {
        "dense": random_network(11, (3, 3, 3), 1.0),
        "masked": random_network(2, (4, 4, 4), 0.8),
        "trained": trained(next(iter(KNOWN))),
        "width 16": random_network(50, (16, 16, 16), 0.5),
    }
    cases = []
    for name, (nets, masks) in starts.items():
        # Rounded, so that many weights tie.
        nets = masks.apply(cl.Network.of(lambda a: np.round(a * 8) / 8, nets))
        rules = {
            "magnitude": lambda masks, nets=nets: magnitudes(masks.apply(nets)),
            "sensitivity": lambda masks, nets=nets: sensitivity(
                masks.apply(nets), masks, (x[rows], y[rows])
            ),
            "rise": lambda masks, nets=nets: rises(masks.apply(nets), masks, x[rows], y[rows]),
        }
        for rule, scores in rules.items():
            found, total = scores(masks), int(masks.weights_kept[0])
            keeps = sorted({0, 1, total // 3, total // 2, total - 5, total - 1, total})
            chosen = [
                {"keep": keep, "kept": flat(kept.astype(int) for kept in among(found, keep, masks))}
                for keep in keeps
            ]
            cases.append(
                {
                    "name": name,
                    "rule": rule,
                    "network": written(nets, masks),
                    "scores": flat(found),
                    "chosen": chosen,
                    "last": one_by_one(masks, total - 9, scores),
                }
            )
    return {"rows": rows.tolist(), "cases": cases}


def among(scores, keep, masks):
    return select(scores, keep, among=masks.weights)


def one_by_one(masks, keep, scores):
    while masks.weights_kept[0] > keep:
        left = int(masks.weights_kept[0]) - 1
        masks = cl.Masks.from_weights(among(scores(masks), left, masks))
    return {"keep": keep, "kept": flat(w.astype(int) for w in masks.weights)}


def rises(nets, masks, x, y):
    """How much the loss rises without each kept weight, by the formula in double precision."""
    weights = [w[0].astype(float) for w in nets.weights]
    biases = [b[0].astype(float) for b in nets.biases]

    def loss():
        h = x.astype(float)
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            # No BLAS: its sums may depend on where a zero stands.
            h = (h[:, None, :] * w).sum(2) + b
            h = np.maximum(h, 0) if layer < len(weights) - 1 else h
        return float(np.mean(np.logaddexp(0, h[:, 0]) - y * h[:, 0]))

    before, scores = loss(), [np.zeros(w.shape) for w in masks.weights]
    for layer, kept in enumerate(masks.weights):
        for _, unit, source in np.argwhere(kept):
            value = weights[layer][unit, source]
            weights[layer][unit, source] = 0
            scores[layer][0, unit, source] = loss() - before
            weights[layer][unit, source] = value
    return scores


def numbers():
    """Numbers and how Python writes them with three digits."""
    rng = np.random.default_rng(2)
    drawn = (10 ** rng.uniform(-12, 9, 2000)).astype(np.float32).astype(float)
    ties = (rng.integers(100, 1000, 500) + 0.5) * 2.0 ** -rng.integers(0, 8, 500)
    return [[value, f"{value:.3g}"] for value in (*drawn.tolist(), *ties.tolist(), 0.0)]


def witnesses():
    """Networks that are to be written down as witnesses, and what may be claimed of them."""
    found = [(witness.bias_rule, nets, masks) for _, witness, nets, masks in published()]
    found += [("read", *trained(name)) for name in KNOWN]
    found += [("read", *random_network(seed, (4, 5, 3), 0.8)) for seed in range(60, 72)]
    found.append(("read", *wide(64, 73)))
    for number, (rule, nets, masks) in enumerate(found):
        done = cl.simplify(nets, masks, cl.cubist_spiral()[0])
        if done.live_weights[0]:
            claims = Witness.of(nets, masks, bias_rule=rule).claims
            file = f"witness-{number}.json"
            network = written(nets, masks)
            yield {"file": file, "bias_rule": rule, "network": network, "claims": claims._asdict()}


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
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
