// What lives in a network: the same logits on the data, with all that does nothing there gone.
// The same fixpoint as networks/simplify.py, whose rounding to single precision it follows.

import { biasRule, parametersKept, weightsKept, withMask } from "./network.js";
import { addConstants, fold } from "./paths.js";
import { still } from "./states.js";

// Inputs of two units whose directions differ by less, as an angle, are proportional.
const ANGLE = 1e-6;

/**
 * @typedef {object} Removal a part that did nothing
 * @property {number} layer 1 …, the output's is the last
 * @property {number} unit from 0
 * @property {string} why "zero" (the weight from unit `other` of the layer before is exactly 0),
 *   "no path", "dead", "constant" or "merged" (into unit `other`, whose input is proportional)
 * @property {number|null} other
 */

/**
 * A network without all that does nothing on the points, again and again until nothing changes.
 * @param {import("./network.js").Network} network
 * @param {ArrayLike<number>[]} columns the points' coordinates
 * @returns {{network: import("./network.js").Network, liveWeights: number, liveParameters: number,
 *   structure: number[], removed: Removal[]}} a network of the same shape, whose mask keeps what
 *   lives; hidden units that live in each layer; what was removed, in order
 */
export function simplify(network, columns) {
  const removed = [];
  let before;
  do {
    before = removed.length;
    const note = (layer, unit, why, other = null) => removed.push({ layer, unit, why, other });
    network = withoutZeros(network, note);
    network = withoutPathsThatEnd(network, note);
    network = withoutWhatStandsStill(network, columns, note);
    network = merged(network, note);
  } while (removed.length > before);
  const structure = network.kept.biases.slice(0, -1).map((layer) => layer.reduce((a, b) => a + b, 0));
  const liveWeights = weightsKept(network), liveParameters = parametersKept(network);
  return { network, liveWeights, liveParameters, structure, removed };
}

function withoutZeros(network, note) {
  const { sizes, weights, kept } = network;
  return withMask(network, kept.weights.map((layer, l) => layer.map((is, at) => {
    const zero = is && weights[l][at] === 0;
    if (zero) note(l + 1, Math.floor(at / sizes[l]), "zero", at % sizes[l]);
    return zero ? 0 : is;
  })));
}

function withoutPathsThatEnd(network, note) {
  const after = fold(network), there = hiddenUnits(after.sizes, after.kept.weights);
  hiddenUnits(network.sizes, network.kept.weights).forEach((layer, l) => layer.forEach((was, unit) => {
    if (was && !there[l][unit]) note(l + 1, unit, "no path");
  }));
  return after;
}

function withoutWhatStandsStill(network, columns, note) {
  const { sizes, weights } = network, kept = network.kept.weights.map((layer) => layer.slice());
  const biases = network.biases.map((layer) => Float64Array.from(layer));
  const there = hiddenUnits(sizes, kept);
  still(network, columns).forEach((value, l) => {
    const constant = value.map((v, unit) => (there[l][unit] && !Number.isNaN(v) ? v : 0));
    addConstants(biases[l + 1], weights[l + 1], constant);
    for (const [why, goes] of [["dead", (v) => v === 0], ["constant", (v) => v !== 0 && !Number.isNaN(v)]]) {
      value.forEach((v, unit) => {
        if (!there[l][unit] || !goes(v)) return;
        cut(sizes, kept, l + 1, unit);
        note(l + 1, unit, why);
      });
    }
  });
  return withMask({ sizes, weights, biases }, kept);
}

function merged(network, note) {
  const { sizes, biases } = network, kept = network.kept.weights.map((layer) => layer.slice());
  const weights = network.weights.map((layer) => Float64Array.from(layer));
  hiddenUnits(sizes, kept).forEach((connected, l) => {
    const inputs = inputsOf(sizes, weights, biases, l), size = inputs.map(norm), gone = new Set();
    for (const [one, other] of proportional(inputs, size, connected)) {
      if (gone.has(one) || gone.has(other)) continue;
      join(weights[l + 1], kept[l + 1], sizes[l + 1], one, other, size[other] / size[one]);
      gone.add(other);
      note(l + 1, other, "merged", one);
    }
    for (const unit of gone) cut(sizes, kept, l + 1, unit);
  });
  return withMask({ sizes, weights, biases }, kept);
}

// The readers of a unit read another in its place, times a factor.
function join(weights, kept, units, one, other, factor) {
  for (let row = 0; row < weights.length; row += units) {
    weights[row + one] += factor * weights[row + other];
    kept[row + one] |= kept[row + other];
  }
}

// Of every unit of hidden layer l + 1 its weights and bias.
function inputsOf(sizes, weights, biases, l) {
  const row = (unit) => weights[l].subarray(unit * sizes[l], (unit + 1) * sizes[l]);
  return Array.from(biases[l], (bias, unit) => Float64Array.of(...row(unit), bias));
}

// Pairs of units, the earlier one first, whose inputs point the same way.
function proportional(inputs, size, connected) {
  const ways = inputs.map((input, unit) => input.map((value) => value / size[unit])), pairs = [];
  for (let one = 0; one < ways.length; one++) {
    for (let other = one + 1; connected[one] && other < ways.length; other++) {
      if (connected[other] && dot(ways[one], ways[other]) > 1 - ANGLE ** 2 / 2) pairs.push([one, other]);
    }
  }
  return pairs;
}

const norm = (vector) => Math.sqrt(dot(vector, vector));

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

// Which hidden units have a weight, in or out.
function hiddenUnits(sizes, kept) {
  const readers = biasRule(sizes, kept).slice(0, -1);
  return readers.map((layer, l) => layer.map((read, unit) =>
    read || kept[l].subarray(unit * sizes[l], (unit + 1) * sizes[l]).includes(1)));
}

// Takes a unit out of a hidden layer.
function cut(sizes, kept, layer, unit) {
  const before = sizes[layer - 1], units = sizes[layer];
  kept[layer - 1].fill(0, unit * before, (unit + 1) * before);
  for (let at = unit; at < kept[layer].length; at += units) kept[layer][at] = 0;
}
