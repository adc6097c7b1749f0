// What each hidden unit does on the data.

import { checkColumns } from "./evaluation.js";
import { once } from "./once.js";
import { paths } from "./paths.js";
import { eachBlock, firstUnits, wire, withSources } from "./wiring.js";

/** disconnected: not read. dead: 0 on every point. constant: one value on every point. */
export const STATES = ["disconnected", "dead", "constant", "live"];

const FIRST = 512; // points from all over the data, on which most units that vary show it

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
  const wiring = wire(network), { inputs, units, starts } = wiring;
  const doubted = new Uint8Array(units).fill(1, inputs), wanted = new Uint8Array(units).fill(1);
  let value = null;
  const look = (h, room, _, size) => {
    value ??= Float32Array.from({ length: units }, (__, unit) => h[unit * room]);
    for (let unit = inputs; unit < units; unit++) {
      if (!doubted[unit]) continue;
      if (varies(h, unit * room, size, value[unit])) value[unit] = NaN;
      doubted[unit] = Number(!Number.isNaN(value[unit]) && starts[unit + 1] > starts[unit]);
    }
    wanted.set(doubted);
    withSources(wiring, wanted);
    return doubted.includes(1);
  };
  for (const points of [some(columns), columns]) {
    if (doubted.includes(1)) eachBlock(wiring, points, look, { Kind: Float32Array, wanted });
  }
  const firsts = firstUnits(network.sizes);
  return network.sizes.slice(1, -1).map((size, l) => value.slice(firsts[l + 1], firsts[l + 1] + size));
}

const some = once((columns) => columns, (columns) => {
  const every = Math.ceil(columns[0].length / FIRST);
  return columns.map((column) => Float32Array.from({ length: Math.ceil(column.length / every) }, (_, i) => column[i * every]));
});

// NaN, too, is seen to vary.
function varies(h, at, size, value) {
  for (let i = at; i < at + size; i++) if (h[i] !== value) return true;
  return false;
}
