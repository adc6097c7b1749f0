// What a network says of points: logits, probabilities, accuracy, loss, which points are wrong.

import { demand } from "./checks.js";
import { eachBlock, wire } from "./wiring.js";

/**
 * The output unit on points, in double precision.
 * @param {import("./network.js").Network} network
 * @param {ArrayLike<number>[]} columns one an input
 * @returns {Float64Array}
 */
export function logits(network, columns) {
  checkColumns(network, columns);
  const wiring = wire(network, network.sizes.reduce((a, b) => a + b) - 1);
  return ofUnit(wiring, wiring.units - 1, columns);
}

/** What one unit of a wiring gives on points. @returns {Float64Array} */
export function ofUnit(wiring, unit, columns) {
  const found = new Float64Array(columns[0].length);
  eachBlock(wiring, columns, (h, room, start, size) => {
    found.set(h.subarray(unit * room, unit * room + size), start);
  });
  return found;
}

/** The probability of class 1. @param {number} logit */
export const probability = (logit) => 1 / (1 + Math.exp(-logit));

/** Binary cross-entropy of a logit against a label 0 or 1. */
export const crossEntropy = (logit, label) =>
  Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - label * logit;

/**
 * A network on labelled points. A logit above 0 is class 1, anything else class 0.
 * @param {import("./network.js").Network} network
 * @param {{columns: ArrayLike<number>[], labels: ArrayLike<number>}} points
 * @returns {{accuracy: number, loss: number, wrong: Int32Array}} a share; the mean; the rows of
 *   points that are not classified rightly
 */
export function evaluate(network, { columns, labels }) {
  const found = logits(network, columns);
  let loss = 0;
  for (let row = 0; row < found.length; row++) loss += crossEntropy(found[row], labels[row]);
  return { ...classified(found, labels), loss: loss / found.length };
}

/** What logits are right about. @returns {{accuracy: number, wrong: Int32Array}} as `evaluate` */
export function classified(logits, labels) {
  const wrong = [], rows = logits.length;
  for (let row = 0; row < rows; row++) if (logits[row] > 0 !== labels[row] > 0.5) wrong.push(row);
  return { accuracy: 1 - wrong.length / rows, wrong: Int32Array.from(wrong) };
}

/** Throws an Error unless there are points, of as many coordinates as the network has inputs. */
export function checkColumns({ sizes }, columns) {
  demand(columns.length === sizes[0], `points must have ${sizes[0]} coordinates, got ${columns.length}`);
  demand(columns[0].length > 0, "points must be one or more, got none");
}
