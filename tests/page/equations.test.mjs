// Numbers as Python writes them, and equations by hand.

import assert from "node:assert/strict";
import test from "node:test";
import { equation, incoming, outgoing, short, unitName } from "../../cubistlib/inspector/page/equation.js";
import { makeNetwork } from "../../cubistlib/inspector/page/network.js";
import { read, skip } from "./cases.mjs";

test("numbers by hand", () => {
  const written = {
    0: "0", 1: "1", 10: "10", 100: "100", 1000: "1e+03", 999.5: "1e+03", 998.5: "998", 0.125: "0.125",
    2.125: "2.12", 2.375: "2.38", 9.995: "9.99", 0.0001: "0.0001", 0.00001: "1e-05", 0.00012345: "0.000123",
    123456: "1.23e+05", 1e-45: "1e-45",
  };
  for (const [number, text] of Object.entries(written)) assert.equal(short(Number(number)), text);
});

test("numbers as Python writes them", { skip }, () => {
  const numbers = read("numbers.json");
  assert.ok(numbers.length > 1000);
  for (const [number, text] of numbers) assert.equal(short(number), text);
});

const NET = makeNetwork([2, 2, 1], [[1.5, -2, 0, 0.25], [0, -1]], [[0, 0.5], [0]], [[1, 1, 0, 1], [1, 1]]);

test("by hand", () => {
  assert.equal(equation(NET, { layer: 0, index: 1 }), "x2: input");
  assert.equal(equation(NET, { layer: 1, index: 0 }), "h1.1 = relu(−2·x2 + 1.5·x1)");
  assert.equal(equation(NET, { layer: 1, index: 1 }), "h1.2 = relu(0.25·x2 + 0.5)");
  assert.equal(equation(NET, { layer: 2, index: 0 }), "logit = −1·h1.2 + 0·h1.1");
  assert.equal(unitName(NET.sizes, { layer: 2, index: 0 }), "out");
  const read = [{ name: "h1.1", weight: -2 }, { name: "h1.2", weight: 0.25 }];
  assert.deepEqual(outgoing(NET, { layer: 0, index: 1 }), read);
  assert.deepEqual([incoming(NET, { layer: 0, index: 0 }), outgoing(NET, { layer: 2, index: 0 })], [[], []]);
});
