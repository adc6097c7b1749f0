// The large map of the unit that is shown, with the points over it, and how the unit is computed.

import { equation, short, unitName } from "../equation.js";
import { probability } from "../evaluation.js";
import { extentOf, unitMap } from "../plane.js";
import { STATES } from "../states.js";
import { BLUE, css, outlined, picture, VERMILLION } from "./colours.js";
import { make, part } from "./dom.js";
import { oneMap, sideWithin } from "./maps.js";
import { life, score } from "./measure.js";
import { once } from "../once.js";

export const PIXELS = 560; // along a side of the canvas
// Points along a side, fewer of a large network, and fewer still while something moves.
const FINE = { products: 1e7, least: 32, most: 280 }, COARSE = { ...FINE, products: 1e6, least: 12 };
const DRAWN = 4200; // points of the data, at most: they lie close on lines
const MOST_WRONG = 600; // crosses

/**
 * @param {import("./store.js").Store} store
 * @param {string} [which] of several networks
 */
export function map(store, which = "") {
  const canvas = make("canvas", { width: PIXELS, height: PIXELS, role: "img" }), formula = make("code"), state = make("span");
  const readout = make("p", { class: "readout" }), scale = make("p", { class: "scale" });
  const section = part("map", `Map${which && ` ${which}`}`, canvas, scale, readout,
    make("p", { class: "formula" }, formula, " ", state));
  const heading = section.querySelector("h2"), pen = canvas.getContext("2d");
  let drawn = [], finest = 0, how = "";

  const redraw = (bounds) => {
    const { network, points } = store.state, { unitShown: unit, mapLook: look } = store, found = score(store.state), { wrong } = found;
    const name = unitName(network.sizes, unit), now = [network, name, found, life(store.state), ...Object.values(look)];
    const side = sideWithin(network, bounds);
    if (now.every((value, i) => value === drawn[i]) && side <= finest) return;
    drawn = now;
    finest = side;
    const output = unit.layer === network.sizes.length - 1, { what, title, low, high } = drawMap(pen, store, { unit, output, side });
    heading.textContent = which ? `${title}, ${which}` : title;
    pen.drawImage(arms(points), 0, 0);
    const marks = output ? `; × ${crosses(pen, points, wrong, look.extent)} of ${wrong.length} wrong points crossed` : "";
    scale.replaceChildren(...bar(what, low, high));
    how = `x₁ to the right, x₂ upwards, both from −${look.extent} to ${look.extent}${marks}`;
    canvas.setAttribute("aria-label", `${what} over the plane, from ${low} (blue) to ${high} (vermillion), with the `
      + `points of both classes; ${how}`);
    readout.textContent = how;
    formula.textContent = equation(network, unit);
    state.textContent = meaning(store.state, unit);
  };
  canvas.onpointermove = (event) => { readout.textContent = valueAt(store, canvas.getBoundingClientRect(), event); };
  canvas.onpointerleave = () => { readout.textContent = how; };
  store.listen(() => redraw(COARSE), "then");
  store.listen(() => redraw(FINE), "fine");
  return section;
}

/** What a colour scale says: its name, its ends and the colours between. */
export const bar = (what, low, high) =>
  [what, make("span", { text: low }), make("i", { class: "bar" }), make("span", { text: high })];

function drawMap(pen, { state: { network }, mapLook: look }, { unit, output, side }) {
  const name = unitName(network.sizes, unit);
  const { shares, top } = oneMap(network, unit, side, look), likely = output && !look.pre;
  paint(pen, output ? outlined(picture(shares, side), shares, side) : picture(shares, side));
  const [low, high] = likely ? ["0", "1"] : [`−${short(top)}`, short(top)];
  const before = look.pre && unit.layer && !output ? " before the ReLU" : "";
  const what = likely ? "probability of class 1" : output ? "logit" : `value of ${name}${before}`;
  return { what, low, high, title: output ? "What the network says" : `What ${name} says${before}` };
}

// Where a map is put before it is stretched: of each canvas the same, since new ones are dear.
const besides = once((pen) => pen, () => make("canvas"));

/** A map on the whole of a canvas. @param {ImageData} image */
export function paint(pen, image) {
  const { width, height } = image, scratch = besides(pen);
  if (scratch.width !== width) Object.assign(scratch, { width, height });
  scratch.getContext("2d").putImageData(image, 0, 0);
  pen.drawImage(scratch, 0, 0, PIXELS, PIXELS);
}

function valueAt({ state: { network }, unitShown: unit, mapLook: { pre, extent } }, box, { clientX, clientY }) {
  const along = (share) => (2 * share - 1) * extent;
  const x = along((clientX - box.left) / box.width), y = along(1 - (clientY - box.top) / box.height);
  const [value] = unitMap(network, unit, 1, { pre, half: 0, centre: [x, y] });
  const likely = !pre && unit.layer === network.sizes.length - 1, shown = likely ? probability(value) : value;
  return `x₁ ${x.toFixed(2)}, x₂ ${y.toFixed(2)}: ${shown.toPrecision(3)}`;
}

const MEANING = {
  live: "it tells points apart",
  constant: "the same value on every point",
  dead: "0 on every point",
  disconnected: "no other unit reads it",
};

/** What a unit does, in words. */
function meaning(state, { layer, index }) {
  const found = STATES[life(state).states[layer - 1]?.[index]];
  if (found) return `hidden unit, ${found}: ${MEANING[found]}`;
  return layer ? "above 0 is class 1" : "";
}

const place = (x, y, extent) => [((x + extent) / (2 * extent)) * PIXELS, ((extent - y) / (2 * extent)) * PIXELS];

// The points, which are the same over every map.
const arms = once((points) => points, (points) => {
  const { columns: [x, y], labels } = points, canvas = make("canvas", { width: PIXELS, height: PIXELS });
  const pen = canvas.getContext("2d"), extent = extentOf(points), every = Math.ceil(labels.length / DRAWN);
  const dots = (half, colourOf) => {
    for (let row = 0; row < labels.length; row += every) {
      const [across, down] = place(x[row], y[row], extent);
      pen.fillStyle = colourOf(labels[row]);
      pen.fillRect(across - half, down - half, 2 * half, 2 * half);
    }
  };
  dots(2.6, () => "white");
  dots(1.5, (label) => css(label ? VERMILLION : BLUE));
  return canvas;
});

/** Those of the wrong points that are crossed: all, or some at even steps. @param {Int32Array} wrong */
export function crossed(wrong) {
  const step = Math.ceil(wrong.length / MOST_WRONG);
  return wrong.filter((_, i) => i % step === 0);
}

function crosses(pen, { columns: [x, y] }, wrong, extent) {
  const rows = crossed(wrong);
  pen.strokeStyle = "black";
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (const row of rows) {
    const [across, down] = place(x[row], y[row], extent);
    for (const d of [3.5, -3.5]) { pen.moveTo(across - 3.5, down - d); pen.lineTo(across + 3.5, down + d); }
  }
  pen.stroke();
  return rows.length;
}
