// What lies on the bench: a network, what its removed weights were, and how it came about. A plain
// value; every verb gives a new one.

import { demand, isWhole } from "../checks.js";
import { short } from "../equation.js";
import { initialize } from "../initialize.js";
import { biasRule, makeNetwork, weightsKept } from "../network.js";
import { demandSeed, Generator } from "../random.js";
import { keepBest, removeOneByOne, RULES } from "../rules.js";
import { simplify } from "../simplify.js";
import { cubistSpiral, taken } from "../spiral.js";
import { once } from "../once.js";

/** Units of a layer that can be had here, and of one that is opened. */
export const WIDEST = 64, MOST_OPENED = 256;
const DEEPEST = 5;
const EVERY = 16; // of the points, those that rules look at: all would take minutes at width 16
const MOST_TRIED = 1300; // weights, which the rule that tries each takes some four seconds for
const BY_HAND = "parameters set, removed or restored by hand";

/** What the rules are, for people. */
export const RULE_NAMES = {
  magnitude: "magnitude", sensitivity: "SNIP's score", rise: "smallest rise in loss",
};

/**
 * @typedef {object} State
 * @property {import("../network.js").Network} network
 * @property {{weights: Float32Array[], biases: Float32Array[]}} values of removed parameters too
 * @property {import("../spiral.js").Points} points what it is measured and trained on
 * @property {string} biasRule "read": every bias counts whose unit is read; "pruned": one of 0 does not
 * @property {string[]} story how the network came about, step by step
 * @property {boolean} polished whether numbers are in it, or in what it was made of, that neither a
 *   fresh start nor training gave: set by hand, opened so, or of a link, which does not say
 * @property {string} kind "sgd" where nothing is polished and training that moved a number ran to its
 *   end in these numbers, else "polished"
 */

/** @returns {State} a network as it was found; told: what it is, in a few words */
export function opened(network, told, kind = "polished", points = cubistSpiral()) {
  const { sizes, weights, biases, kept } = network, read = biasRule(sizes, kept.weights);
  demand(sizes[0] === 2 && sizes.at(-1) === 1,
    `explorer: networks have 2 inputs and 1 output, this one is ${sizes.join("-")}`);
  const fits = Math.max(...sizes) <= MOST_OPENED;
  demand(fits, `explorer: at most ${MOST_OPENED} units a layer, this network is ${sizes.join("-")}`);
  const pruned = read.some((layer, l) => layer.some((is, unit) => is && !kept.biases[l][unit]));
  const context = { points, biasRule: pruned ? "pruned" : "read" };
  return { ...made(context, sizes, { weights, biases }, kept.weights), story: [told], kind, polished: kind !== "sgd" };
}

/** A dense network with new numbers. @param {number[]} hidden @param {number} seed @returns {State} */
export function fresh(hidden, seed, points = cubistSpiral()) {
  const fits = hidden.every((units) => isWhole(units, 1) && units <= WIDEST);
  demand(hidden.length && hidden.length <= DEEPEST && fits,
    `fresh start: hidden widths are 1 to ${DEEPEST} whole numbers 1 … ${WIDEST}, as 3, 3, 3`);
  demandSeed(seed, "fresh start");
  const told = `fresh start of ${hidden.join("-")}, seed ${seed} of the page's own generator`;
  return { ...opened(initialize(hidden, seed), told, "polished", points), polished: false };
}

/** A weight set to a value, and kept. @returns {State} at: where it stands in layer l */
export function withWeight(state, l, at, value) {
  demandFloat(value, "weight");
  return { ...back(state, l, at, value), polished: true };
}

/** A unit's bias set to a value. @returns {State} */
export function withBias(state, l, unit, value) {
  demandFloat(value, "bias");
  return { ...changed(state, { biases: put(state.values.biases, l, unit, value) }), polished: true };
}

/**
 * A kept weight removed, or a removed one back at the value that it last had; one that never had
 * any starts at 1/√fan_in, the bound of fresh starts. @returns {State}
 */
export function toggled(state, l, at) {
  const { kept, sizes } = state.network, value = state.values.weights[l][at];
  if (!kept.weights[l][at]) return back(state, l, at, value || 1 / Math.sqrt(sizes[l]));
  return changed(state, { kept: put(kept.weights, l, at, 0) });
}

/**
 * The network with `keep` weights, the best by a rule. oneByOne: scored anew after each removal.
 * @param {State} state
 * @param {number} keep
 * @param {string} rule a name of RULES
 * @returns {State}
 */
export function pruned(state, keep, rule, { oneByOne = false } = {}) {
  demand(rule !== "rise" || most(state) <= MOST_TRIED, `prune by ${RULE_NAMES.rise}: of at most ${MOST_TRIED} `
    + `weights, since each is tried, got ${most(state)}; prune by another rule first`);
  const { network } = state, stem = `pruned by ${RULE_NAMES[rule]}${oneByOne ? ", one at a time" : ""} to `;
  const { kept } = oneByOne ? removeOneByOne(network, keep, RULES[rule], few(state))
    : keepBest(network, keep, scores(state, rule));
  return { ...made(state, network.sizes, state.values, kept.weights), ...told(state, `${stem}${keep} weights`, stem) };
}

/** The network without the weights smaller than a bound. @param {number} least @returns {State} */
export function thresholded(state, least) {
  const { sizes, weights, kept } = state.network, stem = "weights below ";
  const left = kept.weights.map((layer, l) => layer.map((is, at) => is && Number(Math.abs(weights[l][at]) >= least)));
  return { ...made(state, sizes, state.values, left), ...told(state, `${stem}${short(least)} removed`, stem) };
}

/** The network without the weight that matters least by a rule; itself where none is left. @returns {State} */
export function oneRemoved(state, rule) {
  return most(state) ? pruned(state, most(state) - 1, rule, { oneByOne: true }) : state;
}

/** What does nothing on a state's points, and the network without it. */
export const idle = ({ network, points }) => simplify(network, points.columns);

/** The network without all that does nothing on the data: the same output. @returns {State} */
export function tidied(state, { network: { sizes, weights, biases, kept }, removed } = idle(state)) {
  if (!removed.length) return state;
  const left = made(state, sizes, { weights, biases }, kept.weights);
  return { ...left, ...told(state, "what does nothing taken out"), kind: state.kind };
}

/**
 * A unit more in a hidden layer, below the others, with weights from and to all and new numbers.
 * @param {State} state
 * @param {number} layer 1 …
 * @returns {State}
 */
export function unitAdded(state, layer) {
  const { sizes } = state.network;
  demand(sizes[layer] < WIDEST, `add a unit: at most ${WIDEST} units a layer`);
  const draw = new Generator(sizes.join("-"), "unit", layer);
  const random = (fan) => draw.uniform(-1, 1) / Math.sqrt(fan);
  const grown = (layers, value) => ({
    weights: layers.weights.map((values, l) => {
      if (l === layer - 1) return [...values, ...Array.from({ length: sizes[l] }, () => value(sizes[l]))];
      return l === layer ? rows(values, sizes[layer]).flatMap((row) => [...row, value(sizes[layer] + 1)]) : values;
    }),
    biases: layers.biases.map((values, l) => (l === layer - 1 ? [...values, value(sizes[l])] : values)),
  });
  return resized(state, layer, 1, grown(state.values, random), grown(state.network.kept, () => 1), "added to");
}

/** The network without one of its hidden units. @param {number} layer 1 … @returns {State} */
export function unitRemoved(state, layer, index) {
  const { sizes } = state.network;
  demand(layer > 0 && layer < sizes.length - 1, "remove a unit: only hidden ones can go");
  demand(sizes[layer] > 1, "remove a unit: a layer keeps at least one");
  const without = (values) => [...values.slice(0, index), ...values.slice(index + 1)];
  const shrunk = (layers) => ({
    weights: layers.weights.map((values, l) => {
      if (l === layer - 1) return without(rows(values, sizes[l])).flat();
      return l === layer ? rows(values, sizes[layer]).flatMap(without) : values;
    }),
    biases: layers.biases.map((values, l) => (l === layer - 1 ? without([...values]) : values)),
  });
  return resized(state, layer, -1, shrunk(state.values), shrunk(state.network.kept), "taken out of");
}

/**
 * What training has made of a state.
 * @param {State} state
 * @param {string} how
 * @param {boolean} ended whether it ran to its end
 * @returns {State}
 */
export function trained(state, network, how, ended) {
  const merge = (kind) => state.values[kind].map((layer, l) =>
    layer.map((value, i) => (network.kept[kind][l][i] ? network[kind][l][i] : value)));
  const values = { weights: merge("weights"), biases: merge("biases") };
  const moved = (kind) => values[kind].some((layer, l) => layer.some((value, i) => value !== state.values[kind][l][i]));
  const kind = ended && !state.polished && (moved("weights") || moved("biases")) ? "sgd" : "polished";
  return { ...made(state, network.sizes, values, network.kept.weights), ...told(state, how), kind };
}

// A network of the same kind and on the same points as a state's.
function made({ points, biasRule: counts }, sizes, { weights, biases }, kept) {
  const floats = (layer) => new Float32Array(layer);
  const values = { weights: weights.map(floats), biases: biases.map(floats) };
  const read = biasRule(sizes, kept), nonzero = (layer, l) => layer.map((is, unit) => is && Number(biases[l][unit] !== 0));
  const keptBiases = counts === "pruned" ? read.map(nonzero) : read;
  return { network: makeNetwork(sizes, values.weights, values.biases, kept, keptBiases), values, points, biasRule: counts };
}

// A weight kept, at a value.
function back(state, l, at, value) {
  const { values, network: { kept } } = state;
  return changed(state, { weights: put(values.weights, l, at, value), kept: put(kept.weights, l, at, 1) });
}

function changed(state, parts) {
  const { weights, biases, kept } = { ...state.values, kept: state.network.kept.weights, ...parts };
  return { ...made(state, state.network.sizes, { weights, biases }, kept), ...told(state, BY_HAND) };
}

function resized(state, layer, by, values, kept, what) {
  const sizes = state.network.sizes.map((size, l) => (l === layer ? size + by : size));
  return { ...made(state, sizes, values, kept.weights), ...told(state, `a unit ${what} hidden layer ${layer}`) };
}

// A line more of the story; in the place of the last one if that has the same beginning.
function told({ story, polished }, line, stem = line) {
  return { story: [...(story.at(-1).startsWith(stem) ? story.slice(0, -1) : story), line], kind: "polished", polished };
}

function demandFloat(value, what) {
  demand(Number.isFinite(Math.fround(value)), `a ${what} must be a number that float32 holds, within ±3.4e38`);
}

function put(layers, l, at, value) {
  return layers.map((layer, i) => (i === l ? layer.with(at, value) : layer));
}

const rows = (values, length) =>
  Array.from({ length: values.length / length }, (_, row) => [...values.slice(row * length, (row + 1) * length)]);

const few = once(({ points }) => points, ({ points }) =>
  taken(points, Array.from({ length: Math.ceil(points.labels.length / EVERY) }, (_, i) => i * EVERY)));

// Kept for a slider, which asks again and again.
const scored = once(({ network }) => network, () => ({}));
const scores = (state, rule) => (scored(state)[rule] ??= RULES[rule](state.network, few(state)));

/** The weights that can be asked for. @param {State} state */
export const most = (state) => weightsKept(state.network);

/** The largest |w|. @param {State} state */
export const largest = ({ network }) =>
  network.weights.reduce((most, layer) => layer.reduce((a, w) => Math.max(a, Math.abs(w)), most), 0);
