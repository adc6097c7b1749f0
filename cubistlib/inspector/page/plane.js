// Maps: what a unit says over a square of the plane.

import { demand, isWhole } from "./checks.js";
import { checkColumns, ofUnit } from "./evaluation.js";
import { once } from "./once.js";
import { firstUnits, wire } from "./wiring.js";

/** Half the side of the square of the paper's viewer, [−2.25, 2.25]². */
export const EXTENT = 2.25;

/** Half the side of the square drawn of points: the viewer's, or more if some lie beyond. */
export const extentOf = once((points) => points, ({ columns }) => {
  const far = columns.reduce((most, column) => column.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
  return far <= EXTENT ? EXTENT : Math.ceil(far * 1.05 * 100) / 100;
});

/**
 * The points of a map, from the lowest row up.
 * @param {number} side points along a side
 * @param {{half: number, centre: number[]}} [square] half its side, and its middle
 * @returns {Float32Array[]} two columns of side² numbers
 */
export function grid(side, { half = EXTENT, centre = [0, 0] } = {}) {
  demand(isWhole(side, 1), `map: side must be a whole number ≥ 1, got ${side}`);
  const [across, up] = centre.map((middle) => line(middle - half, middle + half, side));
  const columns = [new Float32Array(side * side), new Float32Array(side * side)];
  for (let row = 0; row < side; row++) {
    columns[0].set(across, row * side);
    columns[1].fill(up[row], row * side, (row + 1) * side);
  }
  return columns;
}

function line(low, high, count) {
  const step = (high - low) / (count - 1);
  return Float32Array.from({ length: count }, (_, i) => (i && i === count - 1 ? high : low + (i && i * step)));
}

/**
 * One unit over a square of the plane.
 * @param {import("./network.js").Network} network of two inputs
 * @param {{layer: number, index: number}} unit layer 0 holds the inputs, the last one the output
 * @param {number} side points along a side
 * @param {{pre: boolean, half: number, centre: number[]}} [options] pre: before the ReLU
 * @returns {Float64Array} side² values, row by row, the first row the lowest; of the output, logits
 */
export function unitMap(network, { layer, index }, side, { pre = false, ...square } = {}) {
  const columns = grid(side, square);
  checkColumns(network, columns);
  demand(index < network.sizes[layer], `map: no unit ${index} in layer ${layer} of ${network.sizes.join("-")}`);
  const unit = firstUnits(network.sizes)[layer] + index, wiring = wire(network, unit);
  if (pre) wiring.rectified[unit] = 0;
  return ofUnit(wiring, unit, columns);
}
