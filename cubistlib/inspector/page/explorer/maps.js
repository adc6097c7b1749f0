// Maps of units as shares of their colour scale, −1 … 1.

import { weightsKept } from "../network.js";
import { grid, unitMap } from "../plane.js";
import { beforeRelu, eachBlock, firstUnits, wire, withSources } from "../wiring.js";

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
 * Small maps of units in one pass.
 * @param {import("../network.js").Network} network
 * @param {number} side
 * @param {Look} look with a shared scale all units are looked at
 * @param {ArrayLike<number>} [wanted] numbers of units, in the order of `units`; default: all
 * @returns {Shares[]} in the order of `units`, empty for other units
 */
export function allMaps(network, side, look, wanted) {
  const wiring = wire(network), maps = Array(wiring.units), needed = new Uint8Array(wiring.units);
  const asked = wanted && !look.shared ? wanted : needed.keys();
  for (const unit of asked) {
    maps[unit] = new Float64Array(side * side);
    needed[unit] = 1;
  }
  const visit = (h, room, start, size) => {
    maps.forEach((map, unit) => {
      const before = look.pre && unit >= wiring.inputs;
      const values = before ? beforeRelu(wiring, unit, h, room, size) : h.subarray(unit * room, unit * room + size);
      map.set(values, start);
    });
  };
  eachBlock(wiring, grid(side, { half: look.extent }), visit, { wanted: withSources(wiring, needed) });
  const kinds = network.sizes.flatMap((size, layer) => Array(size).fill(kindOf(network, layer, look)));
  const top = look.shared ? Math.max(...maps.map((map, unit) => (kinds[unit] === "hidden" ? largest(map) : 0))) : 0;
  return maps.map((values, unit) => scaled(values, kinds[unit], look, top));
}

/**
 * Tells of one network after another which units may say something else than before.
 * @returns {function(import("../network.js").Network): Int32Array} the numbers of units, in the order
 *   of `units`, each of which stays as long as what the unit says does
 */
export function tellingApart() {
  let last = null, turn = 0, turns;
  return (network) => {
    turn += 1;
    const units = network.sizes.reduce((a, b) => a + b), changed = new Uint8Array(units);
    if (String(last?.sizes) === String(network.sizes)) markChanged(last, network, changed);
    else {
      turns = new Int32Array(units);
      changed.fill(1);
    }
    last = network;
    return (turns = turns.map((before, unit) => (changed[unit] ? turn : before)));
  };
}

// Units with another bias or weight, and those that read them.
function markChanged(one, other, changed) {
  const { sizes } = other, firsts = firstUnits(sizes);
  other.weights.forEach((weights, l) => {
    const before = one.weights[l], width = sizes[l], source = firsts[l];
    for (let index = 0, at = 0; index < sizes[l + 1]; index++) {
      let is = other.biases[l][index] !== one.biases[l][index];
      for (let i = 0; i < width; i++, at++) is ||= weights[at] !== before[at] || (changed[source + i] === 1 && weights[at] !== 0);
      changed[firsts[l + 1] + index] = Number(is);
    }
  });
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
// The shares take the values' place.
function scaled(values, kind, { extent }, given) {
  const output = kind === "output", top = output ? 1 : kind === "input" ? extent : given || largest(values) || 1;
  for (let i = 0; i < values.length; i++) values[i] = output ? Math.tanh(values[i] / 2) : values[i] / top;
  return { shares: values, top };
}

function largest(values) {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]) || 0);
  return top;
}
