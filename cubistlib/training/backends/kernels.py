"""The fused kernels: whole segments of training of one network after the other, compiled.

All arithmetic is on rows: what one unit gives on ROW samples, held in vector registers. A row
is a type of its own, whose operations are LLVM vector instructions; loops over edges around
them keep their sums in registers, whatever the shape of the network.

Rows and kernels share this file because numba's disk cache watches only the file of the
function that it compiled: a change to the rows must not leave old kernels behind.
"""

from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from cubistlib.support.compiled import compiled

ROW = 128
# Samples that a sum over a row first adds up to.
LANES = 16

FLOAT, INT = ir.FloatType(), ir.IntType(32)
FLOATS, INTS = ir.VectorType(FLOAT, ROW), ir.VectorType(INT, ROW)
PART = ir.VectorType(FLOAT, LANES)


class Row(types.Type):
    """ROW float32 in vector registers."""

    def __init__(self):
        super().__init__(name=f"Row({ROW})")


row = Row()


@register_model(Row)
class RowModel(models.PrimitiveModel):
    """What numba hands to LLVM for a row: one vector value."""

    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, FLOATS)


def operation(result, *arguments):
    """Turns emit(builder, *values), which writes LLVM instructions, into a numba function."""

    def make(emit):
        def lower(context, builder, signature, values):
            return emit(builder, *values)

        if len(arguments) == 1:
            return intrinsic(lambda context, a: (result(*arguments), lower))
        if len(arguments) == 2:
            return intrinsic(lambda context, a, b: (result(*arguments), lower))
        return intrinsic(lambda context, a, b, c: (result(*arguments), lower))

    return make


def constant(value: float) -> ir.Constant:
    return ir.Constant(FLOATS, [ir.Constant(FLOAT, float(np.float32(value)))] * ROW)


def call(builder, name, result, values, **flags):
    """A call of LLVM's own function of that name."""
    kind = ir.FunctionType(result, [v.type for v in values])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values, **flags)


@operation(row, types.float32)
def splat(builder, x):
    empty = ir.Constant(FLOATS, ir.Undefined)
    return builder.shuffle_vector(
        builder.insert_element(empty, x, INT(0)), empty, ir.Constant(INTS, [0] * ROW)
    )


add = operation(row, row, row)(ir.IRBuilder.fadd)
sub = operation(row, row, row)(ir.IRBuilder.fsub)
mul = operation(row, row, row)(ir.IRBuilder.fmul)
div = operation(row, row, row)(ir.IRBuilder.fdiv)


@operation(row, row, row, row)
def fma(builder, a, b, c):
    """a · b + c, rounded once."""
    return call(builder, f"llvm.fma.v{ROW}f32", FLOATS, [a, b, c])


@operation(row, row, row, row)
def where(builder, c, a, b):
    """a where c > 0, else b. NaN counts as above 0, so that it is passed on and seen."""
    return builder.select(builder.fcmp_unordered(">", c, constant(0)), a, b)


@operation(row, row, row)
def larger(builder, a, b):
    """The larger of both; a where a is NaN."""
    return builder.select(builder.fcmp_ordered("<", a, b), b, a)


@operation(row, row)
def power_of_two(builder, a):
    """2ⁿ from n + 1.5 · 2²³, whose lowest bits are n."""
    bits = builder.shl(builder.bitcast(a, INTS), ir.Constant(INTS, [23] * ROW))
    return builder.bitcast(builder.add(bits, ir.Constant(INTS, [127 << 23] * ROW)), FLOATS)


@operation(row, row, row)
def agree(builder, a, b):
    """1 where both are above 0 or neither is, else 0."""
    one, other = (builder.fcmp_ordered(">", v, constant(0)) for v in (a, b))
    return builder.select(builder.icmp_signed("==", one, other), constant(1), constant(0))


@operation(types.float32, row, row)
def dot(builder, a, b):
    """Σ a · b over the samples, always in the same order."""
    empty, sums = ir.Constant(FLOATS, ir.Undefined), [None, None]
    for start in range(0, ROW, LANES):
        lanes = ir.Constant(ir.VectorType(INT, LANES), list(range(start, start + LANES)))
        x, y = (builder.shuffle_vector(v, empty, lanes) for v in (a, b))
        chain = start // LANES % 2
        if sums[chain] is None:
            sums[chain] = builder.fmul(x, y)
        else:
            sums[chain] = call(builder, f"llvm.fma.v{LANES}f32", PART, [x, y, sums[chain]])
    values = [ir.Constant(FLOAT, -0.0), builder.fadd(*sums)]
    name = f"llvm.vector.reduce.fadd.v{LANES}f32"
    return call(builder, name, FLOAT, values, fastmath=("reassoc",))


def address(context, builder, array_type, array, at):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def row_address(context, builder, *place):
    return builder.bitcast(address(context, builder, *place), FLOATS.as_pointer())


@intrinsic
def entry(typing, array, at):
    """array[at] without a look at whether `at` is negative; whole numbers as intp."""
    kind = types.intp if isinstance(array.dtype, types.Integer) else array.dtype

    def lower(context, builder, signature, values):
        value = builder.load(address(context, builder, array, *values))
        return context.cast(builder, value, array.dtype, kind)

    return kind(array, types.intp), lower


@intrinsic
def increase(typing, array, at, value):
    """array[at] += value, likewise."""

    def lower(context, builder, signature, values):
        place = address(context, builder, array, *values[:2])
        builder.store(builder.fadd(builder.load(place), values[2]), place)

    return types.void(array, types.intp, array.dtype), lower


@intrinsic
def load(typing, array, at):
    """The row that starts at entry `at` of a float32 array."""

    def lower(context, builder, signature, values):
        place = row_address(context, builder, array, *values)
        return builder.load(place, align=4)

    return row(array, types.intp), lower


@intrinsic
def store(typing, array, at, value):
    """Writes a row from entry `at` of a float32 array on."""

    def lower(context, builder, signature, values):
        place = row_address(context, builder, array, *values[:2])
        builder.store(values[2], place, align=4)

    return types.void(array, types.intp, row), lower


def polynomial(*coefficients):
    """The numba function of a row that Horner's rule gives, highest power first."""

    @operation(row, row)
    def evaluate(builder, x):
        value = constant(coefficients[0])
        for c in coefficients[1:]:
            value = call(builder, f"llvm.fma.v{ROW}f32", FLOATS, [value, x, constant(c)])
        return value

    return evaluate


# (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2; source: Cephes, expf.
exp_tail = polynomial(
    1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5
)
# 2 artanh(s) / s as a series in s², to s¹⁴, for s ≤ 1/3.
artanh_series = polynomial(2 / 15, 2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2.0)


@compiled
def exp(x):
    """eˣ of a row for x ≤ 0; below −64 as at −64, so that nothing gets denormal."""
    x = larger(x, splat(-64.0))
    shift = splat(1.5 * 2**23)
    t = fma(x, splat(1.4426950408889634), shift)
    n = sub(t, shift)
    r = fma(n, splat(-0.693145751953125), x)
    r = fma(n, splat(-1.42860682030941723e-6), r)
    return mul(add(fma(exp_tail(r), mul(r, r), r), splat(1.0)), power_of_two(t))


@compiled
def log1p(x):
    """log(1 + x) of a row for 0 ≤ x ≤ 1, as 2 artanh(x / (2 + x))."""
    s = div(x, add(x, splat(2.0)))
    return mul(artanh_series(mul(s, s)), s)


@compiled
def decay(z):
    """e^−|z| of a row of logits: what probabilities and losses are made of."""
    return exp(where(z, sub(splat(0.0), z), z))


@compiled
def probability(z):
    """1 / (1 + e^−z) of a row of logits."""
    e = decay(z)
    return div(where(z, splat(1.0), e), add(splat(1.0), e))


@compiled
def cross_entropy(z, y):
    """log(1 + eᶻ) − y z of a row of logits and one of labels."""
    return sub(add(where(z, z, splat(0.0)), log1p(decay(z))), mul(y, z))


@compiled
def gather(table, rows, share, batches):
    """Fills `batches` with samples: a step's inputs, its labels, and each sample's share.

    table: (data rows, inputs + 1), the labels last. rows: (steps, batch). What is missing to
    whole rows of vectors repeats the last sample, with share 0.
    batches: (steps, inputs + 2, samples), samples ≥ batch.
    """
    steps, size = rows.shape
    shares = table.shape[1]
    for step in range(steps):
        for column in range(shares):
            for at in range(size):
                batches[step, column, at] = table[rows[step, at], column]
            batches[step, column, size:] = batches[step, column, size - 1]
        batches[step, shares, :size] = share
        batches[step, shares, size:] = 0


class Wiring(NamedTuple):
    """n networks as lists of edges, one row a network, cost following the kept weights.

    Unit 0 is the constant 1, whose outgoing edges are the biases; then come the inputs, then
    the units from which kept weights lead to the output, layer by layer, the output last.
    Edges are sorted by the unit that they enter. Parameters that cannot reach the output have
    no edge, only a place behind the edges: nothing but weight decay acts on them.

    units: (n,) how many units. incoming: (n, units + 1), edges of unit u are
    incoming[u] … incoming[u + 1] − 1; source: (n, places), the unit an edge leaves.
    outgoing: (n, units + 1) into exits and targets: (n, places), the edges that leave a unit and
    the units that they enter. place: (n, places), an edge's parameter in `flatten`'s rows.
    twins: (n, units), 1 where a unit and the next have the same sources and the same targets;
    they are computed together. No unit has two twins.
    """

    units: np.ndarray
    incoming: np.ndarray
    source: np.ndarray
    outgoing: np.ndarray
    exits: np.ndarray
    targets: np.ndarray
    place: np.ndarray
    twins: np.ndarray


@compiled
def wires_of(wiring, n):
    """The wiring of network n alone, a row of each array."""
    return Wiring(
        np.intp(wiring.units[n]),
        wiring.incoming[n],
        wiring.source[n],
        wiring.outgoing[n],
        wiring.exits[n],
        wiring.targets[n],
        wiring.place[n],
        wiring.twins[n],
    )


@compiled
def forward(inputs, wires, weights, values):
    """Fills `values`, a row a unit, behind the inputs; gives the logits, a row."""
    incoming, source, twins = wires.incoming, wires.source, wires.twins
    zero, unit, units = splat(0.0), 1 + inputs, wires.units
    z = zero
    while unit < units:
        first, stop = entry(incoming, unit), entry(incoming, unit + 1)
        z, other = zero, zero
        if entry(twins, unit):
            for edge in range(first, stop):
                h = load(values, entry(source, edge) * ROW)
                z = fma(splat(entry(weights, edge)), h, z)
                other = fma(splat(entry(weights, edge + stop - first)), h, other)
            store(values, (unit + 1) * ROW, where(other, other, zero))
        else:
            for edge in range(first, stop):
                h = load(values, entry(source, edge) * ROW)
                z = fma(splat(entry(weights, edge)), h, z)
        store(values, unit * ROW, where(z, z, zero))
        unit += 1 + entry(twins, unit)
    return z


@compiled
def predict(batch, at, stride, inputs, wires, weights, values):
    """Logits, labels and shares, three rows, of the block of samples at entry `at` of `batch`."""
    for i in range(inputs):
        store(values, (1 + i) * ROW, load(batch, at + i * stride))
    y = load(batch, at + inputs * stride)
    share = load(batch, at + (inputs + 1) * stride)
    return forward(inputs, wires, weights, values), y, share


@compiled
def backward(d, inputs, wires, weights, values, slopes):
    """Adds every edge's ∂L/∂weight to `slopes`, from the row d = ∂L/∂logit.

    A unit's ∂L/∂z takes the place of its value, which nothing reads any more by then.
    """
    outgoing, exits, targets = wires.outgoing, wires.exits, wires.targets
    zero, unit = splat(0.0), wires.units - 1
    store(values, unit * ROW, d)
    add_slopes(d, unit, wires, values, slopes)
    while unit > 1 + inputs:
        unit -= 1 + entry(wires.twins, unit - 2)
        first, stop = entry(outgoing, unit), entry(outgoing, unit + 1)
        d, other = zero, zero
        if entry(wires.twins, unit):
            for at in range(first, stop):
                after = load(values, entry(targets, at) * ROW)
                d = fma(splat(entry(weights, entry(exits, at))), after, d)
                twin = entry(exits, at + stop - first)
                other = fma(splat(entry(weights, twin)), after, other)
            d = where(load(values, unit * ROW), d, zero)
            other = where(load(values, (unit + 1) * ROW), other, zero)
            store(values, (unit + 1) * ROW, other)
            add_twin_slopes(d, other, unit, wires, values, slopes)
        else:
            for at in range(first, stop):
                after = load(values, entry(targets, at) * ROW)
                d = fma(splat(entry(weights, entry(exits, at))), after, d)
            d = where(load(values, unit * ROW), d, zero)
            add_slopes(d, unit, wires, values, slopes)
        store(values, unit * ROW, d)


@compiled
def add_slopes(d, unit, wires, values, slopes):
    """Adds ∂L/∂weight of the edges into a unit, from its row d = ∂L/∂z."""
    for edge in range(entry(wires.incoming, unit), entry(wires.incoming, unit + 1)):
        increase(slopes, edge, dot(d, load(values, entry(wires.source, edge) * ROW)))


@compiled
def add_twin_slopes(d, other, unit, wires, values, slopes):
    """The same for a unit and its twin, whose edges follow."""
    first, stop = entry(wires.incoming, unit), entry(wires.incoming, unit + 1)
    for edge in range(first, stop):
        h = load(values, entry(wires.source, edge) * ROW)
        increase(slopes, edge, dot(d, h))
        increase(slopes, edge + stop - first, dot(other, h))


@compiled
def update(weights, velocities, slopes, rate, momentum, weight_decay):
    """One step of gradient descent with momentum; `slopes` are zero afterwards."""
    for place in range(len(weights)):
        v = momentum * velocities[place] + slopes[place] + weight_decay * weights[place]
        velocities[place] = v
        weights[place] -= rate * v
        slopes[place] = 0


@compiled
def exp_less_one(x):
    """e⁸ˣ − 1 of a float32, without a branch, call or division; to 4e-4 of it up to |8x| = 5.

    And to 4e-6 up to 2: the series of s = eˣ − 1, doubled three times by (1 + s)² − 1 = s (s + 2).
    """
    low = np.float32(1 / 2) + x * np.float32(1 / 6)
    high = np.float32(1 / 24) + x * np.float32(1 / 120)
    s = x + x * x * (low + x * x * high)
    s *= s + np.float32(2)
    s *= s + np.float32(2)
    return s * (s + np.float32(2))


@compiled
def update_bent(weights, velocities, slopes, bent, rate, factors):
    """The same step and a hyperbolic one after it, which acts where `bent` is 1."""
    momentum, weight_decay = factors[0], factors[1]
    eighth = np.float32(1 / 8) * rate
    alpha, beta = eighth * factors[2], eighth * factors[3]
    most = np.float32(1 / 8) * factors[4]
    for place in range(len(weights)):
        g = slopes[place]
        v = momentum * velocities[place] + g + weight_decay * weights[place]
        w = weights[place] - rate * v
        power = alpha * (-g if w > 0 else g) - beta
        power = max(-most, min(most, power)) * bent[place]
        velocities[place] = v
        weights[place] = w + w * exp_less_one(power)
        slopes[place] = 0


@compiled
def advance(
    first, stop, batches, wiring, weights, velocities, bent, rates, factors, losses, values
):
    """Trains networks first … stop − 1, one after the other, a step an entry of `batches`.

    weights, velocities: (n, places) float32, changed in place. bent: (n, places) float32, 1 where
    a hyperbolic step acts, or without places if none does. factors: momentum, weight decay, and
    of that step α, β and the largest power. losses: (steps, n) float32, or without steps when
    nobody asked. values: room for the units of one network.
    """
    steps, columns, samples = batches.shape
    inputs, batch = columns - 2, batches.reshape(-1)
    slopes = np.zeros(weights.shape[1], np.float32)
    store(values, 0, splat(1.0))
    for n in range(first, stop):
        w, v, wires = weights[n], velocities[n], wires_of(wiring, n)
        for step in range(steps):
            loss = np.float32(0)
            for at in range(step * columns * samples, (step * columns + 1) * samples, ROW):
                z, y, share = predict(batch, at, samples, inputs, wires, w, values)
                if len(losses):
                    loss += dot(cross_entropy(z, y), share)
                d = mul(sub(probability(z), y), share)
                backward(d, inputs, wires, w, values, slopes)
            if bent.shape[1]:
                update_bent(w, v, slopes, bent[n], rates[n], factors)
            else:
                update(w, v, slopes, rates[n], factors[0], factors[1])
            if len(losses):
                losses[step, n] = loss


@compiled
def differentiate(batches, wiring, weights, slopes, values):
    """∂L/∂weight of every edge on the one step of `batches`: slopes (n, places), added to."""
    _, columns, samples = batches.shape
    inputs, batch = columns - 2, batches.reshape(-1)
    store(values, 0, splat(1.0))
    for n in range(len(weights)):
        w, wires = weights[n], wires_of(wiring, n)
        for at in range(0, samples, ROW):
            z, y, share = predict(batch, at, samples, inputs, wires, w, values)
            d = mul(sub(probability(z), y), share)
            backward(d, inputs, wires, w, values, slopes[n])


@compiled
def imitate(batches, wiring, weights, slopes, values, goals):
    """The same of KL(p ‖ q), a sample's p and q being what a network's logit z and its goal say.

    goals: (n, samples) float32, logits. ∂KL/∂z = p (1 − p) (z − goal).
    """
    _, columns, samples = batches.shape
    inputs, batch, goal = columns - 2, batches.reshape(-1), goals.reshape(-1)
    store(values, 0, splat(1.0))
    for n in range(len(weights)):
        w, wires = weights[n], wires_of(wiring, n)
        for at in range(0, samples, ROW):
            z, _, share = predict(batch, at, samples, inputs, wires, w, values)
            p, off = probability(z), sub(z, load(goal, n * samples + at))
            d = mul(mul(mul(p, sub(splat(1.0), p)), off), share)
            backward(d, inputs, wires, w, values, slopes[n])


@compiled
def evaluate(first, stop, points, wiring, weights, correct, loss, values):
    """Sums over all points of what is classified rightly and of the loss, network by network.

    points: as `batches`, one step with shares 1. correct, loss: (n,) float64, added to.
    """
    _, columns, samples = points.shape
    inputs, batch = columns - 2, points.reshape(-1)
    store(values, 0, splat(1.0))
    for n in range(first, stop):
        w, wires = weights[n], wires_of(wiring, n)
        for at in range(0, samples, ROW):
            z, y, share = predict(batch, at, samples, inputs, wires, w, values)
            correct[n] += dot(agree(z, y), share)
            loss[n] += dot(cross_entropy(z, y), share)
