// Units as buttons of the graph, each with its small map.

import { unitName } from "../equation.js";
import { STATES } from "../states.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { fit, make, set } from "./dom.js";
import { allMaps } from "./maps.js";
import { life } from "./measure.js";
import { unitRemoved } from "./state.js";

const SIDE = 64; // points along a side of a unit's map

/**
 * @param {import("./store.js").Store} store
 * @param {HTMLElement} parent
 * @returns {{place: function(object): void, paint: function(): void}} place: puts the units where a
 *   layout says; paint: draws their maps and says what they do
 */
export function nodes(store, parent) {
  const all = () => units(store.state.network.sizes), name = (unit) => unitName(store.state.network.sizes, unit);
  let painted = null;

  const press = (event, i) => {
    const unit = all()[i], next = neighbour(store.state.network.sizes, unit, event.key);
    if (event.key === "Delete") store.act((state) => unitRemoved(state, unit.layer, unit.index));
    if (!next) return;
    event.preventDefault();
    parent.querySelector(`[data-unit="${name(next)}"]`).focus();
    store.choose(next);
  };
  const button = (i) => make("button", {
    type: "button", class: "unit",
    onclick: () => store.choose(all()[i]),
    onkeydown: (event) => press(event, i),
  }, make("canvas", { width: SIDE, height: SIDE }), make("span"));

  const place = ({ size, named, places }) => {
    const there = all(), { layer, index } = store.unit;
    fit(parent, places.length, button).forEach((node, i) => {
      const chosen = there[i].layer === layer && there[i].index === index, { x, y } = places[i];
      set(node, { "aria-pressed": chosen, "data-unit": name(there[i]) });
      node.tabIndex = chosen ? 0 : -1;
      Object.assign(node.style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px` });
      node.lastChild.textContent = named ? name(there[i]) : "";
    });
  };
  const paint = () => {
    const { network } = store.state;
    if (painted === network || !parent.children.length) return;
    painted = network;
    const { states } = life(network), maps = allMaps(network, SIDE);
    all().forEach((unit, i) => {
      const state = STATES[states[unit.layer - 1]?.[unit.index]] ?? "live";
      const label = state === "live" ? name(unit) : `${name(unit)}, ${state}`;
      set(parent.children[i], { class: `unit ${state}`, "aria-label": label, title: label });
      parent.children[i].firstChild.getContext("2d").putImageData(picture(maps[i].shares, SIDE), 0, 0);
    });
  };
  return { place, paint };
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The unit that an arrow key leads to, or nothing. */
export function neighbour(sizes, { layer, index }, key) {
  const [across, down] = ARROWS[key] ?? [0, 0], to = layer + across, count = sizes[to];
  if ((!across && !down) || !count) return undefined;
  const next = across ? Math.round(((index + 0.5) / sizes[layer]) * count - 0.5) : index + down;
  return next >= 0 && next < count ? { layer: to, index: next } : undefined;
}
