// Maps of units as shares of their colour scale, −1 … 1.

import { EXTENT, grid, unitMap } from "../plane.js";
import { eachBlock, wire } from "../wiring.js";

/**
 * Small maps of all units in one pass.
 * @param {import("../network.js").Network} network
 * @param {number} side
 * @returns {{shares: Float64Array, top: number}[]} in the order of `units`
 */
export function allMaps(network, side) {
  const wiring = wire(network), maps = Array.from({ length: wiring.units }, () => new Float64Array(side * side));
  eachBlock(wiring, grid(side), (h, room, start, size) => {
    maps.forEach((map, unit) => map.set(h.subarray(unit * room, unit * room + size), start));
  });
  return maps.map((values, unit) => scaled(values, kindOf(unit, wiring)));
}

/** A large map of one unit. @returns {{shares: Float64Array, top: number}} */
export function oneMap(network, unit, side) {
  const last = network.sizes.length - 1, kind = { 0: "input", [last]: "output" }[unit.layer] ?? "hidden";
  return scaled(unitMap(network, unit, side), kind);
}

const kindOf = (unit, { inputs, units }) => (unit < inputs ? "input" : unit === units - 1 ? "output" : "hidden");

// An input ends its scale at the square's edge; a hidden unit at its largest value; the output is
// drawn as a probability, one half in the middle.
function scaled(values, kind) {
  if (kind === "output") return { shares: values.map((logit) => Math.tanh(logit / 2)), top: 1 };
  let top = kind === "input" ? EXTENT : 0;
  for (let i = 0; kind === "hidden" && i < values.length; i++) if (values[i] > top) top = values[i];
  top ||= 1;
  return { shares: values.map((value) => value / top), top };
}
