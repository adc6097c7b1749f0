"""Which kept parameters do what: the lists along which the fused kernels run."""

import numpy as np

from cubistlib.networks import Masks, Network, Stack
from cubistlib.support.checks import require
from cubistlib.support.compiled import compiled
from cubistlib.training.backends.kernels import LANES, Wiring


def flatten(stack: Stack) -> np.ndarray:
    """All parameters of a network in a row, and a last column of zeros that is none: (n, p + 1).

    The order: first layer's weights, first layer's biases, second layer's weights, …
    """
    layers = zip(stack.weights, stack.biases, strict=True)
    parts = [p.reshape(len(stack), -1) for layer in layers for p in layer]
    return np.concatenate([*parts, np.zeros((len(stack), 1), stack.dtype)], axis=1)


def pick(nets: Network, wiring: Wiring) -> np.ndarray:
    """The kept parameters, in the order of the wiring: (n, places) float32, zero where none is."""
    return np.take_along_axis(flatten(nets), wiring.place, axis=1)


def put_back(values: np.ndarray, wiring: Wiring, like: Network) -> Network:
    """The inverse of `pick`: networks in the shape of `like`, zero where nothing is kept."""
    arrays = [p for layer in zip(like.weights, like.biases, strict=True) for p in layer]
    ends = np.cumsum([a[0].size for a in arrays])
    rows = np.zeros((len(like), ends[-1] + 1), np.float32)
    np.put_along_axis(rows, wiring.place, values, axis=1)
    *found, _ = np.split(rows, ends, axis=1)
    parts = [p.reshape(a.shape).copy() for p, a in zip(found, arrays, strict=True)]
    return Network(tuple(parts[0::2]), tuple(parts[1::2]))


def wire(masks: Masks) -> Wiring:
    """The wiring of every mask of the stack. Raises ValueError for more than one output."""
    outputs = masks.sizes[-1]
    require(outputs == 1, f"the engine needs one output, the logit; got {outputs}")
    kept, n = flatten(masks), len(masks)
    units = 1 + sum(masks.sizes)
    # A count that vector instructions divide, so that updates need no rest loop.
    places = -(-int(masks.parameters_kept.max(initial=1)) // LANES) * LANES
    wiring = Wiring(
        units=np.zeros(n, np.int32),
        incoming=np.zeros((n, units + 1), np.int32),
        source=np.zeros((n, places), np.int32),
        outgoing=np.zeros((n, units + 1), np.int32),
        exits=np.zeros((n, places), np.int32),
        targets=np.zeros((n, places), np.int32),
        place=np.full((n, places), kept.shape[1] - 1, np.int64),
        twins=np.zeros((n, units), np.int8),
    )
    _wire_all(kept, np.array(masks.sizes), wiring)
    return wiring


@compiled
def _wire_all(kept, sizes, wiring):
    number = np.zeros(1 + sizes.sum(), np.int32)
    for n in range(len(kept)):
        units = _number_units(kept[n], sizes, number)
        wiring.units[n] = units
        incoming, source = wiring.incoming[n], wiring.source[n]
        _list_incoming(kept[n], sizes, number, incoming, source, wiring.place[n])
        outgoing, targets = wiring.outgoing[n], wiring.targets[n]
        _list_outgoing(units, incoming, source, outgoing, wiring.exits[n], targets)
        unit = 1 + sizes[0]
        while unit < units - 1:
            twin = _alike(unit, incoming, source) and _alike(unit, outgoing, targets)
            wiring.twins[n, unit] = twin
            unit += 1 + twin


@compiled
def _number_units(kept, sizes, number):
    """Numbers the units that reach the output, 0 for those that do not; how many there are."""
    number[:] = 0
    number[len(number) - 1] = 1
    after, weights = len(number) - 1, len(kept) - 1
    for layer in range(len(sizes) - 2, 0, -1):
        rows, columns = sizes[layer + 1], sizes[layer]
        weights -= rows * (columns + 1)
        before = after - columns
        for row in range(rows):
            if number[after + row]:
                for column in range(columns):
                    if kept[weights + row * columns + column]:
                        number[before + column] = 1
        after = before
    number[1:after] = 1
    units = 1
    for unit in range(1, len(number)):
        if number[unit]:
            number[unit] = units
            units += 1
    return units


@compiled
def _list_incoming(kept, sizes, number, incoming, source, place):
    edge, before, weights = 0, 1, 0
    incoming[: sizes[0] + 2] = 0
    for layer in range(len(sizes) - 1):
        columns, rows = sizes[layer], sizes[layer + 1]
        after, biases = before + columns, weights + rows * columns
        for row in range(rows):
            unit = number[after + row]
            if unit:
                if kept[biases + row]:
                    source[edge], place[edge] = 0, biases + row
                    edge += 1
                for column in range(columns):
                    if kept[weights + row * columns + column]:
                        source[edge] = number[before + column]
                        place[edge] = weights + row * columns + column
                        edge += 1
                incoming[unit + 1] = edge
        before, weights = after, biases + rows
    _list_inert(kept, sizes, number, place, edge)


@compiled
def _list_inert(kept, sizes, number, place, edge):
    """The kept parameters of units that do not reach the output, behind the edges."""
    after, weights = 1 + sizes[0], 0
    for layer in range(len(sizes) - 1):
        columns, rows = sizes[layer], sizes[layer + 1]
        for row in range(rows):
            if number[after + row] == 0:
                for column in range(columns):
                    if kept[weights + row * columns + column]:
                        place[edge] = weights + row * columns + column
                        edge += 1
                if kept[weights + rows * columns + row]:
                    place[edge] = weights + rows * columns + row
                    edge += 1
        after, weights = after + rows, weights + rows * (columns + 1)


@compiled
def _list_outgoing(units, incoming, source, outgoing, exits, targets):
    outgoing[:] = 0
    for edge in range(incoming[units]):
        outgoing[source[edge] + 1] += 1
    for unit in range(units):
        outgoing[unit + 1] += outgoing[unit]
    free = outgoing[:units].copy()
    for unit in range(units):
        for edge in range(incoming[unit], incoming[unit + 1]):
            at = free[source[edge]]
            exits[at], targets[at] = edge, unit
            free[source[edge]] += 1


@compiled
def _alike(unit, bounds, ends):
    """Whether a unit and the next have the same edges, by what is at their other ends."""
    start, middle, stop = bounds[unit], bounds[unit + 1], bounds[unit + 2]
    return np.array_equal(ends[start:middle], ends[middle:stop])
