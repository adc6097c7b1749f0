// The explorer without its page: verbs on a state, undo, maps, addresses.

import assert from "node:assert/strict";
import test from "node:test";
import { evaluate, logits } from "../../cubistlib/inspector/page/evaluation.js";
import { fromAddress, toAddress, units } from "../../cubistlib/inspector/page/explorer/address.js";
import { fromGallery } from "../../cubistlib/inspector/page/explorer/gallery.js";
import { neighbour } from "../../cubistlib/inspector/page/explorer/nodes.js";
import * as steps from "../../cubistlib/inspector/page/explorer/history.js";
import { layout } from "../../cubistlib/inspector/page/explorer/layout.js";
import { allMaps, oneMap } from "../../cubistlib/inspector/page/explorer/maps.js";
import { crossed } from "../../cubistlib/inspector/page/explorer/map.js";
import { besideFrontier, life, score } from "../../cubistlib/inspector/page/explorer/measure.js";
import * as verbs from "../../cubistlib/inspector/page/explorer/state.js";
import { Store } from "../../cubistlib/inspector/page/explorer/store.js";
import { Trainer } from "../../cubistlib/inspector/page/explorer/trainer.js";
import { hash } from "../../cubistlib/inspector/page/hash.js";
import { parametersKept, weightsKept } from "../../cubistlib/inspector/page/network.js";
import { removeOneByOne, RULES } from "../../cubistlib/inspector/page/rules.js";
import { simplify } from "../../cubistlib/inspector/page/simplify.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { STATES, unitStates } from "../../cubistlib/inspector/page/states.js";
import { Training } from "../../cubistlib/inspector/page/train.js";

const points = cubistSpiral(), start = verbs.fresh([3, 3, 3], 2);
const few = taken(points, Array.from({ length: Math.ceil(points.labels.length / 16) }, (_, i) => 16 * i));
const REFUSED = [
  [{ epochs: NaN }, /epochs must be a whole number ≥ 1/], [{ epochs: 0 }, /epochs must be/], [{ lr: -1 }, /lr must be/],
  [{ lr: NaN }, /lr must be/], ...[-1, 1.5, NaN, 2 ** 53].map((seed) => [{ seed }, /seed must be a whole number 0 … 9,007,199,254,740,991, got/]),
];
const LOOK = { pre: false, shared: false, extent: 2.25 };
const moved = (network) => ({ ...network, biases: network.biases.map((layer) => layer.map((bias) => bias + 1)) });
const plain = ({ network }) => structuredClone(network);

test("a weight is removed and comes back as it was, with the biases that hang on it", () => {
  let state = start;
  for (const at of [0, 1, 2]) state = verbs.toggled(state, 3, at);
  assert.equal(weightsKept(state.network), 24);
  assert.equal(parametersKept(state.network), 24 + 3 + 3 + 1); // no unit of the last layer is read
  assert.ok(state.network.weights[3].every((w) => w === 0) && state.network.biases[2].every((b) => b === 0));
  for (const at of [2, 0, 1]) state = verbs.toggled(state, 3, at);
  assert.deepEqual(plain(state), plain(start));
  assert.equal(weightsKept(start.network), 27);
});

test("a weight that never was starts at 1/√fan_in", () => {
  const known = { group: "a", name: "", recipe: "r", kind: "sgd", parameters: 5, accuracy: 0.5, hidden: [1], weights: [[[1, 0]], [[2]]], biases: [[0], [1]] };
  const state = fromGallery(known);
  assert.deepEqual([state.kind, weightsKept(state.network)], ["sgd", 2]);
  assert.equal(verbs.toggled(state, 0, 1).network.weights[0][1], Math.fround(1 / Math.sqrt(2)));
});

test("a value typed is kept, and what is no number is refused", () => {
  const removed = verbs.toggled(start, 1, 4), back = verbs.withWeight(removed, 1, 4, 0.25);
  assert.deepEqual([back.network.weights[1][4], back.network.kept.weights[1][4]], [0.25, 1]);
  assert.equal(verbs.withBias(start, 3, 0, -2).network.biases[3][0], -2);
  assert.throws(() => verbs.withWeight(start, 1, 4, NaN), /a weight must be a number/);
  for (const huge of [1e300, -3.5e38]) {
    assert.throws(() => verbs.withWeight(start, 1, 4, huge), /a weight must be a number that float32 holds/);
    assert.throws(() => verbs.withBias(start, 3, 0, huge), /a bias must be a number that float32 holds/);
  }
});

test("a unit more changes nothing but what it says itself, and taken out all is as before", () => {
  for (const layer of [1, 2, 3]) {
    const more = verbs.unitAdded(start, layer), { sizes } = more.network;
    assert.deepEqual(sizes.map((size, l) => size - start.network.sizes[l]), [0, 1, 2, 3, 4].map((l) => Number(l === layer)));
    assert.equal(weightsKept(more.network), 27 + sizes[layer - 1] + sizes[layer + 1]);
    assert.deepEqual(plain(verbs.unitRemoved(more, layer, 3)), plain(start));
    const silent = verbs.withBias(more, layer - 1, 3, -1e6);
    assert.deepEqual(logits(silent.network, few.columns), logits(start.network, few.columns));
    assert.deepEqual(plain(verbs.unitAdded(start, layer)), plain(more));
  }
  assert.throws(() => verbs.unitRemoved(start, 4, 0), /only hidden ones/);
  assert.throws(() => verbs.unitRemoved(verbs.fresh([1, 1, 1], 0), 2, 0), /keeps at least one/);
  assert.throws(() => verbs.unitAdded(verbs.fresh([64], 0), 1), /at most 64 units/);
});

test("the middle unit is the one that goes", () => {
  const state = verbs.withBias(start, 1, 1, 7);
  const { biases, weights } = verbs.unitRemoved(state, 2, 1).network, was = state.network;
  assert.deepEqual([...biases[1]], [was.biases[1][0], was.biases[1][2]]);
  assert.deepEqual([...weights[1]], [...was.weights[1].slice(0, 3), ...was.weights[1].slice(6)]);
  assert.deepEqual([...weights[2]], [0, 2, 3, 5, 6, 8].map((at) => was.weights[2][at]));
});

test("rules prune as the engine's, at once and one by one", () => {
  for (const rule of Object.keys(RULES)) {
    const once = verbs.pruned(start, 20, rule).network, slow = verbs.pruned(start, 20, rule, { oneByOne: true }).network;
    assert.equal(weightsKept(once), 20);
    assert.deepEqual(slow, removeOneByOne(start.network, 20, RULES[rule], few));
  }
  const smallest = start.network.weights.flatMap((layer) => [...layer]).map(Math.abs).sort((a, b) => a - b)[6];
  const left = verbs.pruned(start, 20, "magnitude").network.weights.flatMap((layer) => [...layer]).filter(Boolean);
  assert.ok(left.every((w) => Math.abs(w) > smallest));
  assert.throws(() => verbs.pruned(start, 28, "magnitude"), /keep must be 0 … 27/);
});

test("what does nothing goes, and the output stays", () => {
  const dead = verbs.withBias(start, 1, 0, -1e3), tidy = verbs.tidied(dead);
  assert.ok(parametersKept(tidy.network) <= parametersKept(dead.network) - 7);
  const before = logits(dead.network, few.columns), after = logits(tidy.network, few.columns);
  assert.ok(before.every((logit, i) => Math.abs(logit - after[i]) < 1e-5));
  assert.equal(verbs.tidied(tidy), tidy);
});

test("training keeps what is removed out, and its old value in mind", () => {
  const removed = verbs.toggled(start, 0, 2), training = new Training(removed.network, points, { epochs: 1 });
  training.advanceTo(5);
  const state = verbs.trained(removed, training.network(), "trained", true);
  assert.deepEqual(plain(state), structuredClone(training.network()));
  assert.equal(state.kind, "sgd");
  const back = verbs.toggled(state, 0, 2);
  assert.equal(back.network.weights[0][2], start.network.weights[0][2]);
  assert.deepEqual([back.kind, back.story.length], ["polished", 4]);
});

test("sgd is what training ended in, of numbers that nobody polished", () => {
  const ran = (state, ended = true) => verbs.trained(state, moved(state.network), "trained", ended).kind;
  const still = (state) => verbs.trained(state, state.network, "trained", true).kind;
  assert.deepEqual([still(start), still(verbs.pruned(start, 20, "magnitude"))], ["polished", "polished"]);
  assert.deepEqual([start.kind, ran(start), ran(start, false)], ["polished", "sgd", "polished"]);
  const found = verbs.opened(start.network, "found"), sgd = verbs.opened(start.network, "found", "sgd");
  assert.deepEqual([ran(found), ran(sgd), ran(sgd, false)], ["polished", "sgd", "polished"]);
  const edits = {
    set: (state) => verbs.withWeight(state, 0, 0, 0.5), bias: (state) => verbs.withBias(state, 0, 0, 0.5),
    removed: (state) => verbs.toggled(state, 0, 0), restored: (state) => verbs.toggled(verbs.toggled(state, 0, 0), 0, 0),
    pruned: (state) => verbs.pruned(state, 20, "magnitude"), grown: (state) => verbs.unitAdded(state, 1),
    shrunk: (state) => verbs.unitRemoved(state, 1, 0),
  };
  for (const [name, edit] of Object.entries(edits)) {
    assert.equal(edit(sgd).kind, "polished", name);
    assert.equal(ran(edit(found)), "polished", name);
    assert.equal(ran(edit(sgd)), ["set", "bias"].includes(name) ? "polished" : "sgd", name);
  }
  const dead = verbs.tidied(verbs.withBias(sgd, 1, 0, -1e3));
  assert.deepEqual([dead.kind, ran(dead)], ["polished", "polished"]);
});

test("one weight less, until there is none; the rule that tries each is refused where it would take minutes", () => {
  const last = verbs.pruned(start, 1, "magnitude"), none = verbs.oneRemoved(last, "magnitude");
  assert.equal(weightsKept(none.network), 0);
  assert.equal(verbs.oneRemoved(none, "rise"), none);
  const large = verbs.fresh([64, 64, 64], 0);
  assert.throws(() => verbs.oneRemoved(large, "rise"), /of at most 1300 weights, since each is tried, got 8384/);
  assert.equal(weightsKept(verbs.oneRemoved(large, "magnitude").network), 8383);
});

globalThis.requestAnimationFrame = () => {}; // nothing is drawn here

test("what is withdrawn leaves no step, and what follows something else is left", () => {
  const store = new Store(start), key = {};
  for (const value of [1, 2]) store.act((state) => verbs.withWeight(state, 0, 0, value), key);
  store.withdraw({});
  assert.equal(store.state.network.weights[0][0], 2);
  store.withdraw(key);
  assert.deepEqual([store.state, store.history.past, store.history.future], [start, [], []]);
});

test("training refuses settings before it starts, and leaves what was said", () => {
  const store = new Store(start), sent = [], worker = { postMessage: (message) => sent.push(message), terminate() {} };
  const trainer = new Trainer(store, () => worker), right = trainer.settings;
  for (const [wrong, said] of REFUSED) {
    trainer.configure({ ...right, ...wrong });
    for (const go of [() => trainer.play(), () => trainer.step(1)]) {
      store.said = "";
      go();
      assert.match(store.said, said);
      assert.equal(trainer.playing, false);
    }
  }
  assert.deepEqual(sent, []);
  for (const [lr, kind, network] of [[1e-30, "polished", start.network], [0.1, "sgd", moved(start.network)]]) {
    const told = (epoch, done) => worker.onmessage({ data: { type: "progress", epoch, done, network } });
    trainer.configure({ ...right, lr });
    trainer.play();
    assert.deepEqual([sent.at(-1).type, store.said, trainer.playing], ["start", "", true]);
    store.say("the link is made");
    told(1, false);
    assert.deepEqual([store.said, store.state.kind], ["the link is made", "polished"]);
    told(50, true);
    assert.equal(store.state.kind, kind);
  }
});

test("whole epochs are told as epochs, a part of one as the steps that were done", () => {
  const store = new Store(start), worker = { postMessage() {}, terminate() {} };
  const trainer = new Trainer(store, () => worker);
  trainer.step(1);
  for (const [step, said] of [[1, "1 step of 50"], [2, "2 steps of 50"], [390, "1 of 50"], [391, "391 steps of 50"], [19500, "50 of 50"]]) {
    worker.onmessage({ data: { type: "progress", epoch: step / 390, step, done: step === 19500, network: start.network } });
    assert.equal(store.state.story.at(-1), `SGD, ${said} epochs at rate 0.1, cosine, order of seed 0`);
  }
});

test("crosses are on as many points as is said", () => {
  for (const [wrong, drawn] of [[0, 0], [1, 1], [600, 600], [601, 301], [25_000, 596]]) {
    const rows = crossed(Int32Array.from({ length: wrong }, (_, i) => i));
    assert.equal(rows.length, drawn);
    assert.equal(new Set(rows).size, drawn);
  }
});

test("the story has a line a verb, not a line a touch", () => {
  let state = verbs.toggled(verbs.toggled(start, 0, 1), 0, 2);
  for (const keep of [24, 23, 22]) state = verbs.pruned(state, keep, "magnitude");
  assert.deepEqual(state.story, [
    "fresh start of 3-3-3, seed 2 of the page's own generator",
    "parameters set, removed or restored by hand",
    "pruned by magnitude to 22 weights",
  ]);
});

test("fresh starts are refused in a sentence", () => {
  for (const hidden of [[], [0], [65, 3], [1.5], [NaN], [1, 1, 1, 1, 1, 1]]) {
    assert.throws(() => verbs.fresh(hidden, 0), /hidden widths are 1 to 5 whole numbers 1 … 64/);
  }
  for (const seed of [NaN, -1, 0.5, 2 ** 53]) {
    const said = `fresh start: seed must be a whole number 0 … 9,007,199,254,740,991, got ${seed}`;
    assert.throws(() => verbs.fresh([3], seed), { message: said });
  }
  assert.notDeepEqual(plain(verbs.fresh([3], 2 ** 53 - 1)), plain(verbs.fresh([3], 2 ** 53 - 2)));
});

test("undo and redo, and changes that are one step", () => {
  let history = steps.begun(0);
  assert.equal(steps.undone(history), history);
  for (const [value, key] of [[1], [2, "a"], [3, "a"], [4, "b"], [5]]) history = steps.advanced(history, value, key);
  assert.deepEqual(history.past, [0, 1, 3, 4]);
  history = steps.undone(steps.undone(history));
  assert.deepEqual([history.present, history.future], [3, [4, 5]]);
  assert.equal(steps.redone(history).present, 4);
  assert.deepEqual(steps.advanced(history, 9, "a").past, [0, 1, 3], "after undo a key begins anew");
  assert.deepEqual(steps.advanced(history, 9).future, []);
  const slide = steps.advanced(steps.begun(0), 1, "s");
  assert.deepEqual([steps.base(slide, "s"), steps.base(slide, "t")], [0, 1]);
});

test("small maps are the large one's numbers", () => {
  const maps = allMaps(start.network, 12, LOOK);
  units(start.network.sizes).forEach((unit, i) => {
    const { shares, top } = oneMap(start.network, unit, 12, LOOK);
    assert.equal(maps[i].top, top);
    assert.ok(shares.every((share, at) => Math.abs(share - maps[i].shares[at]) < 1e-6 && Math.abs(share) <= 1));
  });
  assert.deepEqual([maps[0].shares[0], maps[0].shares[11], maps[1].shares[0]], [-1, 1, -1]);
});

test("an address holds network, unit and settings", () => {
  const unit = { layer: 2, index: 1 }, settings = { lr: 0.05, schedule: "step", epochs: 7, seed: 3 };
  const text = toAddress(start.network, unit, settings), found = fromAddress(text);
  assert.deepEqual(found, { network: start.network, unit, settings });
  const odd = [
    ["nothing", /damaged/], [text.replace(/&seed=\d+/, ""), /damaged/], [text.replace("network=A", "network=B"), /damaged/], [text.replace("h2.2", "h2.9"), /no unit h2.9/],
    [text.replace("step", "none"), /schedule must be/], [text.replace("lr=0.05", "lr=-1"), /lr must be/],
    [text.replace("seed=3", "seed=x"), /seed must be/],
  ];
  const held = (other) => other.replace(/&check=.*/, ""), sum = (other) => hash(new TextEncoder().encode(other)).toString(36);
  for (const [other, said] of odd) {
    assert.throws(() => fromAddress(other), /the link is damaged or not complete/);
    assert.throws(() => fromAddress(`${held(other)}&check=${sum(held(other))}`), said);
  }
  for (let i = 0; i < text.length; i++) {
    assert.throws(() => fromAddress(text.slice(0, i) + (text[i] === "7" ? "8" : "7") + text.slice(i + 1)), /damaged/, `character ${i}`);
  }
  assert.throws(() => fromAddress(held(text)), /damaged/);
  for (const [wrong, said] of REFUSED) assert.throws(() => toAddress(start.network, unit, { ...settings, ...wrong }), said);
});

test("beside the frontier", () => {
  const known = [{ parameters: 22, correct: 900 }, { parameters: 26, correct: 990 }, { parameters: 20, correct: 800 }];
  const sizes = [2, 3, 3, 3, 1];
  for (const other of [[2, 3, 1], [2, 3, 3, 1], [2, 3, 3, 3, 3, 1]]) {
    const found = besideFrontier({ sizes: other, correct: 1000, accuracy: 1, live: 5 }, known);
    assert.deepEqual(found, { record: null, beaten: false, said: "the frontier is of 3 hidden layers" });
  }
  const other = besideFrontier({ sizes, correct: 900, accuracy: 0.9, live: 18, biasRule: "pruned" }, known);
  assert.deepEqual([other.record, other.beaten], [null, false], "another count");
  const stand = (correct, live) => besideFrontier({ sizes, correct, live, accuracy: correct / 1000 }, known);
  assert.deepEqual([stand(890, 24).record, stand(890, 24).beaten, stand(890, 24).said], [22, false, "2 more than the sparsest"]);
  assert.equal(stand(900, 22).beaten, false);
  assert.equal(stand(901, 25).beaten, true);
  assert.match(stand(901, 25).said, /^1 fewer/);
  assert.deepEqual([stand(991, 40).record, stand(991, 40).beaten], [null, true]);
  assert.deepEqual([stand(500, 1).record, stand(500, 1).beaten], [null, false]);
});

test("counts and scores are the engine's", () => {
  const dead = verbs.withBias(start, 1, 0, -1e3);
  const alone = [[0, 0], [0, 1], [1, 0], [1, 3], [1, 6]].reduce((state, [l, at]) => verbs.toggled(state, l, at), start);
  for (const state of [start, dead, alone]) {
    const { network } = state, found = score(state), { accuracy, wrong } = evaluate(network, points);
    assert.deepEqual([found.accuracy, found.correct, found.about], [accuracy, points.labels.length - wrong.length, false]);
    assert.deepEqual(found.kept, { weights: weightsKept(network), parameters: parametersKept(network) });
    assert.deepEqual(life(state).states, unitStates(network, points.columns));
    const { liveWeights: weights, liveParameters: parameters } = simplify(network, points.columns);
    assert.deepEqual(life(state).live, { weights, parameters });
    assert.equal(score(state), found);
  }
  assert.equal(life(dead).states[1][0], STATES.indexOf("dead"));
  assert.equal(life(alone).states[0][0], STATES.indexOf("disconnected"));
  const flat = life(alone).states.flatMap((layer) => [...layer]);
  STATES.forEach((name, which) => assert.equal(life(alone).counts[name], flat.filter((is) => is === which).length));
});

test("arrow keys lead from unit to unit", () => {
  const sizes = [2, 4, 1];
  assert.deepEqual(neighbour(units(sizes), { layer: 0, index: 1 }, "ArrowRight"), { layer: 1, index: 3 });
  assert.deepEqual(neighbour(units(sizes), { layer: 1, index: 0 }, "ArrowDown"), { layer: 1, index: 1 });
  assert.deepEqual(neighbour(units(sizes), { layer: 1, index: 3 }, "ArrowRight"), { layer: 2, index: 0 });
  for (const [unit, key] of [[{ layer: 1, index: 0 }, "ArrowUp"], [{ layer: 2, index: 0 }, "ArrowRight"], [{ layer: 1, index: 0 }, "x"]]) {
    assert.equal(neighbour(units(sizes), unit, key), undefined);
  }
});

test("units neither overlap nor leave the graph, on a phone and on a wide screen", () => {
  for (const sizes of [[2, 3, 3, 3, 1], [2, 16, 16, 16, 1], [2, 64, 1]]) {
    for (const width of [320, 700, 1400]) {
      const { size, height, places } = layout(sizes, width), all = units(sizes);
      places.forEach(({ x, y }, i) => {
        assert.ok(x - size / 2 >= 0 && x + size / 2 <= width && y - size / 2 >= 0 && y + size / 2 <= height);
        const apart = ({ x: other, y: above }) => Math.abs(x - other) >= size - 1e-9 || Math.abs(y - above) >= size;
        assert.ok(places.slice(0, i).every(apart), `unit ${i} of ${all.length}`);
      });
    }
  }
});
