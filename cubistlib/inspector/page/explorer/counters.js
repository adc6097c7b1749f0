// The numbers of the network, beside the sparsest so far.

import { make } from "./dom.js";
import { besideFrontier, life, score } from "./measure.js";

const NUMBERS = {
  accuracy: ["accuracy", "share of the spiral's 49,982 points that are right"],
  wrong: ["wrong points", "of 49,982"],
  live: ["live parameters", "weights and biases that are left when all that does nothing on the data is gone"],
  effective: ["on a path", "weights on a path from input to output, and their biases"],
  kept: ["kept", "weights that the mask keeps, and the biases of units that are read"],
  record: ["sparsest so far", "fewest live parameters of a known network with as many points right"],
  verdict: ["beat the frontier", "the network beside the sparsest so far"],
};

/**
 * @param {import("./store.js").Store} store
 * @param {{parameters: number, correct: number}[]} frontier
 */
export function counters(store, frontier) {
  const list = make("dl", { class: "counters", "aria-label": "numbers of the network" }), numbers = {};
  for (const [name, [words, why]] of Object.entries(NUMBERS)) {
    numbers[name] = make("dd", { "data-number": name });
    list.append(make("div", { title: why, class: name }, make("dt", { text: words }), numbers[name]));
  }
  const show = (name, value) => {
    if (numbers[name].textContent !== String(value)) numbers[name].textContent = value;
  };
  store.listen(() => {
    const { accuracy, wrong, effective, kept } = score(store.state.network);
    show("accuracy", percent(accuracy));
    show("wrong", wrong.length.toLocaleString("en"));
    show("effective", effective);
    show("kept", kept);
  });
  store.listen(() => {
    const { network } = store.state, { live } = life(network);
    const { record, beaten, said } = besideFrontier({ sizes: network.sizes, ...score(network), live }, frontier);
    show("live", live);
    show("record", record ?? "–");
    show("verdict", said);
    numbers.verdict.className = beaten ? "beaten" : "";
  }, "then");
  return list;
}

/** A share in percent; 100 % is said of all points alone. */
export const percent = (share) => `${(Math.floor(share * 1e4) / 100).toFixed(2)} %`;
