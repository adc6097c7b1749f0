"""How far every point is on its side of the boundary, in double precision, and what moves it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cubistlib.networks import Masks, Network


@dataclass(frozen=True)
class Parameters:
    """The kept parameters of one network as a vector, unit by unit, layer by layer.

    units: (layer, unit, sources, whether it has a bias) of every unit that has parameters; in
    the vector its weights stand in the order of their sources, then its bias. sizes: units in
    every layer, inputs and outputs included.
    """

    units: tuple[tuple[int, int, tuple[int, ...], bool], ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, masks: Masks) -> "Parameters":
        """Those that a stack of one mask keeps."""
        units = []
        for layer, (w, b) in enumerate(zip(masks.weights, masks.biases, strict=True)):
            for unit in np.flatnonzero(w[0].any(1) | b[0]):
                sources = tuple(int(s) for s in np.flatnonzero(w[0, unit]))
                units.append((layer, int(unit), sources, bool(b[0, unit])))
        return cls(tuple(units), masks.sizes)

    def vector(self, net: Network) -> np.ndarray:
        """The values of a stack of one, (p,) float64."""
        parts = [np.zeros(0)]
        for layer, unit, sources, bias in self.units:
            parts.append(net.weights[layer][0, unit, list(sources)])
            parts.append(net.biases[layer][0, [unit] * bias])
        return np.concatenate(parts).astype(np.float64)

    def arrays(self, values: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights (out, in) and biases (out,) of every layer, float64."""
        weights = [np.zeros((out, into)) for into, out in pairwise(self.sizes)]
        biases = [np.zeros(out) for out in self.sizes[1:]]
        at = 0
        for layer, unit, sources, bias in self.units:
            weights[layer][unit, list(sources)] = values[at : at + len(sources)]
            at += len(sources)
            if bias:
                biases[layer][unit] = values[at]
            at += bias
        return weights, biases

    def logits(self, values: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The logit on rows x (rows, in), (rows,) float64."""
        return self._forward(values, x)[0]

    def slopes(self, values: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The logits on rows x and ∂logit/∂parameter, (p, rows) float64."""
        z, outputs = self._forward(values, x)
        found = np.empty((len(values), len(x)))
        slope = {(len(self.sizes) - 2, 0): np.ones(len(x))}
        at = len(values)
        for layer, unit, sources, bias in reversed(self.units):
            own = slope.pop((layer, unit), None)
            at -= len(sources) + bias
            if own is None:  # nobody reads it
                found[at : at + len(sources) + bias] = 0
                continue
            if layer < len(self.sizes) - 2:
                own = own * (outputs[layer + 1, unit] > 0)
            for i, source in enumerate(sources):
                h = outputs.get((layer, source))
                found[at + i] = 0 if h is None else own * h
                if layer and h is not None:
                    back = own * values[at + i]
                    key = layer - 1, source
                    slope[key] = slope[key] + back if key in slope else back
            if bias:
                found[at + len(sources)] = own
        return z, found

    def _forward(self, values: np.ndarray, x: np.ndarray):
        """The logits, and what every unit gives by (layer, unit), the inputs being layer 0.

        Sums over a unit's inputs are taken in their order, row by row, by no library of matrices:
        what that gives may depend on its threads.
        """
        outputs = {(0, i): x[:, i].astype(np.float64) for i in range(self.sizes[0])}
        at, last, z = 0, len(self.sizes) - 2, np.zeros(len(x))
        for layer, unit, sources, bias in self.units:
            z = np.full(len(x), values[at + len(sources)] if bias else 0.0)
            for i, source in enumerate(sources):
                if (layer, source) in outputs:
                    z += values[at + i] * outputs[layer, source]
            at += len(sources) + bias
            if layer < last:
                outputs[layer + 1, unit] = np.maximum(z, 0)
        return z, outputs


def margins(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each logit in the direction of its label: above 0 is right, but for a logit of 0 exactly."""
    return np.where(y > 0.5, logits, -logits)


def wrong(logits: np.ndarray, y: np.ndarray) -> int:
    """Points on the wrong side; a logit of 0 is class 0, as everywhere."""
    return int(((logits > 0) != (y > 0.5)).sum())


def scores(
    nets: Network, masks: Masks, data: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Points right, (n,) int64, and mean binary cross-entropy, (n,) float64, of every network.

    data: rows x (rows, in) and labels y (rows,). All sums are in double precision.
    """
    x, y = data
    correct, loss = [], []
    for i in range(len(nets)):
        parameters = Parameters.of(masks[i])
        logits = parameters.logits(parameters.vector(nets[i]), x)
        correct.append(len(x) - wrong(logits, y))
        loss.append(np.logaddexp(0, -margins(logits, y)).mean())
    return np.array(correct, np.int64), np.array(loss)
