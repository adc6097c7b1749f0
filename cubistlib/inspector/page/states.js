// What each hidden unit does on the data.

import { checkColumns } from "./evaluation.js";
import { paths } from "./paths.js";
import { eachBlock, firstUnits, wire } from "./wiring.js";

/** disconnected: not read. dead: 0 on every point. constant: one value on every point. */
export const STATES = ["disconnected", "dead", "constant", "live"];

// A stride through the rows, prime, so that the first block sees all of the data: units that vary
// show it there, and the rest of the rows need not be looked at.
const STRIDE = 1_000_003;

/**
 * What each hidden unit is, as networks/connectivity.py defines it, in single precision.
 * @param {import("./network.js").Network} network
 * @param {ArrayLike<number>[]} columns the points' coordinates
 * @returns {Uint8Array[]} a layer each, indices into STATES
 */
export function unitStates(network, columns) {
  const { fed, read } = paths(network), values = still(network, columns);
  return values.map((layer, l) => Uint8Array.from(layer, (value, unit) => {
    if (!read[l + 1][unit]) return 0;
    if (fed[l + 1][unit] && value === 0) return 1;
    return fed[l + 1][unit] && Number.isNaN(value) ? 3 : 2;
  }));
}

/**
 * The value of every hidden unit that has one alone on the points, else NaN, in single precision:
 * networks/still.py.
 * @param {import("./network.js").Network} network
 * @param {ArrayLike<number>[]} columns
 * @returns {Float32Array[]} a hidden layer each
 */
export function still(network, columns) {
  checkColumns(network, columns);
  const rows = columns[0].length, wiring = wire(network), { inputs, units, starts } = wiring;
  const value = new Float32Array(units);
  const look = (h, room, start, size) => {
    let doubt = false;
    for (let unit = inputs; unit < units; unit++) {
      const at = unit * room;
      if (start === 0) value[unit] = h[at];
      if (varies(h, at, size, value[unit])) value[unit] = NaN;
      else doubt ||= starts[unit + 1] > starts[unit];
    }
    return doubt;
  };
  const rowAt = rows % STRIDE ? (i) => (i * STRIDE) % rows : (i) => i;
  eachBlock(wiring, columns, look, { Kind: Float32Array, rowAt });
  const firsts = firstUnits(network.sizes);
  return network.sizes.slice(1, -1).map((size, l) => value.slice(firsts[l + 1], firsts[l + 1] + size));
}

// NaN, too, is seen to vary.
function varies(h, at, size, value) {
  for (let i = at; i < at + size; i++) if (h[i] !== value) return true;
  return false;
}
