// A network as the list of its kept weights, unit by unit, and the passes through that list.
// What they cost follows the kept weights; every other file that computes goes through here.

const BLOCK = 512; // points at once: they stay in the processor's cache

/**
 * @typedef {object} Wiring units are numbered through the layers, the inputs first
 * @property {number} inputs
 * @property {number} units
 * @property {Int32Array} starts where the list of each unit's incoming weights begins, and its end
 * @property {Int32Array} sources the unit that each weight comes from
 * @property {Int32Array} places where each weight stands in its layer
 * @property {Float64Array} weights
 * @property {Float64Array} biases one a unit, those of the inputs unused
 * @property {Uint8Array} rectified whether a unit has a ReLU
 */

/**
 * @param {import("./network.js").Network} network
 * @param {number} [target] a unit: only what it depends on is wired, other units are idle
 * @returns {Wiring}
 */
export function wire({ sizes, weights, biases, kept }, target) {
  const inputs = sizes[0], units = sizes.reduce((a, b) => a + b), firsts = firstUnits(sizes);
  const needed = new Uint8Array(units).fill(target === undefined ? 1 : 0), starts = new Int32Array(units + 1);
  if (target !== undefined) needed[target] = 1;
  const eachKept = (layer, visit) => {
    const mask = kept.weights[layer - 1];
    for (let index = 0, at = 0; index < sizes[layer]; index++) {
      const unit = firsts[layer] + index;
      for (let source = firsts[layer - 1]; source < firsts[layer]; source++, at++) if (mask[at] && needed[unit]) visit(unit, source, at);
    }
  };
  for (let layer = sizes.length - 1; layer > 0; layer--) {
    eachKept(layer, (unit, source) => {
      needed[source] = 1;
      starts[unit + 1] += 1;
    });
  }
  for (let unit = 0; unit < units; unit++) starts[unit + 1] += starts[unit];
  const edges = starts[units], sources = new Int32Array(edges), places = new Int32Array(edges), values = new Float64Array(edges);
  let edge = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    eachKept(layer, (unit, source, at) => {
      sources[edge] = source;
      places[edge] = at;
      values[edge++] = weights[layer - 1][at];
    });
  }
  return {
    inputs, units, starts, sources, places, weights: values,
    biases: Float64Array.from([...new Float64Array(inputs), ...biases.flatMap((layer) => [...layer])]),
    rectified: new Uint8Array(units).fill(1, inputs, units - sizes.at(-1)),
  };
}

/** The number of each layer's first unit. @param {number[]} sizes */
export function firstUnits(sizes) {
  let next = 0;
  return sizes.map((size) => (next += size) - size);
}

/**
 * What every unit gives on some points. h holds `room` numbers a unit, of which `size` count; the
 * inputs' are there, the others are written. A Float32Array is computed in single precision, every
 * product and sum rounded, in the order of networks/still.py.
 * @param {Wiring} wiring
 * @param {Float64Array|Float32Array} h
 * @param {number} room
 * @param {number} size
 * @param {Uint8Array} [wanted] 1 for the units to compute, as `withSources` has them; default: all
 */
export function forward({ inputs, units, starts, sources, weights, biases, rectified }, h, room, size, wanted) {
  const single = h instanceof Float32Array, add = single ? addRounded : addScaled;
  const addFour = single ? addFourRounded : addFourScaled, rectify = single ? rectifyRounded : rectifyScaled;
  for (let unit = inputs; unit < units; unit++) {
    if (wanted && !wanted[unit]) continue;
    const at = unit * room;
    h.fill(biases[unit], at, at + size);
    const end = starts[unit + 1];
    let edge = starts[unit];
    for (; edge + 4 <= end; edge += 4) addFour(h, at, sources, weights, edge, room, size);
    for (; edge < end; edge++) add(h, at, h, sources[edge] * room, weights[edge], size);
    if (rectified[unit]) rectify(h, at, size);
  }
}

/** Adds to the units wanted those that they depend on. @param {Wiring} wiring @param {Uint8Array} wanted */
export function withSources({ inputs, units, starts, sources }, wanted) {
  for (let unit = units - 1; unit >= inputs; unit--) {
    for (let edge = starts[unit]; wanted[unit] && edge < starts[unit + 1]; edge++) wanted[sources[edge]] = 1;
  }
  return wanted;
}

/** What a unit gives before its ReLU, on points that `forward` has put through. @returns {Float64Array} */
export function beforeRelu({ starts, sources, weights, biases }, unit, h, room, size) {
  const found = new Float64Array(size).fill(biases[unit]);
  for (let edge = starts[unit]; edge < starts[unit + 1]; edge++) {
    addScaled(found, 0, h, sources[edge] * room, weights[edge], size);
  }
  return found;
}

/**
 * Slopes of a loss, added to `slopes`, from what each unit gave and the loss's slopes by the last
 * unit, the logit: its part of `deltas`; the rest of it is written over.
 * @param {Wiring} wiring
 * @param {Float64Array} h as `forward` left it
 * @param {Float64Array} deltas of the size of h
 * @param {{weights: Float64Array, biases: Float64Array}} slopes
 */
export function backward({ inputs, units, starts, sources, weights, rectified }, h, deltas, slopes, room, size) {
  deltas.fill(0, inputs * room, (units - 1) * room);
  for (let unit = units - 1; unit >= inputs; unit--) {
    const at = unit * room;
    if (rectified[unit]) stopWhereOff(h, deltas, at, size);
    slopes.biases[unit] += total(deltas, at, size);
    for (let edge = starts[unit]; edge < starts[unit + 1]; edge++) {
      const source = sources[edge] * room;
      slopes.weights[edge] += product(deltas, at, h, source, size);
      if (sources[edge] >= inputs) addScaled(deltas, source, deltas, at, weights[edge], size);
    }
  }
}

/**
 * Puts points through a network, a block at a time, until `visit` returns false.
 * @param {Wiring} wiring
 * @param {ArrayLike<number>[]} columns one an input
 * @param {function(Float64Array|Float32Array, number, number, number): (boolean|void)} visit gets h,
 *   its room a unit, the first row and how many rows
 * @param {{Kind: Function, wanted: Uint8Array}} [options] Float32Array for single precision; as
 *   `forward`, `visit` may change it
 */
export function eachBlock(wiring, columns, visit, { Kind = Float64Array, wanted } = {}) {
  const rows = columns[0].length, h = new Kind(wiring.units * BLOCK);
  const given = columns.map((column) => ArrayBuffer.isView(column) ? column : Float64Array.from(column));
  for (let start = 0; start < rows; start += BLOCK) {
    const size = Math.min(BLOCK, rows - start);
    for (let input = 0; input < wiring.inputs; input++) h.set(given[input].subarray(start, start + size), input * BLOCK);
    forward(wiring, h, BLOCK, size, wanted);
    if (visit(h, BLOCK, start, size) === false) return;
  }
}

function addScaled(to, at, from, start, factor, size) {
  for (let i = 0; i < size; i++) to[at + i] += factor * from[start + i];
}

function addRounded(to, at, from, start, factor, size) {
  for (let i = 0; i < size; i++) to[at + i] += Math.fround(factor * from[start + i]);
}

// Four weights at once, in the same order: the same numbers in half the time.
function addFourScaled(h, at, sources, weights, edge, room, size) {
  const a = sources[edge] * room, b = sources[edge + 1] * room, c = sources[edge + 2] * room;
  const d = sources[edge + 3] * room;
  const u = weights[edge], v = weights[edge + 1], w = weights[edge + 2], z = weights[edge + 3];
  for (let i = 0; i < size; i++) {
    h[at + i] = h[at + i] + u * h[a + i] + v * h[b + i] + w * h[c + i] + z * h[d + i];
  }
}

function addFourRounded(h, at, sources, weights, edge, room, size) {
  const a = sources[edge] * room, b = sources[edge + 1] * room, c = sources[edge + 2] * room;
  const d = sources[edge + 3] * room, round = Math.fround;
  const u = weights[edge], v = weights[edge + 1], w = weights[edge + 2], z = weights[edge + 3];
  for (let i = 0; i < size; i++) {
    const two = round(round(h[at + i] + round(u * h[a + i])) + round(v * h[b + i]));
    h[at + i] = round(round(two + round(w * h[c + i])) + round(z * h[d + i]));
  }
}

// NaN is passed on. One for each kind of array: a function that has seen both is slower on either.
function rectifyScaled(h, at, size) {
  for (let i = at; i < at + size; i++) if (h[i] <= 0) h[i] = 0;
}

function rectifyRounded(h, at, size) {
  for (let i = at; i < at + size; i++) if (h[i] <= 0) h[i] = 0;
}

function stopWhereOff(h, deltas, at, size) {
  for (let i = at; i < at + size; i++) if (h[i] <= 0) deltas[i] = 0;
}

function total(values, at, size) {
  let sum = 0;
  for (let i = at; i < at + size; i++) sum += values[i];
  return sum;
}

function product(a, at, b, start, size) {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[at + i] * b[start + i];
  return sum;
}
