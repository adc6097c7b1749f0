// The numbers of the network, beside the sparsest so far.

import { make } from "./dom.js";
import { besideFrontier, measure } from "./measure.js";

/**
 * @param {import("./store.js").Store} store
 * @param {{parameters: number, correct: number}[]} frontier
 */
export function counters(store, frontier) {
  const numbers = {}, list = make("dl", { class: "counters", "aria-label": "numbers of the network" });
  for (const [name, words, why] of NUMBERS) {
    numbers[name] = make("dd", { "data-number": name });
    list.append(make("div", { title: why }, make("dt", { text: words }), numbers[name]));
  }
  const verdict = make("dd", { "data-number": "verdict" });
  list.append(make("div", { class: "verdict" }, make("dt", { text: "beat the frontier" }), verdict));
  store.listen(() => {
    const found = measure(store.state.network), { record, beaten, said } = besideFrontier(found, frontier);
    const shown = {
      accuracy: percent(found.accuracy), wrong: found.wrong.length.toLocaleString("en"),
      live: found.live, effective: found.effective, kept: found.kept, record: record ?? "–",
    };
    for (const name of Object.keys(numbers)) if (numbers[name].textContent !== String(shown[name])) numbers[name].textContent = shown[name];
    verdict.textContent = said;
    verdict.className = beaten ? "beaten" : "";
  });
  return list;
}

const NUMBERS = [
  ["accuracy", "accuracy", "share of the spiral's 49,982 points that are right"],
  ["wrong", "wrong points", "of 49,982"],
  ["live", "live parameters", "weights and biases left when all that does nothing on the data is gone"],
  ["effective", "on a path", "weights on a path from input to output, and their biases"],
  ["kept", "kept", "weights that the mask keeps, and the biases of units that are read"],
  ["record", "sparsest so far", "fewest live parameters of a known network with as many points right"],
];

// All digits that tell: 100 % is said of all points alone.
export const percent = (share) => `${(Math.floor(share * 1e4) / 100).toFixed(2)} %`;
