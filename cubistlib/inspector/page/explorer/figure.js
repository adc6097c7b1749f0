// What is seen as one picture, and as values: the graph, the large map, the numbers.

import { equation, unitName } from "../equation.js";
import { STATES } from "../states.js";
import { units } from "./address.js";
import { hedge, inWords, percent } from "./counters.js";
import { draw } from "./dom.js";
import { life, score } from "./measure.js";

const LINE = 150; // letters of a line
const WIDTH = 1180, MAP = 400, MARGIN = 20, TEXT = 17; // pixels
const STYLE = "text{font:13px system-ui,sans-serif;fill:#1b1b1b}.said{font-size:12px}.unit{font-size:11px;text-anchor:middle}"
  + "line{stroke:#8a8a8a}.positive{stroke:#d55e00}.negative{stroke:#0072b2;stroke-dasharray:7 4}.removed{stroke-dasharray:1.5 5}"
  + ".faint{opacity:.35}rect{fill:none;stroke:#565656}.constant{stroke-dasharray:5 3}.dead{stroke-dasharray:1.5 3}"
  + ".disconnected{stroke-dasharray:1.5 3;opacity:.4}.chosen{stroke:#1b1b1b;stroke-width:3}";

/**
 * Networks as they are drawn on the page, one below the other.
 * @param {{store: import("./store.js").Store, graph: HTMLElement, map: HTMLElement}[]} shown graph:
 *   the part that holds the graph; map: the part with the large map
 * @param {HTMLElement|null} [difference] the part with the difference of two, below them
 * @returns {{text: string, width: number, height: number}} an SVG of its own
 */
export function svgOf(shown, difference = null) {
  let y = 0;
  const place = ({ node, height }) => {
    y += height;
    return node;
  };
  const parts = shown.map((each) => place(network(each, y)));
  if (difference) parts.push(place(differenceOf(difference, y)));
  const frame = { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${y}`, width: WIDTH, height: y };
  const svg = draw("svg", frame, draw("style", { text: STYLE }),
    draw("path", { d: `M0 0H${WIDTH}V${y}H0Z`, fill: "#ffffff" }), ...parts);
  return { text: new XMLSerializer().serializeToString(svg), width: WIDTH, height: y };
}

function network({ store, graph, map }, top) {
  const { state } = store, stage = graph.querySelector(".stage"), wide = WIDTH - MAP - 4 * MARGIN;
  const said = [...wrapped(state.story.join(" → ")), ...wrapped(foundOf(state))];
  const head = MARGIN + said.length * TEXT, scale = Math.min(wide / stage.clientWidth, 1.2);
  const below = wrapped(equation(state.network, store.unitShown), 62);
  const height = head + Math.max(stage.clientHeight * scale, MAP + TEXT * (below.length + 3)) + MARGIN;
  const canvas = map.querySelector("canvas");
  const what = wrapped(canvas.getAttribute("aria-label").split(", with")[0], 62);
  const node = draw("g", at(0, top),
    draw("g", at(MARGIN, 0), ...words(said)),
    draw("g", { transform: `translate(${MARGIN} ${head}) scale(${scale})` }, ...drawn(stage)),
    draw("g", at(WIDTH - MAP - MARGIN, head), ...square(canvas, [...what, ...below])));
  return { node, height };
}

// What one network says minus what the other does, or why there is no such thing.
function differenceOf(part, top) {
  const canvas = part.querySelector("canvas"), none = part.querySelector(".readout").textContent;
  const said = wrapped(none || canvas.getAttribute("aria-label"), none ? LINE : 62), place = none ? MARGIN : WIDTH - MAP - MARGIN;
  const node = draw("g", at(place, top), ...(none ? words(said) : square(canvas, said)));
  return { node, height: (none ? 0 : MAP) + TEXT * (said.length + 1) + MARGIN };
}

const at = (x, y) => ({ transform: `translate(${x} ${y})` });
const words = (lines) => lines.map((text, i) => draw("text", { class: "said", y: TEXT * (i + 1), text }));

// A large map, and lines below it.
const square = (canvas, lines) => [
  draw("image", { href: canvas.toDataURL(), width: MAP, height: MAP }),
  draw("rect", { width: MAP, height: MAP }),
  draw("g", at(0, MAP), ...words(lines)),
];

/** What is found of a network, in a line. @param {import("./state.js").State} state */
export function foundOf(state) {
  const { accuracy, about } = score(state), { live, about: some } = life(state);
  return `${hedge(about)}${percent(accuracy)} of the points right; ${hedge(some)}${live.parameters} parameters live; ${inWords(state)}`;
}

// The lines and units of a graph, where they stand.
function drawn(stage) {
  const lines = [...stage.querySelectorAll("svg g:not(.hits) line")].map((line) => line.cloneNode());
  const boxes = [...stage.querySelectorAll(".unit")].flatMap((unit) => {
    const [x, y, size] = ["left", "top", "width"].map((side) => parseFloat(unit.style[side])), square = { x, y, width: size, height: size };
    const state = unit.className.replace("unit", "").trim(), chosen = unit.getAttribute("aria-pressed") === "true";
    return [
      draw("image", { href: unit.querySelector("canvas").toDataURL(), ...square }),
      draw("rect", { ...square, class: `${state}${chosen ? " chosen" : ""}` }),
      draw("text", { class: "unit", x: x + size / 2, y: y + size + 12, text: unit.textContent }),
    ];
  });
  return [...lines, ...boxes];
}

/** A text in lines of so many letters, broken between words. */
export function wrapped(text, most = LINE) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push(word);
    else lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

/** An SVG as a picture of pixels, three for two. @returns {Promise<Blob>} */
export async function pngOf({ text, width, height }) {
  const image = new Image(width, height), canvas = document.createElement("canvas");
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  URL.revokeObjectURL(image.src);
  Object.assign(canvas, { width: 1.5 * width, height: 1.5 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done));
}

/**
 * A network and what is shown of it as plain values, as inspector/figure.py has them; points: how
 * many it was measured on; about: whether these are a part of all.
 * @param {import("./state.js").State} state
 */
export function valuesOf(state) {
  const { network } = state, { sizes, weights, biases, kept } = network, found = score(state), { live, counts, states, about } = life(state);
  const rows = (layer, l) => Array.from({ length: sizes[l + 1] }, (_, j) => [...layer.slice(j * sizes[l], (j + 1) * sizes[l])]);
  return {
    title: state.story.join(" → "), accuracy: found.accuracy, wrong: found.wrong.length,
    points: found.points, about: found.about || about,
    weights_kept: found.kept.weights, effective_weights: found.effective.weights, live_weights: live.weights,
    parameters_kept: found.kept.parameters, effective_parameters: found.effective.parameters, live_parameters: live.parameters,
    states: counts,
    units: units(sizes).map((unit) => ({
      name: unitName(sizes, unit),
      state: STATES[states[unit.layer - 1]?.[unit.index]] ?? (unit.layer ? "output" : "input"),
      equation: equation(network, unit),
    })),
    weights: weights.map(rows), biases: biases.map((layer) => [...layer]), masks: kept.weights.map(rows),
    bias_masks: kept.biases.map((layer) => [...layer]),
  };
}
