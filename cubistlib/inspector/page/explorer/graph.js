// The network as a graph: units as small maps, weights as lines that can be touched.

import { firstUnits } from "../wiring.js";
import { draw, fit, make, set } from "./dom.js";
import { layout } from "./layout.js";
import { lines } from "./lines.js";
import { nodes } from "./nodes.js";
import { unitAdded } from "./state.js";

/** @param {import("./store.js").Store} store */
export function graph(store) {
  const svg = draw("svg", { "aria-hidden": "true" }), tip = make("div", { class: "tip", hidden: "" });
  const buttons = make("div", { role: "group", "aria-label": "units; arrow keys go from unit to unit" });
  const adders = make("div"), stage = make("div", { class: "stage" }, svg, buttons, adders, tip);
  const drawLines = lines(store, svg, tip), { place, paint } = nodes(store, buttons);
  store.listen(() => {
    const { network } = store.state, width = stage.clientWidth;
    if (!width) return;
    const plan = layout(network.sizes, width);
    stage.style.height = `${plan.height}px`;
    set(svg, { viewBox: `0 0 ${width} ${plan.height}` });
    drawLines(plan.places);
    place(plan);
    placeAdders(store, adders, plan.places);
  });
  store.listen(paint, "then");
  new ResizeObserver(() => store.redraw()).observe(stage);
  return make("div", {}, stage, legend());
}

function placeAdders(store, adders, places) {
  const { sizes } = store.state.network, firsts = firstUnits(sizes);
  const adder = (l) => make("button", {
    type: "button", class: "adder", text: "+",
    title: `add a unit to hidden layer ${l + 1}`,
    "aria-label": `add a unit to hidden layer ${l + 1}`,
    onclick: () => store.act((state) => unitAdded(state, l + 1)),
  });
  fit(adders, sizes.length - 2, adder).forEach((button, l) => {
    button.style.left = `${places[firsts[l + 1]].x}px`;
  });
}

const KEYS = {
  positive: "weight > 0", negative: "weight < 0", removed: "removed weight",
  constant: "constant unit", dead: "dead unit", disconnected: "unit not read",
};

function legend() {
  const keys = Object.entries(KEYS).map(([kind, text]) => make("span", { class: `key ${kind}` }, make("i"), text));
  return make("p", { class: "legend" }, ...keys);
}
