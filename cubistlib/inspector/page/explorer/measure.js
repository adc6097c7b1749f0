// What is counted and scored of a network, each network once.

import { classified, logits } from "../evaluation.js";
import { parametersKept, weightsKept } from "../network.js";
import { once } from "../once.js";
import { effectiveCounts, paths } from "../paths.js";
import { simplify } from "../simplify.js";
import { taken } from "../spiral.js";
import { STATES, unitStates } from "../states.js";

const LIVE = STATES.indexOf("live");
// Products: of a network that takes more a part of the points is looked at, so that no step waits for
// more than some 5 ms. All of them are looked at in a worker then: exact.js.
const MOST_SCORED = 5e6, MOST_LIVED = 1e6;
const FEWEST = 100; // points, however large the network
const MOST_SIMPLIFIED = 20_000; // weights, those removed too, of a network whose life is found at once

/**
 * What is drawn at once; of a large network on some of the points, which is said: `points` of them.
 * @type {function(import("./state.js").State): {accuracy: number, correct: number, wrong: Int32Array,
 *   points: number, about: boolean, kept: Counts, effective: Counts}} wrong: rows of
 *   all points
 *
 * @typedef {{weights: number, parameters: number}} Counts
 */
export const score = once(({ network }) => network, ({ network, points }) => scored(network, seen(network, points, MOST_SCORED)));

function scored(network, { every, rows, part }) {
  const found = classified(logits(network, part.columns), part.labels), kept = { weights: weightsKept(network), parameters: parametersKept(network) };
  return {
    ...found, wrong: found.wrong.map((row) => row * every), correct: rows - found.wrong.length,
    points: rows, about: every > 1, kept, effective: effectiveCounts(network),
  };
}

/**
 * What takes longer, since units that stand still have to be seen on all points.
 * @type {function(import("./state.js").State): {live: Counts, states: Uint8Array[],
 *   counts: Object<string, number>, about: boolean}} live: what is left of it; states: of hidden
 *   units, as `unitStates`; counts: how many are in each; about: whether a part of the points, on
 *   which units stand still that may not on all, has said so
 */
export const life = once(({ network }) => network, ({ network, points }) => {
  const large = network.weights.reduce((sum, { length }) => sum + length, 0) > MOST_SIMPLIFIED;
  return large ? supposed(network, score({ network, points }).effective) : lived(network, seen(network, points, MOST_LIVED));
});

// As if all that lies on a path lived.
function supposed(network, live) {
  const states = paths(network).read.slice(1, -1).map((layer) => layer.map((read) => read && LIVE));
  return { live, states, counts: counted(states), about: true };
}

function lived(network, { every, part: { columns } }) {
  const { liveWeights, liveParameters, structure, removed } = simplify(network, columns);
  const hidden = network.sizes.slice(1, -1), whole = structure.every((units, l) => units === hidden[l]);
  const states = whole ? hidden.map((units) => new Uint8Array(units).fill(LIVE)) : unitStates(network, columns);
  const about = every > 1 && removed.some(({ why }) => why === "dead" || why === "constant");
  return { live: { weights: liveWeights, parameters: liveParameters }, states, counts: counted(states), about };
}

function counted(states) {
  const count = (which) => states.reduce((sum, layer) => layer.reduce((n, is) => n + (is === which), sum), 0);
  return Object.fromEntries(STATES.map((name, which) => [name, count(which)]));
}

/** Both on all points, however long it takes. */
export function exactly({ network, points }) {
  const all = { every: 1, rows: points.labels.length, part: points };
  return { score: scored(network, all), life: lived(network, all) };
}

/** Takes what `exactly` has found of a state's network for what is known of it. */
export function learn(state, found) {
  score.put(state, found.score);
  life.put(state, found.life);
}

const parts = once((points) => points, () => new Map());

// The points that a network is measured on: each `every`th.
function seen(network, points, most) {
  const all = points.labels.length, wanted = Math.ceil((weightsKept(network) * all) / most);
  const every = Math.max(1, Math.min(wanted, Math.floor(all / FEWEST)));
  const known = parts(points), rows = () => Array.from({ length: Math.ceil(all / every) }, (_, i) => i * every);
  if (every > 1 && !known.has(every)) known.set(every, taken(points, rows()));
  const part = every > 1 ? known.get(every) : points;
  return { every, rows: part.labels.length, part };
}

const LAYERS = 3; // hidden ones of the frontier's networks
const LEAST = 0.75; // accuracy from which a frontier is kept, as in search/frontier.py

/**
 * How a network stands beside the sparsest known.
 * @param {{sizes: number[], correct: number, accuracy: number, live: number, biasRule?: string}} found
 * @param {{parameters: number, correct: number}[]} frontier networks known
 * @returns {{record: number|null, beaten: boolean, said: string}} record: fewest parameters of
 *   those with as many points right
 */
export function besideFrontier({ sizes, correct, accuracy, live, biasRule }, frontier) {
  const none = (said) => ({ record: null, beaten: false, said });
  if (sizes.length !== LAYERS + 2) return none(`the frontier is of ${LAYERS} hidden layers`);
  if (biasRule === "pruned") return none("biases were pruned: another count, of which no record is here");
  if (accuracy < LEAST) return none(`the frontier starts at ${100 * LEAST} %`);
  const as = frontier.filter((each) => each.correct >= correct).map((each) => each.parameters);
  if (!as.length) return { record: null, beaten: true, said: "none is known with as many points right: a record" };
  const record = Math.min(...as), more = live - record;
  if (more < 0) return { record, beaten: true, said: `${-more} fewer than any known: a record` };
  const said = more ? `${more} more than the sparsest` : "level with the sparsest; one fewer beats it";
  return { record, beaten: false, said };
}
