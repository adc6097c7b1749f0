// What is counted and scored of a network, each network once.

import { evaluate } from "../evaluation.js";
import { parametersKept, weightsKept } from "../network.js";
import { effectiveCounts } from "../paths.js";
import { simplify } from "../simplify.js";
import { cubistSpiral } from "../spiral.js";
import { unitStates } from "../states.js";

const measured = new WeakMap();

/**
 * @param {import("../network.js").Network} network
 * @returns {{accuracy: number, correct: number, points: number, wrong: Int32Array, loss: number,
 *   weights: number, kept: number, effective: number, live: number, states: Uint8Array[]}} kept,
 *   effective and live: parameters
 */
export function measure(network) {
  if (!measured.has(network)) measured.set(network, counted(network));
  return measured.get(network);
}

function counted(network) {
  const spiral = cubistSpiral(), found = evaluate(network, spiral), points = spiral.labels.length;
  return {
    ...found,
    points,
    correct: points - found.wrong.length,
    weights: weightsKept(network),
    kept: parametersKept(network),
    effective: effectiveCounts(network).parameters,
    live: simplify(network, spiral.columns).liveParameters,
    states: unitStates(network, spiral.columns),
  };
}

const LEAST = 0.75; // accuracy from which a frontier is kept, as in search/frontier.py

/**
 * How a network stands beside the sparsest known.
 * @param {{correct: number, points: number, accuracy: number, live: number}} found
 * @param {{parameters: number, correct: number}[]} frontier networks known
 * @returns {{record: number|null, beaten: boolean, said: string}} record: fewest parameters of
 *   those with as many points right
 */
export function besideFrontier({ correct, accuracy, live }, frontier) {
  const as = frontier.filter((each) => each.correct >= correct).map((each) => each.parameters);
  if (accuracy < LEAST) return { record: null, beaten: false, said: `the frontier starts at ${100 * LEAST} %` };
  if (!as.length) return { record: null, beaten: true, said: "none is known with as many points right: a record" };
  const record = Math.min(...as), more = live - record;
  if (more < 0) return { record, beaten: true, said: `${-more} fewer than any known: a record` };
  return { record, beaten: false, said: more ? `${more} more than the sparsest` : "level with the sparsest; one fewer beats it" };
}
