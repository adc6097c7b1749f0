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
  const all = new Float64Array(kept), layers = network.kept.weights;
  let next = 0;
  for (let l = 0; l < layers.length; l++) {
    for (let at = 0; at < layers[l].length; at++) if (layers[l][at]) all[next++] = ranked(scores[l][at]);
  }
  all.sort();
  const least = keep ? all[kept - keep] : Infinity;
  let equal = keep - (kept - upper(all, least)); // of those at the bound so many stay
  return withMask(network, layers.map((layer, l) => layer.map((is, at) => {
    const score = is ? ranked(scores[l][at]) : -Infinity;
    return Number(score > least || (score === least && equal-- > 0));
  })));
}

// How many of some sorted numbers are not above one.
function upper(sorted, number) {
  let from = 0, to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] > number) to = middle;
    else from = middle + 1;
  }
  return from;
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
