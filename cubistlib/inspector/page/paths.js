// Paths through a mask: which weights and units take part in the output at all.

import { biasRule, makeNetwork, parametersKept, weightsKept, withMask } from "./network.js";

/**
 * A unit is fed if some kept weight comes from a fed unit, read if some kept weight goes to a read
 * unit; inputs are fed, the output is read. A weight is effective if its source is fed and its
 * target is read. Source: networks/connectivity.py.
 * @param {import("./network.js").Network} network
 * @returns {{fed: Uint8Array[], read: Uint8Array[], effective: Uint8Array[]}} a layer each, those
 *   of units with the inputs first; effective: the weights on a path
 */
export function paths({ sizes, kept }) {
  const fed = sizes.map((size) => new Uint8Array(size)), read = sizes.map((size) => new Uint8Array(size));
  fed[0].fill(1);
  read.at(-1).fill(1);
  const effective = kept.weights.map((layer) => new Uint8Array(layer.length));
  const each = (l, visit) => {
    const layer = kept.weights[l];
    for (let unit = 0, at = 0; unit < sizes[l + 1]; unit++) {
      for (let source = 0; source < sizes[l]; source++, at++) if (layer[at]) visit(source, unit, at);
    }
  };
  for (let l = 0; l < effective.length; l++) each(l, (source, unit) => { fed[l + 1][unit] |= fed[l][source]; });
  for (let l = effective.length - 1; l >= 0; l--) {
    each(l, (source, unit, at) => {
      read[l][source] |= read[l + 1][unit];
      effective[l][at] = fed[l][source] & read[l + 1][unit];
    });
  }
  return { fed, read, effective };
}

/**
 * Weights on a path, and those with the biases that the rule gives them.
 * @param {import("./network.js").Network} network
 * @returns {{weights: number, parameters: number}}
 */
export function effectiveCounts(network) {
  const under = withMask(network, paths(network).effective);
  return { weights: weightsKept(under), parameters: parametersKept(under) };
}

/**
 * The same output with every pathless weight and unit gone: a unit that is read but not fed is the
 * constant relu(bias) and moves into the next layer's biases. Source: networks/connectivity.py.
 * @param {import("./network.js").Network} network
 * @returns {import("./network.js").Network} of the same shape
 */
export function fold(network) {
  const { sizes, weights } = network, { fed, effective } = paths(network);
  const biases = network.biases.map((layer) => Float64Array.from(layer));
  for (let l = 1; l < biases.length; l++) {
    const value = biases[l - 1].map((bias, unit) => (fed[l][unit] ? 0 : Math.max(bias, 0)));
    addConstants(biases[l], weights[l], value);
  }
  return makeNetwork(sizes, weights, biases, effective, biasRule(sizes, effective));
}

/**
 * Adds to a layer's biases what units of constant values give it; units of value 0 give nothing.
 * @param {Float64Array} biases
 * @param {Float32Array} weights the layer's
 * @param {ArrayLike<number>} values one a unit of the layer before
 */
export function addConstants(biases, weights, values) {
  for (let at = 0; at < weights.length; at++) {
    const value = values[at % values.length];
    if (value) biases[Math.floor(at / values.length)] += weights[at] * value;
  }
}
