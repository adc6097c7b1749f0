// Networks in files: opened again to the bit, and what is no network refused in a sentence.

import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";
import { element } from "./elements.mjs";
import { inWords } from "../../cubistlib/inspector/page/explorer/counters.js";
import { valuesOf } from "../../cubistlib/inspector/page/explorer/figure.js";
import { fromFile, opener } from "../../cubistlib/inspector/page/explorer/files.js";
import { life, score } from "../../cubistlib/inspector/page/explorer/measure.js";
import * as verbs from "../../cubistlib/inspector/page/explorer/state.js";
import { Store } from "../../cubistlib/inspector/page/explorer/store.js";
import { makeNetwork, parametersKept } from "../../cubistlib/inspector/page/network.js";
import { witnessText } from "../../cubistlib/inspector/page/witness.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";

const few = taken(cubistSpiral(), Array.from({ length: 300 }, (_, i) => 160 * i));
const start = verbs.pruned(verbs.fresh([3, 4, 3], 2), 20, "magnitude");
const text = (state) => JSON.stringify(valuesOf(state));

test("JSON gives the network back to the bit, its masks and points too", () => {
  const removed = verbs.toggled(verbs.withWeight(start, 0, 0, 0), 3, 1);
  const { sizes, weights, biases, kept } = start.network;
  const bare = verbs.opened(makeNetwork(sizes, weights, biases, kept.weights, kept.biases.map((layer) => layer.map(() => 0))), "bare");
  for (const state of [start, removed, bare]) {
    const found = fromFile(text(state), few);
    assert.deepEqual([found.network, found.points === few, found.biasRule], [state.network, true, state.biasRule]);
    assert.deepEqual([found.kind, found.story], ["polished", [`opened from a file: ${state.story.join(" → ")}`]]);
    assert.deepEqual(fromFile(text(found)).story, found.story);
  }
});

test("a witness gives back what lives, how it was found, and of which kind it is", () => {
  const found = { recipe: "by hand", date: "2026-01-01", by: "a test" }, { network } = verbs.fresh([3, 4, 3], 2);
  const { live } = life(verbs.opened(network, ""));
  for (const kind of ["sgd", "polished"]) {
    const state = fromFile(witnessText(network, found, { kind }));
    assert.deepEqual([parametersKept(state.network), state.kind, state.story], [live.parameters, kind, ["opened from a file: by hand"]]);
  }
  const written = JSON.parse(witnessText(network, found, { biasRule: "pruned" }));
  written.biases[0][0] = 0;
  const state = fromFile(JSON.stringify(written));
  assert.deepEqual([state.biasRule, parametersKept(state.network)], ["pruned", live.parameters - 1]);
});

const values = valuesOf(start);
const OTHERS = {
  "no JSON": "a", "nothing": "", "null": "null", "a number": "3", "a list": "[1]", "a notebook": '{"cells": []}',
  "words": '{"weights": "many", "biases": "few"}', "no layers": '{"weights": [], "biases": []}',
  "no rows": JSON.stringify({ ...values, weights: [[], [], [], []] }),
  "rows of other lengths": JSON.stringify({ ...values, weights: [[[1, 2], [3]], [[1, 1]]], masks: undefined }),
  "text for a number": JSON.stringify({ ...values, biases: values.biases.map((layer) => layer.map(String)) }),
  "a number that float32 lacks": JSON.stringify({ ...values, biases: values.biases.map((layer) => layer.map(() => 1e39)) }),
  "a mask of another shape": JSON.stringify({ ...values, masks: [[[1]]] }),
  "masks that are none": JSON.stringify({ ...values, masks: 7 }),
};

test("what is no network is one sentence", () => {
  for (const [name, other] of Object.entries(OTHERS)) assert.throws(() => fromFile(other), /^Error: (open: this file holds no network|network: [^\n]+$)/, name);
  const three = { weights: [[[1, 2, 3]]], biases: [[0]] }, wide = { weights: [Array(257).fill([1, 1]), [Array(257).fill(1)]], biases: [Array(257).fill(0), [0]] };
  assert.throws(() => fromFile(JSON.stringify(three)), /networks have 2 inputs and 1 output, this one is 3-1/);
  assert.throws(() => fromFile(JSON.stringify(wide)), /at most 256 units a layer/);
});

const read = () => new Promise((done) => { setTimeout(done); });

test("a file is chosen or dropped, and one that is too large not read", async () => {
  const store = new Store(verbs.fresh([2], 0, few)), target = element(), [, field] = opener(store, target);
  const file = (given) => ({ size: 9, text: async () => text(start), ...given }), stopped = [];
  const dropped = (each) => target.ondrop({ dataTransfer: { types: ["Files"], files: [each] }, preventDefault: () => stopped.push(1), stopPropagation() {} });
  field.files = [file()];
  field.onchange();
  await read();
  assert.deepEqual([store.state.network, store.state.points === few, field.value], [start.network, true, ""]);
  for (const [each, said] of [[file({ size: 3e7 }), /at most 20 megabytes, this file has 30/], [file({ text: async () => { throw new Error("gone"); } }), /cannot be read/], [file({ text: async () => "{}" }), /holds no network/]]) {
    dropped(each);
    await read();
    assert.match(store.said, said);
    assert.equal(store.state.network.sizes[2], 4);
  }
  target.ondrop({ dataTransfer: { types: ["text/plain"], files: [] }, preventDefault: () => stopped.push(2) });
  assert.deepEqual(stopped, [1, 1, 1]);
});

test("a file of pruned biases is counted as Python counts it, which is said", () => {
  const file = new URL("../../outputs/published/frontier/pruned-biases/14-parameters.json", import.meta.url);
  const state = fromFile(fs.readFileSync(file, "utf8")), { kept, effective } = score(state), { live } = life(state);
  assert.deepEqual([kept, effective, live].map(({ parameters }) => parameters), [14, 16, 16]); // Python, too: networks.test.mjs
  assert.match(inWords(state), /one of 0 is not kept, on a path and live count all that are read$/);
  assert.doesNotMatch(inWords(start), /pruned/);
});
