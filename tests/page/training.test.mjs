// A hundred steps of training, against the library's reference trainer, and what a training does.

import assert from "node:assert/strict";
import test from "node:test";
import { initialize } from "../../cubistlib/inspector/page/initialize.js";
import { withMask } from "../../cubistlib/inspector/page/network.js";
import { configured, learningRate, SCHEDULES } from "../../cubistlib/inspector/page/schedules.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { epochOrder, Training } from "../../cubistlib/inspector/page/train.js";
import { close, closeLayers, network, read, skip } from "./cases.mjs";

const SPIRAL = cubistSpiral();
const { rows = [], order = [], cases = [] } = read("training.json");

test("there are trainings to compare", { skip }, () => assert.ok(cases.length));

for (const { name, network: written, config, expected } of cases) {
  test(name, () => {
    const start = network(written), training = new Training(start, taken(SPIRAL, rows), config, { order });
    const losses = [], rates = [];
    while (!training.done) {
      rates.push(learningRate(training.config, Math.floor(training.epoch)));
      losses.push(training.advance());
    }
    const ended = training.network();
    close(rates, expected.rates, "rates");
    close(losses, expected.losses, "losses");
    closeLayers(ended.weights, expected.network.weights, "weights");
    closeLayers(ended.biases, expected.network.biases, "biases");
    for (const part of ["weights", "biases"]) {
      const kept = start.kept[part];
      ended[part].forEach((layer, l) => layer.forEach((value, at) => assert.ok(kept[l][at] || value === 0)));
    }
    assert.deepEqual(start, network(written), "the start is left as it is");
  });
}

const SOME = taken(SPIRAL, Array.from({ length: 1000 }, (_, i) => i * 49));

test("an epoch's order is every row once at most, and hangs on seed and epoch alone", () => {
  const order = epochOrder(1000, 128, 3, 7);
  assert.equal(order.length, 896);
  assert.equal(new Set(order).size, 896);
  assert.ok(order.every((row) => row >= 0 && row < 1000));
  assert.deepEqual(epochOrder(1000, 128, 3, 7), order);
  for (const other of [[4, 7], [3, 8]]) assert.notDeepEqual(epochOrder(1000, 128, ...other), order);
});

test("step by step, by epochs and all at once are the same, and another seed is not", () => {
  const start = initialize([3, 3, 3], 1), config = { lr: 0.1, schedule: "step", epochs: 4 };
  const begun = (seed) => new Training(start, SOME, config, { seed });
  const [single, epochs, whole, other] = [begun(1), begun(1), begun(1), begun(2)];
  while (!single.done) single.advance();
  for (let epoch = 0; epoch < 4; epoch++) {
    assert.equal(epochs.epoch, epoch);
    epochs.advanceEpoch();
  }
  whole.advanceTo(Infinity);
  other.advanceTo(Infinity);
  assert.ok(single.done && epochs.done && whole.done && whole.step === 28);
  assert.deepEqual(single.network(), whole.network());
  assert.deepEqual(epochs.network(), whole.network());
  assert.notDeepEqual(other.network(), whole.network());
  assert.throws(() => whole.advance(), /all 28 steps are done/);
});

test("training learns", () => {
  const training = new Training(initialize([8, 8, 8], 3), SPIRAL, { lr: 0.1, epochs: 2 });
  const first = training.advanceEpoch();
  assert.ok(training.advanceEpoch() < 0.95 * first);
});

test("a rate beyond all measure diverges, and says so", () => {
  const training = new Training(initialize([3, 3, 3], 1), SOME, { lr: 1e12, epochs: 9 });
  training.advanceTo(Infinity);
  assert.ok(training.diverged);
});

test("schedules by hand", () => {
  const every = Array.from({ length: 10 }, (_, epoch) => epoch);
  const rates = (schedule) => every.map((epoch) => learningRate({ lr: 1, schedule, epochs: 10 }, epoch));
  assert.deepEqual(rates("constant"), Array(10).fill(1));
  close(rates("step"), [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01], "step");
  close(rates("cosine").slice(0, 6), [1, 0.9755283, 0.9045085, 0.7938926, 0.6545085, 0.5], "cosine");
});

const REFUSED = [
  [{ lr: -1 }, /lr must be a number ≥ 0, got -1/],
  [{ lr: NaN }, /lr must be/],
  [{ epochs: 0 }, /epochs must be a whole number ≥ 1, got 0/],
  [{ batchSize: 1.5 }, /batchSize must be a whole number/],
  [{ schedule: "cosin" }, /schedule must be constant or cosine or step, got cosin/],
  [{ weight_decay: 0 }, /no setting weight_decay/],
];

test("what cannot be trained is one sentence", () => {
  for (const [config, said] of REFUSED) assert.throws(() => configured(config), said);
  const start = initialize([2], 0);
  const train = (config, options, points = SOME) => () => new Training(start, points, config, options);
  assert.throws(train({ batchSize: 1001 }), /batchSize 1001 is larger than the 1000 points/);
  assert.throws(train({}, { order: [1, 2] }), /whole batches of 128/);
  assert.throws(train({ batchSize: 2 }, { order: [1, 1000] }), /row indices below 1000/);
  assert.throws(train({ batchSize: 1000, epochs: 1 }, { order: new Int32Array(2000) }), /more than 1 epochs/);
  assert.throws(train({}, {}, { ...SOME, columns: SOME.columns.slice(1) }), /must have 2 coordinates, got 1/);
  assert.deepEqual(SCHEDULES, ["constant", "cosine", "step"]);
});

test("what the mask removes stays zero", () => {
  const start = withMask(initialize([2, 2], 5), [[1, 0, 0, 1], [1, 1, 0, 1], [1, 0]]);
  const training = new Training(start, SOME, { lr: 0.1, epochs: 1 });
  training.advanceEpoch();
  const { weights, biases } = training.network();
  assert.deepEqual([weights[0][1], weights[0][2], weights[1][2], weights[2][1], biases[1][1]], [0, 0, 0, 0, 0]);
  assert.ok(weights[0][0] !== start.weights[0][0] && biases[0][0] !== start.biases[0][0]);
});
