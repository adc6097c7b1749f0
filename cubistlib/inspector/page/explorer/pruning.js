// Pruning by a rule: one weight at a time, or down to k by a slider.

import { short } from "../equation.js";
import { choices, labelled, make, part } from "./dom.js";
import { largest, most, oneRemoved, pruned, RULE_NAMES, thresholded } from "./state.js";
import { tidier } from "./tidying.js";

const STEPS = 200; // of the threshold

/** @param {import("./store.js").Store} store @param {function(): Worker} newWorker as of `tidier` */
export function pruning(store, newWorker) {
  const tidy = tidier(store, newWorker);
  const rule = choices(RULE_NAMES), said = make("output");
  const slider = make("input", { type: "range", min: 0 });
  const key = () => `slide ${rule.value}`;
  slider.oninput = () => store.act((state) => pruned(state, slider.valueAsNumber, rule.value), key());
  rule.onchange = () => store.redraw();
  const least = make("input", { type: "range", min: 0, max: STEPS, value: 0 }), bound = make("output");
  const threshold = (state) => (least.valueAsNumber / STEPS) * largest(state);
  least.oninput = () => store.act((state) => thresholded(state, threshold(state)), "threshold");
  const one = make("button", {
    type: "button", text: "Remove one",
    onclick: () => store.act((state) => oneRemoved(state, rule.value)),
  });
  const out = make("button", {
    type: "button", text: "Take out what does nothing",
    onclick: () => tidy(store.state, (next) => store.act(() => next)),
  });
  store.listen(() => {
    slider.max = most(store.baseOf(key()));
    slider.value = most(store.state);
    said.textContent = `${slider.value} of ${slider.max} weights`;
    slider.setAttribute("aria-valuetext", said.textContent);
    if (store.history.key !== "threshold") least.value = 0;
    bound.textContent = `|w| ≥ ${short(threshold(store.baseOf("threshold")))}`;
    least.setAttribute("aria-valuetext", bound.textContent);
  });
  return part("prune", "Prune by a rule",
    make("div", { class: "line" }, labelled("rule", rule), one),
    make("div", { class: "line" }, labelled("down to", slider), said),
    make("div", { class: "line" }, labelled("no smaller than", least), bound),
    make("p", {
      class: "readout",
      text: "The slider scores once, from where it stood; “Remove one” scores anew each time. Rules that look at "
        + "data see every 16th point.",
    }),
    out);
}
