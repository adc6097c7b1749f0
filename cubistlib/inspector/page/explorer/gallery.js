// Networks that are known, a click each.

import { makeNetwork } from "../network.js";
import { percent } from "./counters.js";
import { labelled, make, part } from "./dom.js";
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
 * @property {Known} [before] the same network, before it was pruned
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

const inShort = ({ parameters, accuracy }) => [make("b", { text: parameters }), ` ${percent(accuracy)}`];

/**
 * @param {import("./store.js").Store} store
 * @param {import("./beside.js").Second} second
 * @param {Known[]} networks
 */
export function gallery(store, second, networks) {
  const aside = make("input", { type: "checkbox" });
  const open = (known, shown) => {
    const { points } = store.state;
    if (aside.checked || known.before) second.open(fromGallery(known.before ?? known, points));
    if (!aside.checked || known.before) store.act(() => fromGallery(known, points));
    store.say(known.note ?? "");
    shown?.scrollIntoView({ block: "nearest" });
  };
  // What has been opened stands further up than what was pressed.
  const place = (pressed, known) =>
    pressed?.closest(".explorer")?.querySelector(aside.checked && !known.before ? ".beside" : ".part-graph");
  const button = (known) => make("button", { type: "button", "aria-label": described(known), onclick: (event) => open(known, place(event?.currentTarget, known)) },
    known.name && `${known.name} `, ...(known.before ? [...inShort(known.before), " → "] : []), ...inShort(known));
  const block = (group) => {
    const those = networks.filter((known) => known.group === group), [{ note }] = those;
    return make("div", { role: "group", "aria-label": group }, make("h3", { text: group }),
      ...(note ? [make("p", { class: "readout", text: note })] : []), make("div", { class: "chips" }, ...those.map(button)));
  };
  return part("gallery", "Gallery",
    make("p", { class: "readout", text: "Parameters that live, and the accuracy that they reach." }),
    labelled("open beside the first", aside),
    ...[...new Set(networks.map((known) => known.group))].map(block));
}
