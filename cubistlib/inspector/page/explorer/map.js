// The large map of the chosen unit, with the spiral over it.

import { short, unitName } from "../equation.js";
import { probability } from "../evaluation.js";
import { EXTENT, unitMap } from "../plane.js";
import { cubistSpiral } from "../spiral.js";
import { BLUE, css, picture, VERMILLION } from "./colours.js";
import { make, part } from "./dom.js";
import { oneMap } from "./maps.js";
import { measure } from "./measure.js";

const SIDE = 192, PIXELS = 576; // points along a side; pixels that they are drawn on
const EVERY = 12; // of the points, those that are drawn: they lie close on lines
const MOST_WRONG = 600; // crosses

/** @param {import("./store.js").Store} store */
export function map(store) {
  const canvas = make("canvas", { width: PIXELS, height: PIXELS, role: "img" });
  const readout = make("p", { class: "readout" }), scale = make("p", { class: "scale" });
  const section = part("map", "Map", canvas, scale, readout), heading = section.querySelector("h2");
  const scratch = make("canvas", { width: SIDE, height: SIDE }), pen = canvas.getContext("2d");
  let drawn = {};

  const redraw = () => {
    const { network } = store.state, { unit } = store, { wrong } = measure(network);
    const output = unit.layer === network.sizes.length - 1, name = unitName(network.sizes, unit);
    if (drawn.network === network && drawn.name === name) return;
    drawn = { network, name };
    const { shares, top } = oneMap(network, unit, SIDE);
    scratch.getContext("2d").putImageData(picture(shares, SIDE), 0, 0);
    pen.drawImage(scratch, 0, 0, PIXELS, PIXELS);
    points(pen);
    if (output) crosses(pen, wrong);
    const [low, high] = output ? ["0", "1"] : [`−${short(top)}`, short(top)], what = output ? "probability of class 1" : `value of ${name}`;
    heading.textContent = output ? "What the network says" : `What ${name} says`;
    scale.replaceChildren(what, make("span", { text: low }), make("i", { class: "bar" }), make("span", { text: high }));
    canvas.setAttribute("aria-label", `${what} over the plane, from ${low} (blue) to ${high} (vermillion), `
      + `with the two arms of the spiral${output ? `; ${wrong.length} wrong points crossed` : ""}`);
    readout.textContent = HOW;
  };
  canvas.onpointermove = (event) => {
    const box = canvas.getBoundingClientRect(), { network } = store.state, { unit } = store;
    const along = (share) => (2 * share - 1) * EXTENT;
    const x = along((event.clientX - box.left) / box.width), y = along(1 - (event.clientY - box.top) / box.height);
    const [value] = unitMap(network, unit, 1, { half: 0, centre: [x, y] });
    const output = unit.layer === network.sizes.length - 1, shown = output ? probability(value) : value;
    readout.textContent = `x₁ ${x.toFixed(2)}, x₂ ${y.toFixed(2)}: ${shown.toPrecision(3)}`;
  };
  canvas.onpointerleave = () => { readout.textContent = HOW; };
  store.listen(redraw);
  return section;
}

const HOW = "x₁ to the right, x₂ upwards, both from −2.25 to 2.25; × wrong points";
const place = (x, y) => [((x + EXTENT) / (2 * EXTENT)) * PIXELS, ((EXTENT - y) / (2 * EXTENT)) * PIXELS];

function points(pen) {
  const { columns: [x, y], labels } = cubistSpiral();
  for (const [half, colours] of [[2.6, ["white", "white"]], [1.5, [css(BLUE), css(VERMILLION)]]]) {
    for (let row = 0; row < labels.length; row += EVERY) {
      const [across, down] = place(x[row], y[row]);
      pen.fillStyle = colours[labels[row]];
      pen.fillRect(across - half, down - half, 2 * half, 2 * half);
    }
  }
}

function crosses(pen, wrong) {
  const { columns: [x, y] } = cubistSpiral(), step = Math.ceil(wrong.length / MOST_WRONG);
  pen.strokeStyle = "black";
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (let i = 0; i < wrong.length; i += step) {
    const [across, down] = place(x[wrong[i]], y[wrong[i]]);
    for (const d of [3.5, -3.5]) { pen.moveTo(across - 3.5, down - d); pen.lineTo(across + 3.5, down + d); }
  }
  pen.stroke();
}
