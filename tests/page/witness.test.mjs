// Witness files: written here, verified by tests/test_page_engine.py.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { initialize } from "../../cubistlib/inspector/page/initialize.js";
import { makeNetwork, withMask } from "../../cubistlib/inspector/page/network.js";
import { measure, witnessText } from "../../cubistlib/inspector/page/witness.js";
import { cubistSpiral } from "../../cubistlib/inspector/page/spiral.js";
import { FOLDER, network, read, skip } from "./cases.mjs";

const FOUND = { recipe: "a test", date: "2026-11-26", by: "a page" };

test("networks are written down", { skip }, () => {
  const cases = read("witnesses.json");
  assert.ok(cases.length);
  for (const { file, network: written, bias_rule: biasRule } of cases) {
    const text = witnessText(network(written), FOUND, { kind: "polished", biasRule });
    fs.writeFileSync(path.join(FOLDER, file), text);
  }
});

test("rounding makes no point right", () => {
  // An output that is 0 but for rounding, 10⁸ times the difference of two equal units.
  const weights = [[[1, 0], [3, 0]], [[3, 0], [0, 1]], [[0.7, 0], [0, 0.7]], [[1e8, -1e8]]];
  const biases = [[4.1, 12.3], [0.1, 0.1], [0.1, 0.1], [0]];
  const found = measure(weights, biases, cubistSpiral());
  assert.ok(found.correct === 0 && found.points === 49_982 && found.smallest_logit < 10);
});

test("where nothing is on, a logit of exactly 0 is class 0", () => {
  const found = measure([[[1, 0]], [[-1]], [[1]], [[1]]], [[9], [0], [0], [0]], cubistSpiral());
  assert.deepEqual([found.correct, found.smallest_logit], [24_991, 0]);
});

const dense = initialize([2, 2, 2], 4);
const [first, ...others] = dense.weights;
const REFUSED = [
  [initialize([2, 2], 0), FOUND, /three hidden layers and 1 output, got 2-2-2-1/],
  [withMask(dense, dense.kept.weights.map((layer) => layer.fill(0))), FOUND, /nothing lives/],
  [makeNetwork(dense.sizes, [first.map((w) => w * 1e30), ...others], dense.biases), FOUND, /0 or of size 1e-29/],
  [dense, { recipe: "a test", by: "a page" }, /found must say recipe, date and by/],
  [initialize([80, 3, 3], 1), FOUND, /at most 64 units of a layer may live/],
];

for (const [net, found, said] of REFUSED) {
  test(`refused: ${said}`, () => assert.throws(() => witnessText(net, found), said));
}
