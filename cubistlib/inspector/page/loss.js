// The mean loss of a network on labelled points, and its slopes by every kept parameter.

import { checkColumns } from "./evaluation.js";
import { backward, eachBlock, wire } from "./wiring.js";

/**
 * The loss of points that `forward` has put through a wiring; adds its slopes to `slopes`.
 * @param {import("./wiring.js").Wiring} wiring
 * @param {Float64Array} h
 * @param {Float64Array} deltas room for the slopes by units, of the size of h
 * @param {ArrayLike<number>} labels the first `size` count
 * @param {{weights: Float64Array, biases: Float64Array}} slopes
 * @param {number} rows of which the mean is taken; these may be a part of them
 * @returns {number} their part of the mean binary cross-entropy
 */
export function addSlopes(wiring, h, deltas, labels, slopes, room, size, rows) {
  const at = (wiring.units - 1) * room;
  let loss = 0;
  for (let i = 0; i < size; i++) {
    const logit = h[at + i], small = Math.exp(-Math.abs(logit));
    deltas[at + i] = ((logit < 0 ? small : 1) / (1 + small) - labels[i]) / rows;
    loss += Math.max(logit, 0) + Math.log1p(small) - labels[i] * logit;
  }
  backward(wiring, h, deltas, slopes, room, size);
  return loss / rows;
}

/** Zeros in the shape of a wiring's parameters. @param {import("./wiring.js").Wiring} wiring */
export const zerosLike = ({ weights, biases }) =>
  ({ weights: new Float64Array(weights.length), biases: new Float64Array(biases.length) });

/**
 * @param {import("./network.js").Network} network
 * @param {{columns: ArrayLike<number>[], labels: Uint8Array}} points
 * @returns {{wiring: import("./wiring.js").Wiring, slopes: {weights: Float64Array,
 *   biases: Float64Array}, loss: number}} slopes in the order of the wiring
 */
export function gradient(network, { columns, labels }) {
  checkColumns(network, columns);
  const wiring = wire(network), slopes = zerosLike(wiring), rows = labels.length;
  let deltas, loss = 0;
  eachBlock(wiring, columns, (h, room, start, size) => {
    deltas ??= new Float64Array(h.length);
    loss += addSlopes(wiring, h, deltas, labels.subarray(start, start + size), slopes, room, size, rows);
  });
  return { wiring, slopes, loss };
}
