// Pruning rules: how much every kept weight matters, and which are kept when k are asked for.

import { demand, isWhole } from "./checks.js";
import { crossEntropy, ofUnit } from "./evaluation.js";
import { gradient } from "./loss.js";
import { weightsKept, withMask } from "./network.js";
import { firstUnits, wire } from "./wiring.js";

/**
 * Scores of all weights, a layer each, larger is better; 0 where the mask has removed them.
 * @typedef {function(import("./network.js").Network, {columns: Float32Array[],
 *   labels: Uint8Array}): (Float32Array|Float64Array)[]} Rule
 */

/** |w|. @type {Rule} */
export const magnitude = (network) => network.weights.map((layer) => layer.map(Math.abs));

/** SNIP's |w · ∂L/∂w| on the points. Source: pruners/snip.py. @type {Rule} */
export function sensitivity(network, points) {
  const { wiring, slopes } = gradient(network, points);
  const scores = slopes.weights.map((slope, edge) => Math.abs(slope * wiring.weights[edge]));
  return inLayers(network, wiring, scores).map((layer) => Float32Array.from(layer));
}

/** How much the mean loss on the points rises when a weight alone is removed. @type {Rule} */
export function rise(network, points) {
  const wiring = wire(network), { weights } = wiring, before = loss(wiring, points);
  const scores = weights.map((weight, edge) => {
    weights[edge] = 0;
    const without = loss(wiring, points);
    weights[edge] = weight;
    return without - before;
  });
  return inLayers(network, wiring, scores);
}

/** The rules by name. */
export const RULES = { magnitude, sensitivity, rise };

/**
 * The network with exactly `keep` of its kept weights: those of the largest scores; of equal scores
 * the earlier weight stays; NaN ranks last. Source: pruners/parts/selection.py, `exact`.
 * @param {import("./network.js").Network} network
 * @param {number} keep
 * @param {ArrayLike<number>[]} scores a layer each
 * @returns {import("./network.js").Network} biases by the bias rule
 */
export function keepBest(network, keep, scores) {
  const kept = weightsKept(network);
  demand(isWhole(keep) && keep <= kept, `prune: keep must be 0 … ${kept}, got ${keep}`);
  const candidates = network.kept.weights.flatMap((layer, l) =>
    Array.from(layer.keys()).filter((at) => layer[at]).map((at) => ({ l, at, score: ranked(scores[l][at]) })));
  candidates.sort((a, b) => b.score - a.score); // stable
  const left = network.kept.weights.map((layer) => new Uint8Array(layer.length));
  for (const { l, at } of candidates.slice(0, keep)) left[l][at] = 1;
  return withMask(network, left);
}

/**
 * The same, one weight at a time, scored anew after each.
 * @param {import("./network.js").Network} network
 * @param {number} keep
 * @param {Rule} rule
 * @param {{columns: Float32Array[], labels: Uint8Array}} [points] for rules that look at data
 */
export function removeOneByOne(network, keep, rule, points) {
  do {
    const next = Math.max(keep, weightsKept(network) - 1);
    network = keepBest(network, next, rule(network, points));
  } while (weightsKept(network) > keep);
  return network;
}

// Numbers in the order of a wiring, back in their places.
function inLayers({ sizes, kept }, wiring, values) {
  const firsts = firstUnits(sizes);
  return kept.weights.map((layer, l) => {
    const placed = new Float64Array(layer.length), end = wiring.starts[firsts[l + 1] + sizes[l + 1]];
    for (let edge = wiring.starts[firsts[l + 1]]; edge < end; edge++) placed[wiring.places[edge]] = values[edge];
    return placed;
  });
}

function loss(wiring, { columns, labels }) {
  const logits = ofUnit(wiring, wiring.units - 1, columns);
  return logits.reduce((sum, logit, row) => sum + crossEntropy(logit, labels[row]), 0) / logits.length;
}

const ranked = (score) => (Number.isNaN(score) ? -Number.MAX_VALUE : Math.max(score, -Number.MAX_VALUE));
