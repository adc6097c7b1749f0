// Units as buttons of the graph, each with its small map.

import { incoming, outgoing, unitName } from "../equation.js";
import { STATES } from "../states.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { fit, make, set } from "./dom.js";
import { allMaps } from "./maps.js";
import { life } from "./measure.js";
import { unitRemoved } from "./state.js";

const SIDE = 64, MANY = 64, SMALL_SIDE = 24; // points along a side of a unit's map, and of many units
const PATIENCE = 60; // ms that the pointer rests on a unit before it shows it

/**
 * @param {import("./store.js").Store} store
 * @param {HTMLElement} parent
 * @param {boolean} still whether no unit can be removed
 * @returns {{place: function(object): void, paint: function(): void}} place: puts the units where a
 *   layout says; paint: draws their maps and says what they do
 */
export function nodes(store, parent, still) {
  const name = (unit) => unitName(store.state.network.sizes, unit);
  let shown = [], painted = "", resting;

  const press = (event, { layer, index }) => {
    const next = neighbour(shown, { layer, index }, event.key);
    if (event.key === "Delete" && !still) store.act((state) => unitRemoved(state, layer, index));
    if (!next) return;
    event.preventDefault();
    parent.querySelector(`[data-unit="${name(next)}"]`).focus();
    store.choose(next);
  };
  const rest = (unit) => {
    clearTimeout(resting);
    resting = setTimeout(() => store.hover(unit), PATIENCE);
  };
  const button = (i) => make("button", {
    type: "button", class: "unit",
    onclick: () => { clearTimeout(resting); store.choose(shown[i]); },
    onpointerenter: ({ pointerType }) => pointerType === "mouse" && rest(shown[i]),
    onpointerleave: ({ pointerType }) => pointerType === "mouse" && rest(null),
    onkeydown: (event) => press(event, shown[i]),
  }, make("canvas"), make("span"));

  const place = ({ size, named, places }) => {
    const there = places.filter(Boolean), { layer, index } = store.unit;
    shown = units(store.state.network.sizes).filter((_, i) => places[i]);
    fit(parent, there.length, button).forEach((node, i) => {
      const chosen = shown[i].layer === layer && shown[i].index === index, { x, y } = there[i];
      set(node, { "aria-pressed": chosen, "data-unit": name(shown[i]) });
      node.tabIndex = chosen ? 0 : -1;
      Object.assign(node.style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px` });
      node.lastChild.textContent = named ? name(shown[i]) : "";
    });
  };
  const paint = () => {
    const { state, mapLook } = store, side = shown.length > MANY ? SMALL_SIDE : SIDE, lives = shown.length && life(state);
    const now = [state.network, lives, side, ...Object.values(mapLook), shown.length];
    if (!shown.length || now.every((value, i) => value === painted[i])) return;
    painted = now;
    const { states } = lives, maps = allMaps(state.network, side, mapLook);
    const numbers = new Map(units(state.network.sizes).map(({ layer, index }, i) => [`${layer} ${index}`, i]));
    shown.forEach((unit, i) => {
      const is = STATES[states[unit.layer - 1]?.[unit.index]] ?? "live", canvas = parent.children[i].firstChild;
      set(parent.children[i], { class: `unit ${is}`, ...labels(state.network, unit, is) });
      Object.assign(canvas, { width: side, height: side });
      const { shares } = maps[numbers.get(`${unit.layer} ${unit.index}`)];
      canvas.getContext("2d").putImageData(picture(shares, side), 0, 0);
    });
  };
  return { place, paint };
}

function labels(network, unit, state) {
  const name = unitName(network.sizes, unit), named = state === "live" ? name : `${name}, ${state}`;
  const weights = `${incoming(network, unit).length} weights in, ${outgoing(network, unit).length} out`;
  return { "aria-label": `${named}, ${weights}`, title: `${named}: ${weights}` };
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The unit of those shown that an arrow key leads to, or nothing. */
export function neighbour(shown, { layer, index }, key) {
  const [across, down] = ARROWS[key] ?? [0, 0], there = shown.filter((unit) => unit.layer === layer + across);
  const here = shown.filter((unit) => unit.layer === layer), at = here.findIndex((unit) => unit.index === index);
  if ((!across && !down) || !there.length) return undefined;
  return there[across ? Math.round(((at + 0.5) / here.length) * there.length - 0.5) : at + down];
}
