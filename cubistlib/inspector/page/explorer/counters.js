// The numbers of the network, beside the sparsest so far.

import { cubistSpiral } from "../spiral.js";
import { make } from "./dom.js";
import { besideFrontier, life, score } from "./measure.js";

const NUMBERS = {
  accuracy: ["accuracy", "share of the points that are right"],
  wrong: ["wrong points", "of all that it is measured on"],
  live: ["live parameters", "weights and biases that are left when all that does nothing on the data is gone"],
  effective: ["on a path", "weights on a path from input to output, and their biases"],
  kept: ["kept", "weights that the mask keeps, and the biases of units that are read"],
  record: ["sparsest so far", "fewest live parameters of a known network with as many points right"],
  verdict: ["beat the frontier", "the network beside the sparsest so far"],
};

const OF_THE_SPIRAL = ["record", "verdict"];

/**
 * @param {import("./store.js").Store} store
 * @param {{parameters: number, correct: number}[]} frontier
 * @param {string} [which] of several networks
 */
export function counters(store, frontier, which = "network") {
  const list = make("dl", { class: "counters", "aria-label": `numbers of the ${which}` }), numbers = {};
  const summary = make("p", { class: "readout", "data-summary": "" });
  for (const [name, [words, why]] of Object.entries(NUMBERS)) {
    numbers[name] = make("dd", { "data-number": name });
    list.append(make("div", { title: why, class: name }, make("dt", { text: words }), numbers[name]));
  }
  const show = (name, value) => {
    if (numbers[name].textContent !== String(value)) numbers[name].textContent = value;
  };
  store.listen(() => {
    const { accuracy, wrong, points: of, about, effective, kept } = score(store.state);
    show("accuracy", `${near(about)}${percent(accuracy)}`);
    show("wrong", `${wrong.length.toLocaleString("en")}${about ? ` of ${of.toLocaleString("en")}` : ""}`);
    show("effective", effective.parameters);
    show("kept", kept.parameters);
  });
  store.listen(() => {
    const { network, points, biasRule } = store.state, { live, about } = life(store.state), found = score(store.state);
    const { record, beaten, said } = besideFrontier({ sizes: network.sizes, ...found, live: live.parameters, biasRule }, frontier);
    const sure = !found.about && !about;
    show("live", `${near(about)}${live.parameters}`);
    for (const name of OF_THE_SPIRAL) numbers[name].parentElement.hidden = points !== cubistSpiral();
    show("record", sure ? record ?? "–" : "…");
    show("verdict", sure ? said : "…");
    numbers.verdict.className = sure && beaten ? "beaten" : "";
    summary.textContent = inWords(store.state);
  }, "then");
  return make("div", {}, list, summary);
}

const near = (about) => (about ? "≈ " : "");

/** What stands before a number that a part of the points gave. @param {boolean} about */
export const hedge = (about) => (about ? "about " : "");

// As Python counts: parameters_kept by the masks that there are, the other two by the bias rule.
const PRUNED = "; biases were pruned, too: one of 0 is not kept, on a path and live count all that are read";

/** What is counted of a network, in a line. @param {import("./state.js").State} state */
export function inWords(state) {
  const { kept, effective, points, about } = score(state), { live, counts, about: some } = life(state);
  const units = Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
  return `${kept.weights} weights, ${effective.weights} on a path, ${hedge(some)}${live.weights} live; hidden units: ${units}; `
    + `${about ? "measured on" : "of"} ${points.toLocaleString("en")} points${state.biasRule === "pruned" ? PRUNED : ""}`;
}

/** A share in percent; 100 % is said of all points alone. */
export const percent = (share) => `${(Math.floor(share * 1e4) / 100).toFixed(2)} %`;
