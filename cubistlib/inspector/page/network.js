// A network and its mask as a plain value, which can be sent to a worker as it is.

import { demand, isWhole } from "./checks.js";
import { once } from "./once.js";

const WIDEST = 10_000; // units of a layer, as in support/types.py

/**
 * @typedef {object} Layers an array a layer, of weights row-major out × in, and of biases
 * @property {ArrayLike<number>[]} weights
 * @property {ArrayLike<number>[]} biases
 *
 * @typedef {object} Network ReLU after every hidden layer; masked entries are zero
 * @property {number[]} sizes units of every layer: [2, 3, 3, 3, 1]
 * @property {Float32Array[]} weights
 * @property {Float32Array[]} biases
 * @property {{weights: Uint8Array[], biases: Uint8Array[]}} kept 1 where a parameter is kept
 */

/**
 * A network; what its mask removes is zero. Throws an Error where shapes do not fit.
 * @param {number[]} sizes units of every layer, inputs and outputs included
 * @param {ArrayLike<number>[]} weights a layer each, row-major out × in
 * @param {ArrayLike<number>[]} biases
 * @param {ArrayLike<number>[]} [keptWeights] default: all
 * @param {ArrayLike<number>[]} [keptBiases] default: by the bias rule
 * @returns {Network}
 */
export function makeNetwork(sizes, weights, biases, keptWeights, keptBiases) {
  checkSizes(sizes);
  keptWeights ??= lengths(sizes).map((length) => new Uint8Array(length).fill(1));
  checkLengths("weights", weights, lengths(sizes));
  checkLengths("kept weights", keptWeights, lengths(sizes));
  keptBiases ??= biasRule(sizes, keptWeights);
  checkLengths("biases", biases, sizes.slice(1));
  checkLengths("kept biases", keptBiases, sizes.slice(1));
  const kept = { weights: keptWeights.map(bits), biases: keptBiases.map(bits) };
  return {
    sizes: [...sizes],
    weights: weights.map((layer, l) => masked(layer, kept.weights[l])),
    biases: biases.map((layer, l) => masked(layer, kept.biases[l])),
    kept,
  };
}

/**
 * The same network under another mask of its weights, the biases by the bias rule.
 * @param {Network} network
 * @param {ArrayLike<number>[]} keptWeights
 */
export function withMask({ sizes, weights, biases }, keptWeights) {
  return makeNetwork(sizes, weights, biases, keptWeights);
}

/**
 * Masks of biases: a hidden unit's is kept if and only if the unit keeps an outgoing weight, the
 * output's always. Source: networks/masks.py.
 * @param {number[]} sizes
 * @param {ArrayLike<number>[]} keptWeights
 * @returns {Uint8Array[]}
 */
export function biasRule(sizes, keptWeights) {
  return sizes.slice(1).map((units, layer) => {
    const after = keptWeights[layer + 1];
    if (!after) return new Uint8Array(units).fill(1);
    const kept = new Uint8Array(units);
    for (let i = 0; i < after.length; i++) if (after[i]) kept[i % units] = 1;
    return kept;
  });
}

/** Weights that the mask keeps: the paper's "weights". @param {Network} network */
export const weightsKept = once((network) => network, ({ kept }) => counted(kept.weights));

/** Weights and biases that the mask keeps: the paper's "model". @param {Network} network */
export const parametersKept = (network) => weightsKept(network) + counted(network.kept.biases);

/** How many weights each layer has. @param {number[]} sizes */
export const lengths = (sizes) => sizes.slice(1).map((units, layer) => units * sizes[layer]);

/** Whether all parameters are numbers. @param {Network} network */
export const finite = ({ weights, biases }) =>
  [...weights, ...biases].every((layer) => layer.every(Number.isFinite));

// Plain loops: of wide networks layers have ten thousands of weights.
function counted(layers) {
  let sum = 0;
  for (const layer of layers) for (let i = 0; i < layer.length; i++) sum += layer[i];
  return sum;
}

function bits(layer) {
  const found = new Uint8Array(layer.length);
  for (let i = 0; i < layer.length; i++) if (layer[i]) found[i] = 1;
  return found;
}

function masked(layer, kept) {
  const found = new Float32Array(layer.length);
  for (let i = 0; i < layer.length; i++) if (kept[i]) found[i] = layer[i];
  return found;
}

function checkSizes(sizes) {
  const fits = (size) => isWhole(size, 1) && size <= WIDEST;
  const right = Array.isArray(sizes) && sizes.length >= 2 && sizes.every(fits);
  demand(right, `network: sizes must be two or more whole numbers 1 … ${WIDEST}, got ${JSON.stringify(sizes)}`);
}

function checkLengths(name, layers, allowed) {
  const depth = allowed.length;
  demand(layers?.length === depth, `network: ${name} must be of ${depth} layers, got ${layers?.length}`);
  layers.forEach((layer, l) => {
    const length = layer?.length;
    demand(length === allowed[l], `network: ${name}[${l}] must hold ${allowed[l]} numbers, got ${length}`);
  });
}
