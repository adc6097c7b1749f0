// The large map of the chosen unit, with the spiral over it.

import { short, unitName } from "../equation.js";
import { probability } from "../evaluation.js";
import { EXTENT, unitMap } from "../plane.js";
import { cubistSpiral } from "../spiral.js";
import { BLUE, css, picture, VERMILLION } from "./colours.js";
import { make, part } from "./dom.js";
import { oneMap } from "./maps.js";
import { score } from "./measure.js";

const SIDE = 160, PIXELS = 560; // points along a side; pixels that they are drawn on
const EVERY = 12; // of the points, those that are drawn: they lie close on lines
const MOST_WRONG = 600; // crosses

/** @param {import("./store.js").Store} store */
export function map(store) {
  const canvas = make("canvas", { width: PIXELS, height: PIXELS, role: "img" });
  const readout = make("p", { class: "readout" }), scale = make("p", { class: "scale" });
  const section = part("map", "Map", canvas, scale, readout), heading = section.querySelector("h2");
  const scratch = make("canvas", { width: SIDE, height: SIDE }), pen = canvas.getContext("2d");
  const spiral = arms();
  let drawn = {}, how = AXES;

  const redraw = () => {
    const { network } = store.state, { unit } = store, { wrong } = score(network);
    const output = unit.layer === network.sizes.length - 1, name = unitName(network.sizes, unit);
    if (drawn.network === network && drawn.name === name) return;
    drawn = { network, name };
    const { shares, top } = oneMap(network, unit, SIDE), shown = crossed(wrong);
    scratch.getContext("2d").putImageData(picture(shares, SIDE), 0, 0);
    pen.drawImage(scratch, 0, 0, PIXELS, PIXELS);
    pen.drawImage(spiral, 0, 0);
    if (output) crosses(pen, shown);
    const [low, high] = output ? ["0", "1"] : [`−${short(top)}`, short(top)];
    const what = output ? "probability of class 1" : `value of ${name}`;
    heading.textContent = output ? "What the network says" : `What ${name} says`;
    const marks = `${shown.length} of ${wrong.length} wrong points crossed`;
    const ends = [low, high].map((text) => make("span", { text }));
    scale.replaceChildren(what, ends[0], make("i", { class: "bar" }), ends[1]);
    canvas.setAttribute("aria-label", `${what} over the plane, from ${low} (blue) to ${high} (vermillion), with `
      + `the two arms of the spiral${output ? `; ${marks}` : ""}`);
    how = output ? `${AXES}; × ${marks}` : AXES;
    readout.textContent = how;
  };
  canvas.onpointermove = (event) => {
    const box = canvas.getBoundingClientRect(), { network } = store.state, { unit } = store;
    const along = (share) => (2 * share - 1) * EXTENT;
    const x = along((event.clientX - box.left) / box.width), y = along(1 - (event.clientY - box.top) / box.height);
    const [value] = unitMap(network, unit, 1, { half: 0, centre: [x, y] });
    const output = unit.layer === network.sizes.length - 1, shown = output ? probability(value) : value;
    readout.textContent = `x₁ ${x.toFixed(2)}, x₂ ${y.toFixed(2)}: ${shown.toPrecision(3)}`;
  };
  canvas.onpointerleave = () => { readout.textContent = how; };
  store.listen(redraw, "then");
  return section;
}

const AXES = "x₁ to the right, x₂ upwards, both from −2.25 to 2.25";
const place = (x, y) => [((x + EXTENT) / (2 * EXTENT)) * PIXELS, ((EXTENT - y) / (2 * EXTENT)) * PIXELS];

// The spiral, which is the same over every map.
function arms() {
  const { columns: [x, y], labels } = cubistSpiral(), canvas = make("canvas", { width: PIXELS, height: PIXELS });
  const pen = canvas.getContext("2d"), second = labels.indexOf(1);
  const dots = (colour, half, from, to) => {
    pen.fillStyle = colour;
    for (let row = from; row < to; row += EVERY) {
      const [across, down] = place(x[row], y[row]);
      pen.fillRect(across - half, down - half, 2 * half, 2 * half);
    }
  };
  dots("white", 2.6, 0, labels.length);
  dots(css(BLUE), 1.5, 0, second);
  dots(css(VERMILLION), 1.5, second, labels.length);
  return canvas;
}

/** Those of the wrong points that are crossed: all, or some at even steps. @param {Int32Array} wrong */
export function crossed(wrong) {
  const step = Math.ceil(wrong.length / MOST_WRONG);
  return wrong.filter((_, i) => i % step === 0);
}

function crosses(pen, rows) {
  const { columns: [x, y] } = cubistSpiral();
  pen.strokeStyle = "black";
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (const row of rows) {
    const [across, down] = place(x[row], y[row]);
    for (const d of [3.5, -3.5]) { pen.moveTo(across - 3.5, down - d); pen.lineTo(across + 3.5, down + d); }
  }
  pen.stroke();
}
