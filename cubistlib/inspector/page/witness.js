// A network as the text of a witness file, as search/witness.py writes it: what lives in it, and
// what is claimed of it. `python -m cubistlib verify FILE` says whether the claim holds.

import { demand } from "./checks.js";
import { simplify } from "./simplify.js";
import { cubistSpiral } from "./spiral.js";

const WIDEST = 64, LEAST = 1e-29, MOST = 1e9; // as search/verify.py allows

/**
 * Throws an Error for a network of another shape than 2 inputs, three hidden layers and 1 output,
 * for one of which nothing lives, and for numbers that no witness may hold.
 * @param {import("./network.js").Network} network
 * @param {{recipe: string, date: string, by: string}} found how it was found; date: of the day
 * @param {{kind: string, biasRule: string}} [options] kind: "sgd" if training of the paper's kind
 *   ended in these numbers, but for what does nothing; "polished", the default, if anything else
 *   did. biasRule:
 *   "read" if every bias counts whose unit is read, "pruned" if biases went as weights do
 * @returns {string}
 */
export function witnessText(network, found, { kind = "polished", biasRule = "read" } = {}) {
  const { sizes } = network, points = cubistSpiral();
  demand(sizes.length === 5 && sizes[0] === 2 && sizes[4] === 1,
    `witness: of 2 inputs, three hidden layers and 1 output, got ${sizes.join("-")}`);
  demand(found?.recipe && found.date && found.by, "witness: found must say recipe, date and by");
  const { weights, biases, hidden } = narrowed(simplify(network, points.columns).network);
  const numbers = [...weights.flat(2), ...biases.flat()].map(Math.abs);
  demand(Math.max(...hidden) <= WIDEST, `witness: at most ${WIDEST} units of a layer may live, got ${hidden}`);
  demand(numbers.every((size) => size === 0 || (size >= LEAST && size <= MOST)),
    `witness: numbers must be 0 or of size ${LEAST} … ${MOST}`);
  const parameters = numberOf(weights, biases, biasRule), measured = measure(weights, biases, points);
  return text({
    format: "cubistlib witness 1", hidden, weights, biases, bias_rule: biasRule,
    parameters, ...measured, kind, found,
  });
}

// The units that are read alone, in widths of their own.
function narrowed({ sizes, weights, biases, kept }) {
  const there = sizes.map((size, layer) => [...Array(size).keys()].filter((unit) =>
    layer === 0 || kept.biases[layer - 1][unit]));
  demand(kept.weights.some((layer) => layer.includes(1)), "witness: nothing lives in this network");
  return {
    hidden: there.slice(1, -1).map((units) => units.length),
    weights: weights.map((layer, l) =>
      there[l + 1].map((unit) => there[l].map((source) => layer[unit * sizes[l] + source]))),
    biases: biases.map((layer, l) => there[l + 1].map((unit) => layer[unit])),
  };
}

// Nonzero weights, and biases by the rule.
function numberOf(weights, biases, biasRule) {
  const counted = biasRule === "pruned" ? biases.flat().filter(Boolean) : biases.flat();
  return weights.flat(2).filter(Boolean).length + counted.length;
}

/**
 * What is claimed of a network, in double precision. A point is right only where rounding could not
 * have made it so.
 * @param {number[][][]} weights layers of rows
 * @param {number[][]} biases
 * @param {{columns: ArrayLike<number>[], labels: Uint8Array}} points
 */
export function measure(weights, biases, { columns, labels }) {
  const { values, doubts } = scored(weights, biases, columns);
  let correct = 0, smallest = Infinity;
  for (let row = 0; row < labels.length; row++) {
    const logit = values[row], doubt = doubts[row];
    if (labels[row] ? logit - doubt > 0 : logit + doubt <= 0) correct += 1;
    smallest = Math.min(smallest, Math.abs(logit));
  }
  return { correct, points: labels.length, accuracy: correct / labels.length, smallest_logit: smallest };
}

// The logits, and bounds of their errors: rounding of sums of products in any order, taken twice.
function scored(weights, biases, columns) {
  let layer = columns.map((values) => ({ values, doubts: new Float64Array(values.length) }));
  weights.forEach((rows, l) => {
    const hidden = l < weights.length - 1;
    layer = rows.map((row, unit) => scoredUnit(layer, row, biases[l][unit], hidden));
  });
  return layer[0];
}

function scoredUnit(before, row, bias, hidden) {
  const points = before[0].values.length, rounding = (row.length + 2) * Number.EPSILON;
  const values = new Float64Array(points).fill(bias);
  const doubts = new Float64Array(points).fill(rounding * Math.abs(bias));
  row.forEach((weight, source) => {
    const { values: h, doubts: doubted } = before[source], size = Math.abs(weight);
    for (let i = 0; weight && i < points; i++) {
      values[i] += weight * h[i];
      doubts[i] += size * (doubted[i] + rounding * Math.abs(h[i]));
    }
  });
  for (let i = 0; hidden && i < points; i++) {
    if (values[i] + doubts[i] <= 0) doubts[i] = 0;
    if (values[i] < 0) values[i] = 0;
  }
  return { values, doubts };
}

// A field a line, a layer of weights or biases a line.
function text(fields) {
  const layers = (value) => `[\n  ${value.map((layer) => JSON.stringify(layer)).join(",\n  ")}\n ]`;
  const line = (value) => (Array.isArray(value[0]) ? layers(value) : JSON.stringify(value));
  const lines = Object.entries(fields).map(([name, value]) => ` ${JSON.stringify(name)}: ${line(value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}
