// Which weights the pruning rules keep, against the library and by hand.

import assert from "node:assert/strict";
import test from "node:test";
import { lengths, makeNetwork } from "../../cubistlib/inspector/page/network.js";
import { Generator } from "../../cubistlib/inspector/page/random.js";
import { keepBest, magnitude, removeOneByOne, rise, RULES } from "../../cubistlib/inspector/page/rules.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { closeLayers, network, read, same, skip } from "./cases.mjs";

const SPIRAL = cubistSpiral();
const { rows = [], cases = [] } = read("rules.json");

test("there are choices to compare", { skip }, () => assert.ok(cases.length));

for (const { name, network: written, rule, scores, chosen, last } of cases) {
  test(`${name}, ${rule}`, () => {
    const net = network(written), points = taken(SPIRAL, rows), found = RULES[rule](net, points);
    closeLayers(found, scores, "scores");
    for (const { keep, kept } of chosen) same(keepBest(net, keep, found).kept.weights, kept, `${keep} kept`);
    if (last) same(removeOneByOne(net, last.keep, RULES[rule], points).kept.weights, last.kept, "one by one");
  });
}

const TIED = makeNetwork([2, 2, 1], [[NaN, -1, 1, 0], [-1, 3]], [[0, 0], [0]]);

test("of equal scores the earlier weight stays, and NaN ranks last", () => {
  const kept = (keep) => keepBest(TIED, keep, magnitude(TIED)).kept.weights;
  same(kept(5), [[0, 1, 1, 1], [1, 1]], "5 kept");
  same(kept(3), [[0, 1, 1, 0], [0, 1]], "3 kept");
  same(kept(0), [[0, 0, 0, 0], [0, 0]], "none kept");
  same(removeOneByOne(TIED, 3, magnitude).kept.weights, [[0, 1, 1, 0], [0, 1]], "one by one");
});

test("many equal scores are told apart as a stable sort does", () => {
  const draw = new Generator("ties"), sizes = [2, 9, 9, 1];
  for (let i = 0; i < 40; i++) {
    const numbers = (length) => Float32Array.from({ length }, () => Math.floor(draw.uniform(-3, 3)));
    const net = makeNetwork(sizes, lengths(sizes).map(numbers), sizes.slice(1).map(numbers), lengths(sizes).map(numbers));
    const all = net.kept.weights.flatMap((layer, l) => [...layer.keys()].filter((at) => layer[at]).map((at) => [l, at]));
    const scores = magnitude(net), best = all.sort(([l, at], [m, other]) => scores[m][other] - scores[l][at]), keep = draw.below(all.length + 1);
    const expected = net.kept.weights.map((layer) => layer.map(() => 0));
    for (const [l, at] of best.slice(0, keep)) expected[l][at] = 1;
    same(keepBest(net, keep, scores).kept.weights, expected.map((layer) => [...layer]), `${keep} kept`);
  }
});

test("what is not asked for rightly is one sentence", () => {
  const scores = magnitude(TIED);
  for (const keep of [7, -1, 2.5]) assert.throws(() => keepBest(TIED, keep, scores), /keep must be 0 … 6/);
});

test("a weight that does nothing costs nothing", () => {
  const net = makeNetwork([2, 2, 1], [[1, 0, 0, 1], [1, 1]], [[0, -99], [0]]);
  const scores = rise(net, taken(SPIRAL, [0, 20_000, 30_000, 49_981]));
  assert.ok(scores[0][3] === 0 && scores[1][1] === 0 && scores[0][0] !== 0);
});
