// Links: there and back to the bit, and what is damaged or too large.

import assert from "node:assert/strict";
import test from "node:test";
import { hash } from "../../cubistlib/inspector/page/hash.js";
import { initialize } from "../../cubistlib/inspector/page/initialize.js";
import { fromLink, LONGEST, toLink } from "../../cubistlib/inspector/page/link.js";
import { makeNetwork, withMask } from "../../cubistlib/inspector/page/network.js";
import { Generator } from "../../cubistlib/inspector/page/random.js";
import { network, read, skip } from "./cases.mjs";

const bits = ({ sizes, weights, biases, kept }) => [
  sizes, ...[...weights, ...biases].map((layer) => [...new Int32Array(layer.slice().buffer)]),
  ...[...kept.weights, ...kept.biases].map((layer) => [...layer]),
];
const thereAndBack = (net) => assert.deepEqual(bits(fromLink(toLink(net))), bits(net));

function masked(net, density, generator) {
  return withMask(net, net.kept.weights.map((layer) => layer.map(() => generator.uniform(0, 1) < density)));
}

test("there and back to the bit", () => {
  const generator = new Generator(1, "links");
  for (let i = 0; i < 200; i++) {
    const hidden = Array.from({ length: generator.below(5) }, () => 1 + generator.below(6));
    thereAndBack(masked(initialize(hidden, i), generator.uniform(0, 1.2), generator));
  }
  thereAndBack(masked(initialize([256, 256, 256], 0), 26 / 131_000, generator));
  const odd = makeNetwork([2, 1, 1], [[-0, 1e-45], [3e38]], [[0.1], [0]], [[1, 1], [1]], [[0], [1]]);
  assert.ok(Object.is(fromLink(toLink(odd)).weights[0][0], -0));
  thereAndBack(odd);
});

test("the library's networks too", { skip }, () => {
  const small = read("networks.json").map((each) => network(each.network)).filter((net) => net.sizes[1] < 16);
  assert.ok(small.length > 40);
  for (const net of small) {
    assert.ok(toLink(net).length < 700 && /^[\w-]+$/.test(toLink(net)));
    thereAndBack(net);
  }
});

test("what is too large is one sentence", () => {
  assert.ok(toLink(initialize([11, 11, 11], 1)).length <= LONGEST);
  assert.throws(() => toLink(initialize([16, 16, 16], 1)), /too large, 32\d\d characters of at most 1900/);
  assert.throws(() => toLink(initialize([1100, 1100], 1)), /2-1100-1100-1 is too large/);
  assert.throws(() => fromLink("A".repeat(1901)), /at most 1900 characters/);
});

// As many weights as asked for, at random.
function scattered(width, keep, generator) {
  const net = initialize([width, width, width], 1), { weights } = net.kept;
  let left = keep, there = weights.reduce((sum, layer) => sum + layer.length, 0);
  const draw = () => { const is = generator.uniform(0, there--) < left; left -= is; return is; };
  return withMask(net, weights.map((layer) => layer.map(draw)));
}

test("a mask at random takes room, too: what the README says fits does", () => {
  const generator = new Generator(2, "links");
  for (const [width, fits, not] of [[16, 230, 260], [256, 100, 150]]) {
    for (let i = 0; i < 5; i++) {
      thereAndBack(scattered(width, fits, generator));
      assert.throws(() => toLink(scattered(width, not, generator)), /too large/);
    }
  }
});

test("what is not finite is one sentence", () => {
  assert.throws(() => toLink(makeNetwork([1, 1], [[NaN]], [[0]])), /diverged/);
});

const LINK = toLink(initialize([3, 3, 3], 2));
const DAMAGED = /^Error: link: the link is damaged or not complete/;

test("every changed character is seen", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let i = 0; i < LINK.length; i++) {
    for (const by of [1, 7, 32]) {
      const other = letters[(letters.indexOf(LINK[i]) + by) % 64];
      assert.throws(() => fromLink(LINK.slice(0, i) + other + LINK.slice(i + 1)), DAMAGED);
    }
  }
});

test("every cut is seen, and what is no link", () => {
  const cuts = Array.from(LINK, (_, length) => LINK.slice(0, length));
  for (const text of [...cuts, `${LINK}A`, `${LINK}=`, ` ${LINK}`, "%20", "é"]) {
    assert.throws(() => fromLink(text), DAMAGED);
  }
  assert.throws(() => fromLink(undefined), /a link has at most/);
});

// A link of other bytes whose hash is right.
function forged(change) {
  const bytes = [...Buffer.from(LINK, "base64url")].slice(0, -4), changed = change(bytes) ?? bytes;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(hash(changed));
  return Buffer.from([...changed, ...sum]).toString("base64url");
}

test("a forged link is one sentence", () => {
  assert.deepEqual(fromLink(forged(() => {})), fromLink(LINK));
  assert.throws(() => fromLink(forged((bytes) => { bytes[0] = 2; })), /reads links of version 1, this one has 2/);
  assert.throws(() => fromLink(forged(() => [1, 3, 255, 127, 255, 127, 1])), /16383-16383-1 is too large/);
  const others = {
    "nothing": () => [1],
    "no layers": () => [1, 0],
    "a layer of none": () => [1, 3, 2, 0, 1, 0, 1],
    "NaN": (bytes) => { bytes.fill(255, -4); },
    "a number more": (bytes) => { bytes.push(0, 0, 0, 0); },
    "a number less": (bytes) => bytes.slice(0, -4),
    "a run too long": () => [1, 2, 1, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
    "a run of none": () => [1, 2, 1, 1, 1, 0, 1],
    "a number without end": () => [1, 2, 255, 255, 255, 255, 255, 1],
  };
  for (const [name, change] of Object.entries(others)) {
    assert.throws(() => fromLink(forged(change)), DAMAGED, name);
  }
});
