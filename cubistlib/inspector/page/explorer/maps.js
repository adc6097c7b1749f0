// Maps of units as shares of their colour scale, −1 … 1.

import { weightsKept } from "../network.js";
import { grid, unitMap } from "../plane.js";
import { beforeRelu, eachBlock, firstUnits, wire } from "../wiring.js";

const SHARED_SIDE = 48; // of the maps that a scale shared by all hidden units is taken from

/**
 * How many points a side a map may have, so that it takes no more than some products.
 * @param {import("../network.js").Network} network
 * @param {{products: number, least: number, most: number}} bounds
 */
export const sideWithin = (network, { products, least, most }) =>
  Math.max(least, Math.min(most, Math.floor(Math.sqrt(products / (weightsKept(network) + 1)))));

/**
 * @typedef {object} Look how maps are drawn
 * @property {boolean} pre values before the ReLU; of the output, the logit
 * @property {boolean} shared one colour scale for all hidden units
 * @property {number} extent half the side of the square
 *
 * @typedef {{shares: Float64Array, top: number}} Shares top: the value of share 1
 */

/**
 * Small maps of all units in one pass.
 * @param {import("../network.js").Network} network
 * @param {number} side
 * @param {Look} look
 * @returns {Shares[]} in the order of `units`
 */
export function allMaps(network, side, look) {
  const wiring = wire(network), maps = Array.from({ length: wiring.units }, () => new Float64Array(side * side));
  eachBlock(wiring, grid(side, { half: look.extent }), (h, room, start, size) => {
    maps.forEach((map, unit) => {
      const before = look.pre && unit >= wiring.inputs;
      const values = before ? beforeRelu(wiring, unit, h, room, size) : h.subarray(unit * room, unit * room + size);
      map.set(values, start);
    });
  });
  const kinds = network.sizes.flatMap((size, layer) => Array(size).fill(kindOf(network, layer, look)));
  const top = look.shared ? Math.max(...maps.map((map, unit) => (kinds[unit] === "hidden" ? largest(map) : 0))) : 0;
  return maps.map((values, unit) => scaled(values, kinds[unit], look, top));
}

/** A large map of one unit. @returns {Shares} */
export function oneMap(network, unit, side, look) {
  const kind = kindOf(network, unit.layer, look), { pre, shared, extent } = look;
  const first = firstUnits(network.sizes)[1];
  const top = shared && kind === "hidden" ? allMaps(network, SHARED_SIDE, look)[first].top : 0;
  return scaled(unitMap(network, unit, side, { pre, half: extent }), kind, look, top);
}

/**
 * One unit of a network minus one of another.
 * @returns {Shares}
 */
export function differenceMap([one, other], side, { pre, extent }) {
  const values = ({ network, unit }) => {
    const found = unitMap(network, unit, side, { pre, half: extent });
    return !pre && unit.layer === network.sizes.length - 1 ? found.map((logit) => Math.tanh(logit / 2) / 2) : found;
  };
  const left = values(one), right = values(other), difference = left.map((value, i) => value - right[i]);
  return scaled(difference, "hidden", {}, 0);
}

function kindOf({ sizes }, layer, { pre }) {
  if (layer === 0) return "input";
  return layer === sizes.length - 1 && !pre ? "output" : "hidden";
}

// An input ends its scale at the square's edge; a hidden unit at its largest value or at the one
// that is given; the output is drawn as a probability, one half in the middle, or as a hidden unit.
function scaled(values, kind, { extent }, given) {
  if (kind === "output") return { shares: values.map((logit) => Math.tanh(logit / 2)), top: 1 };
  const top = kind === "input" ? extent : given || largest(values) || 1;
  return { shares: values.map((value) => value / top), top };
}

function largest(values) {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]) || 0);
  return top;
}
