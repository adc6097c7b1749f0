// Units as buttons of the graph, each with its small map.

import { unitName } from "../equation.js";
import { once } from "../once.js";
import { STATES } from "../states.js";
import { firstUnits } from "../wiring.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { fit, make, set } from "./dom.js";
import { allMaps, sideWithin } from "./maps.js";
import { life } from "./measure.js";
import { unitRemoved } from "./state.js";

// Points along a side of a unit's map, fewer of a large network and of many units. Not fewer while
// something moves, as of the large map: to give canvases other sizes takes longer than to draw them.
const BOUNDS = { products: 3e6, least: 12, most: 64 };
const MANY = 64, MOST_OF_MANY = 24;
const PATIENCE = 60; // ms that the pointer rests on a unit before it shows it

/**
 * @param {import("./store.js").Store} store
 * @param {HTMLElement} parent
 * @param {boolean} still whether no unit can be removed
 * @returns {function(object): void} puts the units where a layout says
 */
export function nodes(store, parent, still) {
  const name = (unit) => unitName(store.state.network.sizes, unit);
  const drawn = new WeakMap(); // by canvas: a weight moves the maps behind it alone
  let shown = [], painted = [], resting;

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
    if (!shown.length) return;
    const { state, mapLook } = store, lives = life(state), now = [state.network, lives, ...Object.values(mapLook), shown.length];
    if (now.every((value, i) => value === painted[i])) return;
    painted = now;
    const side = Math.min(sideWithin(state.network, BOUNDS), shown.length > MANY ? MOST_OF_MANY : Infinity);
    const { states } = lives, maps = allMaps(state.network, side, mapLook);
    const numbers = new Map(units(state.network.sizes).map(({ layer, index }, i) => [`${layer} ${index}`, i]));
    shown.forEach((unit, i) => {
      const is = STATES[states[unit.layer - 1]?.[unit.index]] ?? "live", canvas = parent.children[i].firstChild;
      set(parent.children[i], { class: `unit ${is}`, ...labels(state.network, unit, is) });
      const { shares } = maps[numbers.get(`${unit.layer} ${unit.index}`)];
      if (equal(drawn.get(canvas), shares)) return;
      drawn.set(canvas, shares);
      if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
      canvas.getContext("2d").putImageData(picture(shares, side), 0, 0);
    });
  };
  store.listen(paint, "then");
  return place;
}

const equal = (one, other) => one?.length === other.length && other.every((value, i) => value === one[i]);

// How many kept weights lead to each unit and away from it, in the order of `units`.
const degrees = once(({ kept }) => kept, ({ sizes, kept }) => {
  const firsts = firstUnits(sizes), found = sizes.flatMap((size) => Array.from({ length: size }, () => ({ into: 0, out: 0 })));
  kept.weights.forEach((layer, l) => {
    for (let at = 0; at < layer.length; at++) {
      if (!layer[at]) continue;
      found[firsts[l] + (at % sizes[l])].out += 1;
      found[firsts[l + 1] + Math.floor(at / sizes[l])].into += 1;
    }
  });
  return found;
});

function labels(network, unit, state) {
  const name = unitName(network.sizes, unit), named = state === "live" ? name : `${name}, ${state}`;
  const { into, out } = degrees(network)[firstUnits(network.sizes)[unit.layer] + unit.index];
  const weights = `${into} weights in, ${out} out`;
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
