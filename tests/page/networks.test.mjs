// Everything that is said of a network, against the library.

import assert from "node:assert/strict";
import test from "node:test";
import { equation } from "../../cubistlib/inspector/page/equation.js";
import { evaluate, logits, probability } from "../../cubistlib/inspector/page/evaluation.js";
import { parametersKept, weightsKept } from "../../cubistlib/inspector/page/network.js";
import { effectiveCounts } from "../../cubistlib/inspector/page/paths.js";
import { unitMap } from "../../cubistlib/inspector/page/plane.js";
import { simplify } from "../../cubistlib/inspector/page/simplify.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { unitStates } from "../../cubistlib/inspector/page/states.js";
import { close, closeLayers, network, read, same, skip } from "./cases.mjs";

const SPIRAL = cubistSpiral();
const thinned = new Map([[1, SPIRAL]]);

function every(stride) {
  const count = Math.ceil(SPIRAL.labels.length / stride);
  const rows = () => Array.from({ length: count }, (_, i) => i * stride);
  if (!thinned.has(stride)) thinned.set(stride, taken(SPIRAL, rows()));
  return thinned.get(stride);
}

const CHECKS = {
  logits(net, expected, points, sample) {
    const found = logits(net, points.columns);
    const sampled = sample.map((row) => found[row]);
    close(sampled, expected.exact, "logits in double precision", 1e-12);
    close(sampled, expected.logits, "logits", expected.tolerance);
    close(sampled.map(probability), expected.probabilities, "probabilities", 1e-12);
  },
  accuracy(net, expected, points) {
    const { accuracy, loss, wrong } = evaluate(net, points);
    assert.deepEqual([...wrong], expected.wrong, "wrong points");
    assert.equal(accuracy, 1 - expected.wrong.length / points.labels.length);
    close([loss], [expected.loss], "loss", 1e-12);
  },
  maps(net, expected) {
    for (const { layer, index, pre, values } of expected.maps) {
      const found = unitMap(net, { layer, index }, expected.side, { pre });
      close(found, values, `map of ${layer}.${index}`, 1e-12);
    }
  },
  states(net, expected, points) {
    same(unitStates(net, points.columns), expected.states, "states of units");
  },
  counts(net, expected) {
    const kept = { weights: weightsKept(net), parameters: parametersKept(net) };
    assert.deepEqual(kept, expected.kept, "kept counts");
    assert.deepEqual(effectiveCounts(net), expected.effective, "effective counts");
  },
  "what lives"(net, expected, points, sample) {
    const { live } = expected, simplified = simplify(net, points.columns);
    const { network: left, liveWeights, liveParameters, structure, removed } = simplified;
    assert.deepEqual(removed, live.removed, "removed parts");
    const counts = [live.weights, live.parameters, live.structure];
    assert.deepEqual([liveWeights, liveParameters, structure], counts, "live counts");
    same(left.kept.weights, live.network.kept_weights, "what lives");
    same(left.kept.biases, live.network.kept_biases, "biases that live");
    closeLayers(left.weights, live.network.weights, "weights that are left");
    closeLayers(left.biases, live.network.biases, "biases that are left");
    const after = logits(left, points.columns);
    close(sample.map((row) => after[row]), expected.exact, "logits of what lives", expected.tolerance);
    assert.deepEqual(simplify(left, points.columns).removed, [], "removed again");
  },
  equations(net, expected) {
    const units = net.sizes.flatMap((size, layer) =>
      Array.from({ length: Math.min(size, 8) }, (_, index) => ({ layer, index })));
    assert.deepEqual(units.map((unit) => equation(net, unit)), expected.equations, "equations of units");
  },
};

test("points may come as plain lists", { skip }, () => {
  const net = network(read("networks.json")[0].network), { columns } = every(100);
  assert.deepEqual(logits(net, columns.map((column) => [...column])), logits(net, columns));
});

test("there are networks to compare", { skip }, () => assert.ok(read("networks.json").length));

for (const { name, network: written, stride, expected } of read("networks.json")) {
  test(name, async (t) => {
    const net = network(written), points = every(stride);
    const sample = expected.logits.map((_, i) => i * expected.sampled);
    for (const [what, check] of Object.entries(CHECKS)) {
      await t.test(what, () => check(net, expected, points, sample));
    }
  });
}
