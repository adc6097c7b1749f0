// Training beside the page: a module worker. `new Worker(url, { type: "module" })`.
//
// It takes { type: "start", network, config, seed, points } and trains; "start" without a network goes
// on. "pause" halts; "step" halts and goes one epoch on, or { steps } optimizer steps, from a network if
// it has one, as "start"; "stop" forgets. "measure" with a state measures its network on all points,
// "tidy" takes out what does nothing on them.
// It sends { type: "progress", epoch, step, done, diverged, loss, accuracy, network } after every
// epoch and every "step", { type: "measured", found }, { type: "tidied", found }, and { type: "error", message } for what cannot
// be done.

import { demand, isWhole } from "./checks.js";
import { evaluate } from "./evaluation.js";
import { exactly } from "./explorer/measure.js";
import { idle } from "./explorer/state.js";
import { cubistSpiral } from "./spiral.js";
import { Training } from "./train.js";

const SLICE = 20; // ms between which messages are heard

/**
 * What hears messages and trains.
 * @param {function(object): void} send
 * @param {{later: function(function(): void): void, points: object, slice: number}} [options] later:
 *   calls something when waiting messages have been heard; slice: ms of training between
 * @returns {function(object): void} to be called with every message
 */
export function trainer(send, { later = (go) => setTimeout(go, 0), points: usual, slice = SLICE } = {}) {
  let training = null, running = 0; // the number of the run in progress, 0 for none
  let runs = 0;

  const report = () => {
    const network = training.network(), { accuracy, loss } = evaluate(network, training.points);
    const { epoch, step, done, diverged } = training;
    send({ type: "progress", epoch, step, done, diverged, loss, accuracy, network });
    if (done || diverged) running = 0;
  };
  const go = (run) => {
    if (run !== running) return;
    const end = Math.min((Math.floor(training.epoch) + 1) * training.stepsAnEpoch, training.steps);
    const until = performance.now() + slice;
    do training.advance();
    while (training.step < end && performance.now() < until);
    if (training.step === end) report();
    later(() => go(run));
  };
  const begin = ({ network, config, seed, points = usual ?? cubistSpiral() }) => {
    if (network) training = new Training(network, points, config, { seed });
    demand(training, "train: nothing has been started");
  };
  const actions = {
    start(message) {
      begin(message);
      if (training.done) return;
      const run = (running = ++runs);
      later(() => go(run));
    },
    pause() {
      running = 0;
    },
    step({ steps, ...message }) {
      begin(message);
      running = 0;
      if (training.done) return;
      demand(steps === undefined || isWhole(steps, 1), `train: steps must be a whole number ≥ 1, got ${steps}`);
      if (steps === undefined) training.advanceEpoch();
      else training.advanceTo(training.step + steps);
      report();
    },
    stop() {
      running = 0;
      training = null;
    },
    tidy({ state }) {
      send({ type: "tidied", found: idle(state) });
    },
    measure({ state }) {
      send({ type: "measured", found: exactly(state) });
    },
  };
  return (message) => {
    try {
      demand(Object.hasOwn(actions, message?.type), `train: no message ${message?.type}`);
      actions[message.type](message);
    } catch (error) {
      send({ type: "error", message: error.message });
    }
  };
}

if (typeof WorkerGlobalScope !== "undefined") {
  const hear = trainer((message) => postMessage(message));
  addEventListener("message", (event) => hear(event.data));
}
