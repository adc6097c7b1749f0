// The chosen unit in numbers, which can be changed: its bias and its weights, in and out.

import { unitName } from "../equation.js";
import { fit, make, part } from "./dom.js";
import { numberField, showNumber } from "./number.js";
import { toggled, unitRemoved, withBias, withWeight } from "./state.js";

const STEP = 0.05; // of the arrow keys
const MOST = 48; // weights in a list

/** @param {import("./store.js").Store} store */
export function unitPart(store) {
  const bias = number(store, (value) => {
    const { layer, index } = store.unit;
    store.act((now) => withBias(now, layer - 1, index, value), `bias ${layer} ${index}`);
  });
  bias.setAttribute("aria-label", "bias");
  const biasRow = make("label", {}, make("span", { text: "bias" }), bias);
  const remove = make("button", {
    type: "button", text: "Remove the unit",
    onclick: () => store.act((now) => unitRemoved(now, store.unit.layer, store.unit.index)),
  });
  const section = part("unit", "Unit", biasRow, weightList(store, "from", into), weightList(store, "to", out), remove);
  const heading = section.querySelector("h2");
  store.listen(() => {
    const { sizes, biases } = store.state.network, { layer, index } = store.unit, name = unitName(sizes, store.unit);
    heading.textContent = layer ? `Unit ${name}` : `Input ${name}`;
    biasRow.hidden = layer === 0;
    remove.hidden = layer === 0 || layer === sizes.length - 1;
    if (layer) show(bias, biases[layer - 1][index]);
  });
  return section;
}

// Where the weights into a unit stand, and out of it, and the units at their other ends.
const into = ({ layer, index }, sizes) => Array.from({ length: layer && sizes[layer - 1] }, (_, i) =>
  ({ l: layer - 1, at: index * sizes[layer - 1] + i, other: { layer: layer - 1, index: i } }));
const out = ({ layer, index }, sizes) => Array.from({ length: sizes[layer + 1] ?? 0 }, (_, i) =>
  ({ l: layer, at: i * sizes[layer] + index, other: { layer: layer + 1, index: i } }));

// The weights of the unit on one side; of very many those that have a value, the largest.
function weightList(store, way, placesOf) {
  const list = make("ul", { class: "weights" }), more = make("p", { class: "readout" });
  let places = [];
  const row = (i) => {
    const act = (verb, key) => store.act((now) => verb(now, places[i].l, places[i].at), key);
    const box = make("input", { type: "checkbox", onchange: () => act(toggled) });
    const field = number(store, (value) => act((now, l, at) => withWeight(now, l, at, value), `weight ${places[i].l} ${places[i].at}`));
    return make("li", {}, make("label", {}, box, make("span")), field);
  };
  store.listen(() => {
    const { network: { sizes, kept }, values } = store.state, all = placesOf(store.unit, sizes);
    places = all.length > MOST ? largest(all, values.weights) : all;
    more.textContent = places.length < all.length ? `the ${places.length} largest of ${all.length} weights ${way} others` : "";
    fit(list, places.length, row).forEach((item, i) => {
      const { l, at, other } = places[i], is = kept.weights[l][at] === 1, name = unitName(sizes, other);
      const [label, field] = item.children;
      label.firstChild.checked = is;
      label.firstChild.setAttribute("aria-label", `keep the weight ${way} ${name}`);
      label.lastChild.textContent = `${way} ${name}`;
      field.setAttribute("aria-label", `weight ${way} ${name}`);
      item.className = is ? "" : "removed";
      show(field, values.weights[l][at]);
    });
  });
  return make("div", {}, list, more);
}

function largest(places, weights) {
  const size = ({ l, at }) => Math.abs(weights[l][at]);
  return places.filter((place) => size(place)).sort((a, b) => size(b) - size(a)).slice(0, MOST)
    .sort((a, b) => a.at - b.at); // what is typed does not move
}

function number(store, take) {
  const field = numberField(store, { step: STEP }, () => field.getAttribute("aria-label"), take, { live: true });
  return field;
}

const show = (field, value) => showNumber(field, Number(value.toPrecision(3)));
