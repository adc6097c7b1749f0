// The network as a graph: units as small maps, weights as lines that can be touched.

import { short, unitName } from "../equation.js";
import { firstUnits } from "../wiring.js";
import { STATES } from "../states.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { draw, fit, make, set } from "./dom.js";
import { HEAD, layout } from "./layout.js";
import { allMaps } from "./maps.js";
import { measure } from "./measure.js";
import { toggled, unitAdded, unitRemoved, withWeight } from "./state.js";

const SIDE = 64; // points along a side of a unit's map
const CROWDED = 160; // lines, above which removed weights are drawn at the chosen unit alone
const SLACK = 4, PER_PIXEL = 0.02; // what is no drag yet; how far a pixel moves a weight

/** @param {import("./store.js").Store} store */
export function graph(store) {
  const lines = draw("g"), hits = draw("g", { class: "hits" });
  const svg = draw("svg", { "aria-hidden": "true" }, lines, hits);
  const nodes = make("div", { role: "group", "aria-label": "units; arrow keys go from unit to unit" });
  const adders = make("div"), tip = make("div", { class: "tip", hidden: "" });
  const stage = make("div", { class: "stage" }, svg, nodes, adders, tip);
  let edges = [], drawn = null;

  const name = (unit) => unitName(store.state.network.sizes, unit);
  const redraw = () => {
    const { network } = store.state, plan = layout(network.sizes, stage.clientWidth);
    if (!stage.clientWidth) return;
    stage.style.height = `${plan.height}px`;
    set(svg, { viewBox: `0 0 ${stage.clientWidth} ${plan.height}` });
    edges = edgesOf(network, store.unit);
    drawEdges(network, plan);
    drawUnits(network, plan);
    drawAdders(network, plan);
    drawn = network;
  };

  const drawEdges = (network, { places }) => {
    const largest = network.weights.map((layer) => layer.reduce((most, w) => Math.max(most, Math.abs(w)), 1e-9));
    const ends = ({ source, target }) =>
      ({ x1: places[source].x, y1: places[source].y, x2: places[target].x, y2: places[target].y });
    const order = [...edges.keys()].sort((a, b) => edges[a].above - edges[b].above);
    fit(lines, edges.length, () => draw("line")).forEach((line, i) => {
      const edge = edges[order[i]], { weight, kept, own, l } = edge, sign = kept ? (weight < 0 ? "negative" : "positive") : "removed";
      const faint = edges.length > CROWDED && !own ? " faint" : "", width = kept ? 0.8 + (3.6 * Math.abs(weight)) / largest[l] : 1;
      set(line, { ...ends(edge), class: `${sign}${faint}`, "stroke-width": width, "data-edge": order[i] });
    });
    fit(hits, edges.length, () => draw("line")).forEach((line, i) => set(line, { ...ends(edges[i]), "data-edge": i }));
  };

  const drawUnits = (network, { size, named, places }) => {
    const all = units(network.sizes), { states } = measure(network), maps = drawn === network ? null : allMaps(network, SIDE);
    fit(nodes, all.length, unitButton).forEach((button, i) => {
      const unit = all[i], chosen = unit.layer === store.unit.layer && unit.index === store.unit.index;
      const state = STATES[states[unit.layer - 1]?.[unit.index]] ?? "live", half = size / 2;
      const label = `${name(unit)}${state === "live" ? "" : `, ${state}`}`;
      set(button, { class: `unit ${state}`, "aria-pressed": chosen, "aria-label": label, title: label, "data-unit": name(unit) });
      button.tabIndex = chosen ? 0 : -1;
      Object.assign(button.style, { left: `${places[i].x - half}px`, top: `${places[i].y - half}px`, width: `${size}px` });
      button.lastChild.textContent = named ? name(unit) : "";
      if (maps) button.firstChild.getContext("2d").putImageData(picture(maps[i].shares, SIDE), 0, 0);
    });
  };

  const unitButton = (i) => {
    const unit = () => units(store.state.network.sizes)[i];
    return make("button", {
      type: "button",
      onclick: () => store.choose(unit()),
      onkeydown: (event) => {
        if (event.key === "Delete") store.act((state) => unitRemoved(state, unit().layer, unit().index));
        const next = neighbour(store.state.network.sizes, unit(), event.key);
        if (!next) return;
        event.preventDefault();
        nodes.children[units(store.state.network.sizes).findIndex((each) => name(each) === name(next))].focus();
        store.choose(next);
      },
    }, make("canvas", { width: SIDE, height: SIDE }), make("span"));
  };

  const drawAdders = (network, { places }) => {
    const firsts = firstUnits(network.sizes);
    fit(adders, network.sizes.length - 2, (l) => make("button", {
      type: "button", class: "adder", text: "+", title: `add a unit to hidden layer ${l + 1}`,
      "aria-label": `add a unit to hidden layer ${l + 1}`,
      onclick: () => store.act((state) => unitAdded(state, l + 1)),
    })).forEach((button, l) => { button.style.left = `${places[firsts[l + 1]].x}px`; });
  };

  const edgeAt = (event) => edges[event.target.dataset?.edge];
  const point = (event) => {
    const edge = edgeAt(event), box = stage.getBoundingClientRect();
    tip.hidden = !edge;
    lines.querySelector(".touched")?.classList.remove("touched");
    if (!edge) return;
    lines.querySelector(`[data-edge="${event.target.dataset.edge}"]`).classList.add("touched");
    tip.textContent = `${edgeName(edge)}; click ${edge.kept ? "removes, drag changes it" : "restores it"}`;
    const left = Math.min(event.clientX - box.left + 12, stage.clientWidth - tip.offsetWidth);
    Object.assign(tip.style, { left: `${Math.max(0, left)}px`, top: `${Math.max(HEAD, event.clientY - box.top + 14)}px` });
  };
  const edgeName = ({ source, target, kept, weight }) => {
    const all = units(store.state.network.sizes);
    return `${name(all[source])} → ${name(all[target])}: ${kept ? signed(weight) : "removed"}`;
  };
  svg.onpointerdown = (event) => {
    const edge = edgeAt(event);
    if (!edge) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    follow(edge, event.clientY);
  };
  // A press that does not move is a click: it removes or restores; one that does sets the weight.
  const follow = ({ l, at, kept, weight }, from) => {
    const key = {};
    let dragged = false;
    svg.onpointermove = (event) => {
      const by = (from - event.clientY) * PER_PIXEL;
      dragged ||= kept && Math.abs(event.clientY - from) > SLACK;
      if (dragged) store.act((state) => withWeight(state, l, at, weight + by), key);
      tip.textContent = dragged ? signed(weight + by) : tip.textContent;
    };
    svg.onpointerup = () => {
      if (!dragged) store.act((state) => toggled(state, l, at));
      svg.onpointercancel();
    };
    svg.onpointercancel = () => Object.assign(svg, { onpointermove: point, onpointerup: null });
  };
  svg.onpointermove = point;
  svg.onpointerleave = point;
  new ResizeObserver(() => store.redraw()).observe(stage);
  store.listen(redraw);
  return make("div", {}, stage, legend());
}

function legend() {
  const word = (kind, text) => make("span", { class: `key ${kind}` }, make("i"), text);
  return make("p", { class: "legend" }, word("positive", "weight > 0"), word("negative", "weight < 0"), word("removed", "removed"),
    word("constant", "constant unit"), word("dead", "dead unit"), word("disconnected", "unit not read"));
}

/** A number with its sign, to three digits. */
export const signed = (value) => `${value < 0 ? "−" : ""}${short(Math.abs(value))}`;

// The lines to draw, in an order that no touch changes: what is touched stays under the pointer.
// own: whether they are the chosen unit's; above: which are drawn over others.
function edgesOf({ sizes, weights, kept }, unit) {
  const firsts = firstUnits(sizes), chosen = firsts[unit.layer] + unit.index;
  const all = weights.flatMap((layer, l) => Array.from(layer, (weight, at) => {
    const source = firsts[l] + (at % sizes[l]), target = firsts[l + 1] + Math.floor(at / sizes[l]), is = kept.weights[l][at];
    const own = source === chosen || target === chosen;
    return { l, at, weight, kept: is, source, target, own, above: 2 * own + is };
  }));
  return all.filter((edge) => edge.kept || edge.own || all.length <= CROWDED);
}

/** The unit that an arrow key leads to, or nothing. */
export function neighbour(sizes, { layer, index }, key) {
  const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  const to = layer + across, count = sizes[to];
  if ((!across && !down) || !count) return undefined;
  const next = across ? Math.round(((index + 0.5) / sizes[layer]) * count - 0.5) : index + down;
  return next >= 0 && next < count ? { layer: to, index: next } : undefined;
}
