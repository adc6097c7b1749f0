// The network as a graph: units as small maps, weights as lines that can be touched.

import { draw, fit, make, set } from "./dom.js";
import { layout } from "./layout.js";
import { leftOut, lines } from "./lines.js";
import { nodes } from "./nodes.js";
import { once } from "../once.js";
import { unitAdded } from "./state.js";

/**
 * @param {import("./store.js").Store} store
 * @param {{still: boolean}} [options] still: it can be looked at, not changed
 */
export function graph(store, { still = false } = {}) {
  const svg = draw("svg", { "aria-hidden": "true" }), tip = make("div", { class: "tip", hidden: "" });
  const buttons = make("div", { role: "group", "aria-label": "units; arrow keys go from unit to unit" }), sheet = make("canvas");
  const adders = make("div"), stage = make("div", { class: "stage" }, svg, sheet, buttons, adders, tip);
  const drawLines = lines(store, svg, tip, still), place = nodes(store, buttons, sheet, still);
  store.listen(() => {
    const { sizes } = store.state.network, width = stage.clientWidth;
    if (!width) return;
    const used = unitsWithWeights({ sizes, ...store.state.values });
    const plan = layout(sizes, width, (layer, index) => used[layer][index]);
    stage.style.height = `${plan.height}px`;
    set(svg, { viewBox: `0 0 ${width} ${plan.height}` });
    drawLines(plan.places);
    place(plan);
    if (!still) placeAdders(store, adders, plan.middles);
  });
  new ResizeObserver(() => store.redraw()).observe(stage);
  const rest = make("p", { class: "readout" });
  store.listen(() => { rest.textContent = leftOut(store.state); });
  return make("div", {}, stage, legend(), rest);
}

// Which units have a weight; inputs and outputs have. Those removed here count, so that nothing jumps
// while weights go.
const unitsWithWeights = once(({ weights }) => weights, ({ sizes, weights }) => {
  const used = sizes.map((size, layer) => new Uint8Array(size).fill(Number(layer === 0 || layer === sizes.length - 1)));
  weights.forEach((layer, l) => layer.forEach((weight, at) => {
    if (weight !== 0) used[l][at % sizes[l]] = used[l + 1][Math.floor(at / sizes[l])] = 1;
  }));
  return used;
});

function placeAdders(store, adders, middles) {
  const { sizes } = store.state.network;
  const adder = (l) => make("button", {
    type: "button", class: "adder", text: "+",
    title: `add a unit to hidden layer ${l + 1}`,
    "aria-label": `add a unit to hidden layer ${l + 1}`,
    onclick: () => store.act((state) => unitAdded(state, l + 1)),
  });
  fit(adders, sizes.length - 2, adder).forEach((button, l) => {
    button.style.left = `${middles[l + 1]}px`;
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
