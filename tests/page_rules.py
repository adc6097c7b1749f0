"""Pruning rules for the page: the library's scores of networks, and which weights they keep."""

import numpy as np
from known import KNOWN, trained
from page_networks import flat, random_network, written

import cubistlib as cl
from cubistlib.pruners.parts.selection import magnitudes, select
from cubistlib.pruners.snip import sensitivity


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
