// The worker's messages, without a browser, and as a worker of node's.

import assert from "node:assert/strict";
import test from "node:test";
import { evaluate } from "../../cubistlib/inspector/page/evaluation.js";
import { life, score } from "../../cubistlib/inspector/page/explorer/measure.js";
import { opened, tidied, withBias } from "../../cubistlib/inspector/page/explorer/state.js";
import { initialize } from "../../cubistlib/inspector/page/initialize.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { Training } from "../../cubistlib/inspector/page/train.js";
import { trainer } from "../../cubistlib/inspector/page/worker.js";

const points = taken(cubistSpiral(), Array.from({ length: 3000 }, (_, i) => i * 16));
const network = initialize([3, 3, 3], 1), config = { epochs: 3, lr: 0.1 };

// A trainer that waits until `work` is called, and then does an epoch at once, or a step.
function begun(slice = Infinity) {
  const sent = [], waiting = [];
  const tell = trainer((message) => sent.push(message), { later: (go) => waiting.push(go), points, slice });
  const work = (times = Infinity) => {
    while (waiting.length && times-- > 0) waiting.shift()();
  };
  return { sent, tell, work, waiting };
}

test("it trains to the end, an epoch's progress at a time", () => {
  const { sent, tell, work } = begun();
  tell({ type: "start", network, config, seed: 4 });
  work();
  assert.deepEqual(sent.map(({ type, epoch, done }) => [type, epoch, done]), [
    ["progress", 1, false], ["progress", 2, false], ["progress", 3, true],
  ]);
  const training = new Training(network, points, config, { seed: 4 });
  training.advanceTo(Infinity);
  const { accuracy, loss } = evaluate(training.network(), points), last = sent.at(-1);
  assert.deepEqual([last.network, last.accuracy, last.loss], [training.network(), accuracy, loss]);
});

test("it pauses, steps and goes on, and ends as if it had not", () => {
  const { sent, tell, work } = begun();
  tell({ type: "start", network, config, seed: 4 });
  tell({ type: "pause" });
  work();
  assert.deepEqual(sent, []);
  tell({ type: "step", steps: 5 });
  tell({ type: "step" });
  work();
  assert.deepEqual(sent.map(({ step }) => step), [5, 23]);
  tell({ type: "start" });
  work();
  assert.deepEqual(sent.map(({ step }) => step), [5, 23, 46, 69]);
  const training = new Training(network, points, config, { seed: 4 });
  training.advanceTo(Infinity);
  assert.deepEqual(sent.at(-1).network, training.network());
  for (const type of ["start", "step"]) tell({ type });
  work();
  assert.equal(sent.length, 4);
});

test("a step from a network is the first of a training", () => {
  const { sent, tell, work } = begun();
  tell({ type: "step", steps: 1, network, config, seed: 4 });
  tell({ type: "start" });
  work();
  assert.deepEqual(sent.map(({ step }) => step), [1, 23, 46, 69]);
});

test("a new start takes the place of the old one", () => {
  const { sent, tell, work } = begun();
  tell({ type: "start", network, config, seed: 4 });
  work(1);
  tell({ type: "start", network, config: { epochs: 1 }, seed: 4 });
  work();
  assert.deepEqual(sent.map(({ epoch, done }) => [epoch, done]), [[1, false], [1, true]]);
});

test("messages are heard between slices of an epoch, which change nothing", () => {
  const { sent, tell, work } = begun(0);
  tell({ type: "start", network, config, seed: 4 });
  work(5);
  tell({ type: "step", steps: 1 });
  assert.deepEqual(sent.map(({ step }) => step), [6]);
  tell({ type: "start" });
  work();
  const whole = begun();
  whole.tell({ type: "start", network, config, seed: 4 });
  whole.work();
  assert.deepEqual(sent.at(-1), whole.sent.at(-1));
});

test("a start while it trains is no second training", () => {
  const { tell, work, waiting } = begun(0);
  for (let i = 0; i < 3; i++) tell({ type: "start", ...(i ? {} : { network, config, seed: 4 }) });
  work(3);
  assert.equal(waiting.length, 1);
});

test("it stops where training diverges", () => {
  const { sent, tell, work } = begun();
  tell({ type: "start", network, config: { lr: 1e12, epochs: 9 } });
  work();
  assert.ok(sent.at(-1).diverged && sent.length < 9);
});

test("what it cannot do is a message", () => {
  const { sent, tell, work } = begun();
  tell({ type: "start" });
  tell({ type: "step" });
  tell({ type: "go" });
  tell(undefined);
  tell({ type: "start", network, config: { lr: -1 } });
  tell({ type: "start", network, config });
  tell({ type: "step", steps: 0 });
  tell({ type: "stop" });
  tell({ type: "step" });
  work();
  assert.deepEqual(sent.map(({ type }) => type), Array(7).fill("error"));
  assert.deepEqual(sent.map(({ message }) => message.slice(0, 27)), [
    "train: nothing has been sta", "train: nothing has been sta",
    "train: no message go", "train: no message undefined",
    "train: lr must be a number ", "train: steps must be a whol", "train: nothing has been sta",
  ]);
});

test("messages pass between threads as they are", () => {
  const sent = [], tell = trainer((message) => sent.push(structuredClone(message)), { points });
  tell(structuredClone({ type: "start", network, config, seed: 1 }));
  tell({ type: "step", steps: 1 });
  assert.ok(sent[0].network.weights[0] instanceof Float32Array && sent[0].step === 1);
});

test("it takes out what does nothing on the points", () => {
  const { sent, tell } = begun(), state = withBias(opened(network, "", "polished", points), 1, 0, -1e3);
  tell({ type: "tidy", state: { network: state.network, points } });
  assert.equal(sent[0].type, "tidied");
  assert.deepEqual(tidied(state, structuredClone(sent[0].found)).network, tidied(state).network);
  assert.ok(sent[0].found.removed.length > 0);
});

test("it measures a network on all points", () => {
  const { sent, tell } = begun(), state = opened(network, "", "polished", points);
  tell({ type: "measure", state: { network, points } });
  assert.deepEqual(sent, [{ type: "measured", found: { score: score(state), life: life(state) } }]);
});
