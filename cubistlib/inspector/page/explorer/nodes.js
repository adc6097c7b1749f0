// Units as buttons of the graph, each with its small map.

import { unitName } from "../equation.js";
import { once } from "../once.js";
import { STATES } from "../states.js";
import { firstUnits } from "../wiring.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { fit, keep, make, set } from "./dom.js";
import { allMaps, sideWithin, tellingApart } from "./maps.js";
import { life } from "./measure.js";
import { unitRemoved } from "./state.js";

// Points along a side of a unit's map, fewer of a large network and of many units, and fewer still
// while something moves: then each is drawn as several pixels, since to give canvases other sizes
// takes longer than to draw them.
const FINE = { products: 3e6, least: 12, most: 64 }, COARSE = { ...FINE, products: 4e5 };
const MANY = 64, MOST_OF_MANY = 24;
const PALE = 0.4, RIM = 1.5, RIMS = { constant: 2, dead: 2 }; // as in explorer.css: a share, pixels
const PATIENCE = 60; // ms that the pointer rests on a unit before it shows it

/**
 * @param {import("./store.js").Store} store
 * @param {HTMLElement} parent
 * @param {HTMLCanvasElement} sheet where the maps of many units are drawn together: one canvas each
 *   is one layer each for the browser, which puts them together for longer than all else takes
 * @param {boolean} still whether no unit can be removed
 * @returns {function(object): void} puts the units where a layout says
 */
export function nodes(store, parent, sheet, still) {
  const name = (unit) => unitName(store.state.network.sizes, unit);
  const drawn = new WeakMap(), turnsOf = tellingApart(); // by canvas: a weight moves the maps behind it alone
  let shown = [], numbers = [], painted = [], finest = 0, boxes = [], placed = "", resting;

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
    const there = places.filter(Boolean), all = units(store.state.network.sizes), { layer, index } = store.unit;
    numbers = [...places.keys()].filter((i) => places[i]);
    shown = numbers.map((i) => all[i]);
    boxes = there.map(({ x, y }) => [x - size / 2, y - size / 2, size, size]);
    const now = String([store.state.network.sizes, numbers, boxes, layer, index]);
    if (now === placed) return;
    placed = now;
    sheet.hidden = shown.length <= MANY;
    parent.className = sheet.hidden ? "" : "many";
    fit(parent, there.length, button).forEach((node, i) => {
      const chosen = shown[i].layer === layer && shown[i].index === index, [left, top] = boxes[i];
      set(node, { "aria-pressed": chosen, "data-unit": name(shown[i]) });
      node.tabIndex = chosen ? 0 : -1;
      Object.assign(node.style, { left: `${left}px`, top: `${top}px`, width: `${size}px` });
      node.lastChild.textContent = named ? name(shown[i]) : "";
    });
  };
  const paint = (bounds) => {
    if (!shown.length) return;
    const { state, state: { network }, mapLook } = store, lives = life(state), looks = Object.values(mapLook);
    const [side, wide] = [bounds, FINE].map((each) => Math.min(sideWithin(network, each), shown.length > MANY ? MOST_OF_MANY : Infinity));
    const now = [network, lives, ...looks, shown.length, placed];
    if (now.every((value, i) => value === painted[i]) && side <= finest) return;
    painted = now;
    finest = side;
    const canvases = shown.map((_, i) => parent.children[i].firstChild), turns = turnsOf(network), last = Math.max(...turns);
    const says = numbers.map((number) => `${number} ${mapLook.shared ? last : turns[number]} ${wide} ${looks}`);
    const stale = canvases.map((canvas, i) => drawn.get(canvas)?.says !== says[i] || drawn.get(canvas).side < side);
    const maps = allMaps(network, side, mapLook, numbers.filter((_, i) => stale[i]));
    if (sheet.hidden) sheets.delete(sheet); // what is on it grows old
    const pens = sheet.hidden ? null : together(sheet, placed);
    shown.forEach((unit, i) => {
      const is = STATES[lives.states[unit.layer - 1]?.[unit.index]] ?? "live", canvas = canvases[i];
      keep(parent.children[i], { class: `unit ${is}`, ...labels(network, unit, is) });
      if (stale[i]) {
        if (canvas.width !== wide) Object.assign(canvas, { width: wide, height: wide });
        canvas.getContext("2d").putImageData(picture(maps[numbers[i]].shares, side, wide), 0, 0);
      }
      if (pens && (stale[i] || pens.anew || drawn.get(canvas).is !== is)) pens.put(canvas, boxes[i], is);
      drawn.set(canvas, { says: says[i], side: stale[i] ? side : drawn.get(canvas).side, is });
    });
  };
  store.listen(() => paint(COARSE), "then");
  store.listen(() => paint(FINE), "fine");
  return place;
}

// Draws maps on a sheet as large as what it lies in; anew: whether there are none on it yet.
const sheets = new WeakMap();
function together(sheet, placed) {
  const { clientWidth, clientHeight } = sheet.parentElement, sharp = globalThis.devicePixelRatio || 1, pen = sheet.getContext("2d");
  const [width, height] = [clientWidth, clientHeight].map((length) => Math.round(length * sharp)), now = `${width} ${height} ${placed}`;
  const anew = sheets.get(sheet) !== now;
  sheets.set(sheet, now);
  if (anew) Object.assign(sheet, { width, height }); // clears it
  pen.fillStyle = "white";
  const put = (canvas, box, is) => {
    const [left, top, size] = box.map((length) => length * sharp), rim = (RIMS[is] ?? RIM) * sharp;
    pen.clearRect(left, top, size, size);
    pen.globalAlpha = is === "disconnected" ? PALE : 1;
    pen.fillRect(left, top, size, size);
    pen.drawImage(canvas, left + rim, top + rim, size - 2 * rim, size - 2 * rim);
  };
  return { anew, put };
}

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
