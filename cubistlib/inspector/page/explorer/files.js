// Networks in files: a witness, or the JSON that is saved here and by `inspector.export`.

import { demand } from "../checks.js";
import { biasRule, makeNetwork } from "../network.js";
import { make } from "./dom.js";
import { opened } from "./state.js";

const LARGEST = 2e7; // bytes; a dense network of width 256 has some 5 million
const OPENED = "opened from a file: ";
const NONE = "open: this file holds no network; a witness and the JSON that is saved here do";

/**
 * The network of a file. Throws an Error, one sentence, for what is none.
 * @param {string} text
 * @param {import("../spiral.js").Points} [points] the spiral's
 * @returns {import("./state.js").State}
 */
export function fromFile(text, points) {
  const { weights, biases, masks, bias_masks: bits, bias_rule: rule, kind, title, found } = parsed(text);
  const rows = (layer) => Array.isArray(layer) && layer.length && layer.every(Array.isArray);
  demand([weights, biases].every((layers) => Array.isArray(layers) && layers.length) && weights.every(rows), NONE);
  const sizes = [weights[0][0].length, ...weights.map((layer) => layer.length)];
  const flat = (layers) => layers.map((layer, l) => {
    demand(rows(layer) && layer.every((row) => row.length === sizes[l]), NONE);
    return layer.flat();
  });
  const values = flat(weights);
  demand([...values, ...biases].every((layer) => Array.isArray(layer) && layer.every(isFloat)), NONE);
  demand([masks, bits].every((layers) => layers === undefined || Array.isArray(layers)), NONE);
  const kept = masks ? flat(masks) : values.map((layer) => layer.map((weight) => weight !== 0)), read = biasRule(sizes, kept);
  const pruned = rule === "pruned" ? read.map((layer, l) => layer.map((is, unit) => is && biases[l][unit] !== 0)) : undefined;
  const told = String(title ?? found?.recipe ?? "a network");
  return opened(makeNetwork(sizes, values, biases, kept, bits ?? pruned),
    told.startsWith(OPENED) ? told : OPENED + told, kind === "sgd" ? "sgd" : "polished", points);
}

/**
 * A button that opens a file, which can be dropped on a target, too.
 * @param {import("./store.js").Store} store
 * @param {EventTarget} target
 */
export function opener(store, target) {
  const open = async (file) => {
    const said = (sentence) => store.try(() => demand(false, sentence));
    if (file.size > LARGEST) return said(`open: at most ${LARGEST / 1e6} megabytes, this file has ${Math.ceil(file.size / 1e6)}`);
    const text = await file.text().catch(() => null);
    if (text === null) return said("open: this file cannot be read");
    return store.act(({ points }) => fromFile(text, points));
  };
  const field = make("input", { type: "file", accept: ".json,application/json", hidden: "", "aria-label": "a file of a network" });
  field.onchange = () => {
    if (field.files[0]) open(field.files[0]);
    field.value = ""; // the same file may come again
  };
  const brings = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  target.addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
  target.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.stopPropagation();
    open(event.dataTransfer.files[0]);
  });
  const title = "a witness or JSON; it can be dropped here, too";
  return [make("button", { type: "button", text: "Open a file", title, onclick: () => field.click() }), field];
}

function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Error(NONE);
  }
}

const isFloat = (value) => typeof value === "number" && Number.isFinite(Math.fround(value));
