// Fresh networks and the page's own random numbers.

import assert from "node:assert/strict";
import test from "node:test";
import { initialize } from "../../cubistlib/inspector/page/initialize.js";
import { makeNetwork } from "../../cubistlib/inspector/page/network.js";
import { Generator } from "../../cubistlib/inspector/page/random.js";

// The largest gap between how often numbers −1 … 1 fall below a value and how often they should.
function gap(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  return Math.max(...sorted.map((value, i) => Math.abs((value + 1) / 2 - (i + 0.5) / sorted.length)));
}

test("weights and biases are uniform in ±1/√fan_in", () => {
  const { sizes, weights, biases } = initialize([100, 100, 100], 5);
  assert.deepEqual(sizes, [2, 100, 100, 100, 1]);
  weights.forEach((layer, l) => {
    const numbers = [...layer, ...biases[l]].map((value) => value * Math.sqrt(sizes[l]));
    assert.ok(numbers.every((value) => Math.abs(value) <= 1 + 1e-6));
    assert.ok(gap(numbers) < 1.95 / Math.sqrt(numbers.length)); // Kolmogorov–Smirnov, 0.1 %
  });
});

test("leading units of a wider host start from its range", () => {
  const { weights, biases } = initialize([3, 3, 3], 9, [16, 16, 16]);
  const largest = (layer) => Math.max(...layer.map(Math.abs));
  assert.ok(largest(weights[0]) > 0.25);
  for (const layer of [weights[1], weights[2], weights[3], biases[3]]) assert.ok(largest(layer) <= 0.25);
  assert.throws(() => initialize([3, 3], 0, [3, 2]), /at least as wide/);
  assert.throws(() => initialize([3, 3], 0, [3]), /as deep/);
  assert.throws(() => initialize([0], 0), /sizes must be two or more whole numbers 1 … 10000/);
});

test("a seed gives the same always, another one another", () => {
  assert.deepEqual(initialize([3, 3, 3], 1), initialize([3, 3, 3], 1));
  assert.notDeepEqual(initialize([3, 3, 3], 1), initialize([3, 3, 3], 2));
  const draw = (...stream) => new Generator(...stream).next();
  const drawn = [draw(1, "a"), draw(1, "b"), draw(1, "a", 1), draw(2, "a"), draw(11, "a", 0), draw(1, "a", 10)];
  assert.equal(new Set(drawn).size, drawn.length);
});

test("streams side by side are uniform and apart", () => {
  const numbers = Float64Array.from({ length: 20_000 }, (_, i) => new Generator(1, "streams", i).uniform(-1, 1));
  const product = numbers.slice(1).reduce((sum, value, i) => sum + value * numbers[i], 0) / numbers.length;
  assert.ok(gap(numbers) < 1.95 / Math.sqrt(numbers.length));
  assert.ok(Math.abs(product) < (3.3 * (1 / 3)) / Math.sqrt(numbers.length));
});

test("a shuffle reaches every order equally often", () => {
  const counts = new Map(), generator = new Generator(3, "shuffle");
  for (let i = 0; i < 24_000; i++) {
    const order = generator.shuffle([0, 1, 2, 3]).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const squares = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(counts.size === 24 && squares < 49.7); // chi squared of 23 degrees, 0.1 %
});

test("shapes that do not fit are one sentence", () => {
  assert.throws(() => makeNetwork([2, 2], [[1, 2, 3]], [[0, 0]]), /weights\[0\] must hold 4 numbers, got 3/);
  assert.throws(() => makeNetwork([2, 2, 1], [[1, 2, 3, 4]], [[0, 0]]), /weights must be of 2 layers, got 1/);
  const unkept = () => makeNetwork([2, 1], [[1, 2]], [[0]], [[1, 1]], [[]]);
  assert.throws(unkept, /kept biases\[0\] must hold 1 numbers, got 0/);
});
