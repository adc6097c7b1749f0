// What is counted and scored of a network, each network once.

import { evaluate } from "../evaluation.js";
import { parametersKept } from "../network.js";
import { effectiveCounts } from "../paths.js";
import { simplify } from "../simplify.js";
import { cubistSpiral } from "../spiral.js";
import { STATES, unitStates } from "../states.js";

const LIVE = STATES.indexOf("live");

const once = (measured) => {
  const known = new WeakMap();
  return (network) => {
    if (!known.has(network)) known.set(network, measured(network));
    return known.get(network);
  };
};

/**
 * What is drawn at once.
 * @type {function(import("../network.js").Network): {accuracy: number, correct: number,
 *   wrong: Int32Array, loss: number, kept: number, effective: number}} kept, effective: parameters
 */
export const score = once((network) => {
  const spiral = cubistSpiral(), found = evaluate(network, spiral);
  const correct = spiral.labels.length - found.wrong.length;
  return { ...found, correct, kept: parametersKept(network), effective: effectiveCounts(network).parameters };
});

/**
 * What takes longer, since units that stand still have to be seen on all points.
 * @type {function(import("../network.js").Network): {live: number, states: Uint8Array[]}} live:
 *   parameters; states: of hidden units, as `unitStates`
 */
export const life = once((network) => {
  const { columns } = cubistSpiral(), { liveParameters, structure } = simplify(network, columns);
  const hidden = network.sizes.slice(1, -1), whole = structure.every((units, l) => units === hidden[l]);
  const states = whole ? hidden.map((units) => new Uint8Array(units).fill(LIVE)) : unitStates(network, columns);
  return { live: liveParameters, states };
});

const LAYERS = 3; // hidden ones of the frontier's networks
const LEAST = 0.75; // accuracy from which a frontier is kept, as in search/frontier.py

/**
 * How a network stands beside the sparsest known.
 * @param {{sizes: number[], correct: number, accuracy: number, live: number}} found
 * @param {{parameters: number, correct: number}[]} frontier networks known
 * @returns {{record: number|null, beaten: boolean, said: string}} record: fewest parameters of
 *   those with as many points right
 */
export function besideFrontier({ sizes, correct, accuracy, live }, frontier) {
  const none = (said) => ({ record: null, beaten: false, said });
  if (sizes.length !== LAYERS + 2) return none(`the frontier is of ${LAYERS} hidden layers`);
  if (accuracy < LEAST) return none(`the frontier starts at ${100 * LEAST} %`);
  const as = frontier.filter((each) => each.correct >= correct).map((each) => each.parameters);
  if (!as.length) return { record: null, beaten: true, said: "none is known with as many points right: a record" };
  const record = Math.min(...as), more = live - record;
  if (more < 0) return { record, beaten: true, said: `${-more} fewer than any known: a record` };
  const said = more ? `${more} more than the sparsest` : "level with the sparsest; one fewer beats it";
  return { record, beaten: false, said };
}
