// A field for a number: where it is emptied, or holds what is none, the last number stays, and a
// sentence says so.

import { demand } from "../checks.js";
import { make } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {object} given attributes
 * @param {function(): string} name what it is called in a sentence
 * @param {function(number): void} take is given what has been typed, if it is a number; what is
 *   shown then is for `showNumber` to say
 * @param {{live: boolean}} [options] live: already while it is typed
 */
export function numberField(store, given, name, take, { live = false } = {}) {
  const field = make("input", { type: "number", ...given }), is = () => Number.isFinite(field.valueAsNumber);
  const taken = () => { if (is()) take(field.valueAsNumber); };
  if (live) field.oninput = taken;
  const back = () => { field.value = field.dataset.now; };
  field.onchange = () => {
    if (!is()) store.try(() => demand(false, `${name()}: must be a number; it stays ${field.dataset.now}`));
    else if (!live) taken();
    else if (store.said) back(); // it was refused while it was typed: what was said of it stays
  };
  field.onblur = back;
  return field;
}

/** Shows a number in such a field; what someone is typing stays as it is. @param {number} value */
export function showNumber(field, value) {
  field.dataset.now = value;
  if (document.activeElement !== field) field.value = value;
}
