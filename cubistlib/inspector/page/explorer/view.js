// What is looked at as a short text, as inspector/view.py has it.

import { demand } from "../checks.js";

/**
 * @typedef {object} View
 * @property {string} study @property {string} algorithm @property {string} width
 * @property {string} seed which runs; empty takes the best of all
 * @property {number|null} keep weights kept; null is as many as there are
 * @property {number|null} step of the training; null is its end
 * @property {number} threshold smaller |w| are removed
 * @property {string} unit
 * @property {string} beside algorithm of a second network, or empty
 * @property {boolean} lives what does nothing is taken out
 * @property {boolean} ghosts removed weights are drawn
 * @property {boolean} pre values before the ReLU
 * @property {boolean} shared one colour scale for all hidden units
 */

/** @type {View} */
export const START = {
  study: "", algorithm: "", width: "", seed: "", keep: null, step: null, threshold: 0, unit: "out", beside: "",
  lives: false, ghosts: false, pre: false, shared: false,
};

/** Only what differs from the start. @param {View} view */
export const toText = (view) => Object.entries(START)
  .filter(([name, start]) => view[name] !== start)
  .map(([name]) => `${name}=${encodeURIComponent(view[name] === true ? 1 : view[name])}`).join("&");

/** Throws an Error, one sentence, for a text that is no view. @returns {View} */
export function fromText(text) {
  const view = { ...START };
  for (const [name, value] of new URLSearchParams(text)) {
    demand(name in START, `view: unknown '${name}'; allowed: ${Object.keys(START).join(", ")}`);
    view[name] = read(START[name], value);
  }
  return view;
}

function read(start, value) {
  if (typeof start === "boolean") return value === "1";
  return typeof start === "string" ? value : Number(value);
}
