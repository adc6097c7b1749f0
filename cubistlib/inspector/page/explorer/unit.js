// The chosen unit in numbers, which can be changed: its equation, bias and incoming weights.

import { equation, unitName } from "../equation.js";
import { STATES } from "../states.js";
import { fit, make, part } from "./dom.js";
import { life } from "./measure.js";
import { toggled, unitRemoved, withBias, withWeight } from "./state.js";

const STEP = 0.05; // of the arrow keys

/** @param {import("./store.js").Store} store */
export function unitPart(store) {
  const formula = make("code"), state = make("span"), bias = number("bias", (value) => {
    const { layer, index } = store.unit;
    store.act((now) => withBias(now, layer - 1, index, value), `bias ${layer} ${index}`);
  });
  const rows = make("ul", { class: "weights" }), biasRow = make("label", {}, make("span", { text: "bias" }), bias);
  const remove = make("button", {
    type: "button", text: "Remove the unit",
    onclick: () => store.act((now) => unitRemoved(now, store.unit.layer, store.unit.index)),
  });
  const section = part("unit", "Unit", make("p", {}, state), make("p", {}, formula), biasRow, rows, remove);
  const heading = section.querySelector("h2");

  const row = (i) => {
    const place = () => {
      const { layer, index } = store.unit;
      return [layer - 1, index * store.state.network.sizes[layer - 1] + i];
    };
    const box = make("input", { type: "checkbox", onchange: () => store.act((now) => toggled(now, ...place())) });
    const field = number("", (value) => store.act((now) => withWeight(now, ...place(), value), `weight ${place()}`));
    return make("li", {}, make("label", {}, box, make("span")), field);
  };
  store.listen(() => {
    const { network, values } = store.state, { unit } = store, { sizes } = network, { layer, index } = unit;
    const name = unitName(sizes, unit);
    heading.textContent = layer ? `Unit ${name}` : `Input ${name}`;
    formula.textContent = equation(network, unit);
    biasRow.hidden = remove.hidden = layer === 0;
    remove.hidden ||= layer === sizes.length - 1;
    if (layer) show(bias, network.biases[layer - 1][index]);
    fit(rows, layer ? sizes[layer - 1] : 0, row).forEach((item, i) => {
      const at = index * sizes[layer - 1] + i, kept = network.kept.weights[layer - 1][at] === 1;
      const source = unitName(sizes, { layer: layer - 1, index: i }), [label, field] = item.children;
      label.firstChild.checked = kept;
      label.firstChild.setAttribute("aria-label", `keep the weight from ${source}`);
      label.lastChild.textContent = source;
      field.setAttribute("aria-label", `weight from ${source}`);
      item.className = kept ? "" : "removed";
      show(field, values.weights[layer - 1][at]);
    });
  });
  store.listen(() => {
    const { layer, index } = store.unit, found = STATES[life(store.state.network).states[layer - 1]?.[index]];
    const other = layer ? "the output: above 0 is class 1" : "an input has no weights";
    state.textContent = found ? `hidden unit, ${found}: ${MEANING[found]}` : other;
  }, "then");
  return section;
}

const MEANING = {
  live: "it tells points apart",
  constant: "the same value on every point",
  dead: "0 on every point",
  disconnected: "no other unit reads it",
};

function number(name, take) {
  const field = make("input", { type: "number", step: STEP, "aria-label": name });
  field.oninput = () => { if (Number.isFinite(field.valueAsNumber)) take(field.valueAsNumber); };
  field.onblur = () => { if (field.dataset.now) field.value = field.dataset.now; };
  return field;
}

// What someone is typing stays as it is.
function show(field, value) {
  field.dataset.now = Number(value.toPrecision(3));
  if (document.activeElement !== field) field.value = field.dataset.now;
}
