// Networks that are known, a click each.

import { makeNetwork } from "../network.js";
import { percent } from "./counters.js";
import { make, part } from "./dom.js";
import { opened } from "./state.js";

/**
 * @typedef {object} Known a network as a witness's file holds it
 * @property {string} group
 * @property {string} name of the algorithm, if one made it
 * @property {string} recipe how it was found
 * @property {string} [note] what can be seen in it, for the reader who opens it
 * @property {string} kind "sgd" or "polished"
 * @property {number} parameters that live
 * @property {number} correct
 * @property {number} accuracy
 * @property {number[]} hidden
 * @property {number[][][]} weights
 * @property {number[][]} biases
 */

/** @param {Known} known @param {import("../spiral.js").Points} [points] the spiral's @returns {import("./state.js").State} */
export function fromGallery(known, points) {
  const flat = known.weights.map((layer) => layer.flat());
  const kept = flat.map((layer) => layer.map((weight) => weight !== 0));
  const network = makeNetwork([2, ...known.hidden, 1], flat, known.biases, kept);
  return opened(network, `${described(known)} (${known.recipe})`, known.kind, points);
}

const described = ({ parameters, accuracy, group, name }) =>
  `${parameters} parameters, ${percent(accuracy)}, ${group}${name && `: ${name}`}`;

/**
 * @param {import("./store.js").Store} store
 * @param {Known[]} networks
 */
export function gallery(store, networks) {
  const open = (known) => {
    store.act(({ points }) => fromGallery(known, points));
    if (known.note) store.say(known.note);
  };
  const button = (known) => make("button", { type: "button", "aria-label": described(known), onclick: () => open(known) },
    known.name && `${known.name} `, make("b", { text: known.parameters }), ` ${percent(known.accuracy)}`);
  const block = (group) => {
    const those = networks.filter((known) => known.group === group), [{ note }] = those;
    return make("div", { role: "group", "aria-label": group }, make("h3", { text: group }),
      ...(note ? [make("p", { class: "readout", text: note })] : []), make("div", { class: "chips" }, ...those.map(button)));
  };
  return part("gallery", "Gallery",
    make("p", { class: "readout", text: "Parameters that live, and the accuracy that they reach." }),
    ...[...new Set(networks.map((known) => known.group))].map(block));
}
