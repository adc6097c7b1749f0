// What a notebook shows: views as texts, films, runs that a kernel has, two networks, other points.

import assert from "node:assert/strict";
import test from "node:test";
import { equation } from "../../cubistlib/inspector/page/equation.js";
import { evaluate } from "../../cubistlib/inspector/page/evaluation.js";
import { units } from "../../cubistlib/inspector/page/explorer/address.js";
import { correspond } from "../../cubistlib/inspector/page/explorer/beside.js";
import { foundOf, valuesOf, wrapped } from "../../cubistlib/inspector/page/explorer/figure.js";
import { Film, nearest } from "../../cubistlib/inspector/page/explorer/film.js";
import { layout } from "../../cubistlib/inspector/page/explorer/layout.js";
import { allMaps, differenceMap, oneMap } from "../../cubistlib/inspector/page/explorer/maps.js";
import { exactly, learn, life, score } from "../../cubistlib/inspector/page/explorer/measure.js";
import { modelOf } from "../../cubistlib/inspector/page/explorer/living.js";
import { Runs } from "../../cubistlib/inspector/page/explorer/runs.js";
import * as verbs from "../../cubistlib/inspector/page/explorer/state.js";
import { tidier } from "../../cubistlib/inspector/page/explorer/tidying.js";
import { Store } from "../../cubistlib/inspector/page/explorer/store.js";
import { fromText, START, toText } from "../../cubistlib/inspector/page/explorer/view.js";
import { lengths, makeNetwork, parametersKept, weightsKept } from "../../cubistlib/inspector/page/network.js";
import { EXTENT, extentOf, unitMap } from "../../cubistlib/inspector/page/plane.js";
import { keepBest, magnitude } from "../../cubistlib/inspector/page/rules.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { read, skip } from "./cases.mjs";

const frames = []; // to be drawn
globalThis.requestAnimationFrame = (draw) => frames.push(draw);

const LOOK = { pre: false, shared: false, extent: EXTENT }, SIDE = 9;
const points = taken(cubistSpiral(), Array.from({ length: 700 }, (_, i) => 71 * i));
const [first, second] = [1, 2].map((seed) => verbs.fresh([3, 3, 3], seed).network);

// Networks as inspector/content.py writes them down.
function written(networks, given = {}) {
  const bits = networks.flatMap(({ kept }) => [...kept.weights, ...kept.biases].flatMap((layer) => [...layer]));
  const values = networks.flatMap(({ weights, biases }) => [...weights, ...biases].flatMap((layer) => [...layer]));
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => { bytes[i >> 3] |= bit << (7 - (i & 7)); });
  return {
    sizes: networks[0].sizes, steps: networks.map((_, i) => 100 * i), titles: networks.map((_, i) => `network ${i}`),
    kept: new DataView(bytes.buffer), values: new DataView(Float32Array.from(values.filter((_, i) => bits[i])).buffer),
    kind: "sgd", keep: null, alone: true, ...given,
  };
}

test("a view is a text and back, and says only what is not as at the start", () => {
  const view = { ...START, study: "smoke/12_snip", algorithm: "a & b=c", keep: 0, step: 300, threshold: 0.25, lives: true };
  assert.deepEqual(fromText(toText(view)), view);
  assert.equal(toText({ ...START, unit: "h2.3", ghosts: true }), "unit=h2.3&ghosts=1");
  assert.deepEqual([toText(START), fromText("")], ["", START]);
  assert.throws(() => fromText("colour=red"), /view: unknown 'colour'; allowed: study/);
});

test("a film gives its networks back to the bit, whatever its masks remove", () => {
  const thin = keepBest(second, 11, magnitude(second)), silent = thin.kept.biases.map((layer) => layer.map(() => 0));
  const bare = makeNetwork(thin.sizes, thin.weights, thin.biases, thin.kept.weights, silent);
  const film = new Film(written([first, thin, bare]), points);
  [first, thin, bare].forEach((network, i) => assert.deepEqual(film.at({ ...START, step: 100 * i }).network, network));
  assert.deepEqual([film.at(START).kind, film.at({ ...START, step: 0 }).kind], ["sgd", "polished"]);
  assert.deepEqual(film.at({ ...START, step: 90 }).story, ["network 1"]);
  assert.equal(film.largest(0), Math.max(...first.weights.flatMap((layer) => [...layer]).map(Math.abs)));
  const lost = written([first]);
  lost.values = new DataView(new ArrayBuffer(8));
  assert.throws(() => new Film(lost, points).at(START), /of another size/);
});

test("where biases are pruned one of 0 does not count, until it is set", () => {
  const bare = makeNetwork(first.sizes, first.weights, first.biases, first.kept.weights,
    first.kept.biases.map((layer, l) => layer.map((is, unit) => Number(l > 0 || unit > 0))));
  const state = new Film(written([bare]), points).at(START);
  assert.deepEqual([state.biasRule, parametersKept(state.network)], ["pruned", 36]);
  assert.equal(parametersKept(verbs.withBias(state, 0, 0, 0.5).network), 37);
  assert.equal(verbs.opened(first, "").biasRule, "read");
});

test("k and a threshold remove the smallest weights, one after the other", () => {
  const film = new Film(written([first]), points), sizes = first.weights.flatMap((layer) => [...layer]).map(Math.abs).sort((a, b) => b - a);
  assert.deepEqual(film.at({ ...START, keep: 12 }).network, keepBest(first, 12, magnitude(first)));
  const cut = film.at({ ...START, keep: 12, threshold: sizes[4] });
  assert.equal(weightsKept(cut.network), 5);
  assert.ok(cut.network.weights.every((layer) => layer.every((w) => w === 0 || Math.abs(w) >= sizes[4])));
  assert.equal(weightsKept(film.at({ ...START, keep: 99 }).network), 27);
  assert.equal(weightsKept(new Film(written([first], { alone: false }), points).at({ ...START, keep: 12 }).network), 27);
  const lives = verbs.tidied(film.at({ ...START, keep: 9 }));
  assert.equal(parametersKept(lives.network), life(film.at({ ...START, keep: 9 })).live.parameters);
});

// Runs over a kernel that keeps what it is told.
function begun(films) {
  const [store, right] = [1, 2].map(() => new Store(verbs.opened(first, "nothing yet", "sgd", points))), told = [];
  const runs = new Runs(store, right, { look: (message) => told.push(message), ask: (message) => told.push(message) });
  const given = { films, menus: { algorithm: [["gmp", "gmp"], ["snip", "snip"]] }, keeps: [20, 24], leftOut: "", view: "", answer: 1 };
  return { store, right, runs, told, given };
}

test("steps, thresholds and looks are the page's; another run is asked of the kernel", () => {
  const { store, runs, told, given } = begun([written([first, second])]);
  runs.take({ ...given, view: "algorithm=gmp&unit=h2.1" });
  assert.deepEqual([store.state.story, store.unit], [["network 1"], { layer: 2, index: 0 }]);
  runs.change({ step: 0 });
  runs.change({ pre: true });
  assert.deepEqual([store.state.story, store.look.pre, store.said], [["network 0"], true, ""]);
  runs.change({ algorithm: "snip" });
  assert.deepEqual(told, [
    { look: "algorithm=gmp&step=0&unit=h2.1", answer: 1 }, { look: "algorithm=gmp&step=0&unit=h2.1&pre=1", answer: 1 },
    { change: { algorithm: "snip" } },
  ]);
  assert.equal(runs.view.algorithm, "gmp");
  assert.match(store.said, /asking the kernel/);
  runs.refuse("no such run");
  assert.deepEqual([store.said, runs.text], ["no such run", "algorithm=gmp&step=0&unit=h2.1&pre=1"]);
  runs.ask("algorithm=foo");
  assert.deepEqual(told.at(-1), { view: "algorithm=foo" });
  runs.refuse("");
  runs.take({ ...given, view: "algorithm=gmp&unit=h3.3" });
  assert.deepEqual([store.unit, store.look.pre], [{ layer: 3, index: 2 }, false]);
  runs.take({ ...given, view: "algorithm=gmp&unit=h9.3" });
  assert.deepEqual(store.unit, { layer: 4, index: 0 });
});

test("what cannot be shown leaves all as it was, and is said", () => {
  const { store, runs, told, given } = begun([written([first, second])]);
  runs.take({ ...given, view: "algorithm=gmp" });
  const { state } = store, { view, films } = runs, sizes = [2, 257, 1], zeros = (length) => new Float32Array(length);
  const wide = makeNetwork(sizes, lengths(sizes).map(zeros), sizes.slice(1).map(zeros));
  runs.take({ ...given, films: [written([wide])], view: "algorithm=wide&pre=1", answer: 2 });
  assert.match(store.said, /at most 256 units a layer/);
  assert.deepEqual([store.state === state, runs.films === films, store.look.pre], [true, true, false]);
  assert.deepEqual(runs.view, view);
  runs.change({ step: 0 });
  assert.deepEqual([store.state.story, told.at(-1)], [["network 0"], { look: "algorithm=gmp&step=0", answer: 1 }]);
});

test("the kernel hears of which of its answers a look is", () => {
  const { runs, told, given } = begun([written([first, second])]);
  runs.take({ ...given, view: "algorithm=gmp" });
  runs.change({ algorithm: "snip" });
  runs.change({ step: 0 });
  runs.take({ ...given, view: "algorithm=snip", answer: 2 });
  runs.change({ pre: true });
  assert.deepEqual(told, [
    { change: { algorithm: "snip" } }, { look: "algorithm=gmp&step=0", answer: 1 }, { look: "algorithm=snip&pre=1", answer: 2 },
  ]);
});

test("a slide through steps is one step back, and what was done by hand before it another", () => {
  const { store, runs, given } = begun([written([first, second, first])]);
  runs.take(given);
  store.act((state) => verbs.toggled(state, 0, 0));
  for (const step of [0, 100, null]) runs.change({ step });
  assert.equal(weightsKept(store.state.network), 27);
  store.undo();
  assert.equal(weightsKept(store.state.network), 26);
});

// What the page does between two frames.
const frame = () => frames.splice(0).forEach((draw) => draw());

test("undo sets back the view with the bench, and the kernel hears of it", () => {
  const { store, runs, told, given } = begun([written([first, second])]);
  runs.take(given);
  store.history = { ...store.history, past: [], key: null };
  runs.change({ step: 0 });
  for (const threshold of [0.1, 0.2]) runs.change({ threshold });
  runs.change({ pre: true });
  store.act((state) => verbs.toggled(state, 0, 0));
  assert.equal(runs.text, "step=0&threshold=0.2&pre=1");
  const seen = [];
  for (const go of ["undo", "undo", "undo", "redo", "undo", "undo"]) {
    store[go]();
    frame();
    seen.push([runs.text, store.state.story[0]]);
  }
  assert.deepEqual(seen, [
    ["step=0&threshold=0.2&pre=1", "network 0"], ["step=0&pre=1", "network 0"], ["pre=1", "network 1"],
    ["step=0&pre=1", "network 0"], ["pre=1", "network 1"], ["pre=1", "network 1"],
  ]);
  assert.deepEqual(told.slice(-2), [{ look: "step=0&pre=1", answer: 1 }, { look: "pre=1", answer: 1 }]);
  runs.change({ keep: 9 });
  assert.equal(weightsKept(store.state.network), 9);
});

test("undo goes back to the run before, to what it was beside and what it lets choose", () => {
  const { store, right, runs, told, given } = begun([written([first]), written([second])]);
  runs.take({ ...given, view: "algorithm=a&beside=b" });
  runs.change({ algorithm: "c" });
  runs.take({ ...given, films: [written([second]), written([first])], view: "algorithm=c&beside=b", keeps: [5], answer: 2 });
  assert.deepEqual([store.state.network, right.state.network, runs.given.keeps], [second, first, [5]]);
  store.undo();
  frame();
  assert.deepEqual([store.state.network, right.state.network, runs.given.keeps], [first, second, [20, 24]]);
  assert.deepEqual(told.at(-1), { look: "algorithm=a&beside=b", answer: 2 });
  store.redo();
  frame();
  assert.deepEqual([right.state.network, runs.text], [first, "algorithm=c&beside=b"]);
});

test("while the kernel is at a run what is asked for waits, and the last counts alone", () => {
  const { store, runs, told, given } = begun([written([first], { alone: false })]);
  runs.take(given);
  for (const keep of [20, 19, 18]) runs.change({ keep });
  runs.change({ algorithm: "gmp" });
  assert.deepEqual(told, [{ change: { keep: 20 } }]);
  runs.take({ ...given, answer: 2 });
  assert.deepEqual(told.slice(1), [{ change: { keep: 18, algorithm: "gmp" } }]);
  for (const text of ["keep=3", "keep=4"]) runs.ask(text);
  runs.change({ keep: 5 });
  runs.refuse("no such run");
  assert.deepEqual(told.slice(2), [{ view: "keep=4", change: { keep: 5 } }]);
  runs.take({ ...given, answer: 3 });
  assert.equal(told.length, 3);
  runs.kernel.ask = () => { throw new Error("no kernel"); };
  runs.change({ keep: 9 });
  assert.equal(store.said, "no kernel");
  runs.kernel.ask = (message) => told.push(message);
  runs.change({ keep: 8 });
  assert.deepEqual(told.at(-1), { change: { keep: 8 } });
});

test("k asks the kernel where runs differ in it, and prunes where there is one network", () => {
  const alone = begun([written([first])]), runs = begun([written([first], { alone: false })]);
  for (const { runs: each, given } of [alone, runs]) {
    each.take(given);
    each.change({ keep: 20 });
  }
  assert.deepEqual([weightsKept(alone.store.state.network), alone.told.at(-1)], [20, { look: "keep=20", answer: 1 }]);
  assert.deepEqual([weightsKept(runs.store.state.network), runs.told], [27, [{ change: { keep: 20 } }]]);
  const both = begun([written([first]), written([second], { alone: false })]);
  both.runs.take(both.given);
  both.runs.change({ keep: 20 });
  assert.deepEqual(both.told, [{ change: { keep: 20 } }]);
});

test("networks side by side have the weights that the library shows of them", { skip }, () => {
  for (const { kept, expected } of read("views.json")) {
    const { store, right, runs } = begun([]), given = modelOf(kept, []).get("given");
    runs.take(given);
    const counted = [store, right].map(({ state: { network } }) => ({ weights: weightsKept(network), parameters: parametersKept(network) }));
    assert.deepEqual(counted, expected, given.view);
  }
});

test("units correspond by layer and place in the same structure, inputs and outputs always", () => {
  const bench = (hidden, layer, index) => Object.assign(new Store(verbs.fresh(hidden, 0)), { unit: { layer, index } });
  const [one, same, wide, deep] = [[3, 3], [3, 3], [3, 4], [3, 3, 3]];
  assert.ok(correspond(bench(one, 2, 1), bench(same, 2, 1)));
  assert.ok(!correspond(bench(one, 2, 1), bench(same, 2, 2)));
  assert.ok(!correspond(bench(one, 1, 1), bench(wide, 1, 1)));
  assert.ok(!correspond(bench(one, 3, 0), bench(deep, 3, 0)));
  assert.ok(correspond(bench(one, 3, 0), bench(deep, 4, 0)) && correspond(bench(one, 0, 1), bench(wide, 0, 1)));
});

test("a difference is of the same numbers that the maps show", () => {
  const both = [first, second].map((network) => ({ network, unit: { layer: 2, index: 1 } }));
  const [a, b] = both.map(({ network, unit }) => unitMap(network, unit, SIDE)), { shares, top } = differenceMap(both, SIDE, LOOK);
  shares.forEach((share, i) => assert.ok(Math.abs(share * top - (a[i] - b[i])) < 1e-9));
  const out = both.map(({ network }) => ({ network, unit: { layer: 4, index: 0 } }));
  const found = differenceMap(out, SIDE, LOOK), [p, q] = out.map(({ network, unit }) => unitMap(network, unit, SIDE));
  const likely = (logit) => 1 / (1 + Math.exp(-logit));
  found.shares.forEach((share, i) => assert.ok(Math.abs(share * found.top - (likely(p[i]) - likely(q[i]))) < 1e-9));
});

test("before the ReLU, of all units in a pass and of one", () => {
  const maps = allMaps(first, SIDE, { ...LOOK, pre: true });
  units(first.sizes).forEach((unit, i) => {
    const { shares, top } = oneMap(first, unit, SIDE, { ...LOOK, pre: true });
    assert.ok(shares.every((share, at) => Math.abs(share * top - maps[i].shares[at] * maps[i].top) < 1e-6));
    const after = unitMap(first, unit, SIDE);
    if (unit.layer === 1) after.forEach((value, at) => assert.ok(Math.abs(Math.max(shares[at] * top, 0) - value) < 1e-6));
  });
  assert.ok(maps[3].shares.some((share) => share < 0));
});

test("one scale is that of the largest hidden unit", () => {
  const alone = allMaps(first, 48, LOOK), together = allMaps(first, 48, { ...LOOK, shared: true });
  const top = Math.max(...alone.slice(2, -1).map((map) => map.top));
  assert.ok(together.slice(2, -1).every((map) => map.top === top));
  assert.deepEqual([together[0].top, together.at(-1).top], [EXTENT, 1]);
  assert.equal(oneMap(first, { layer: 2, index: 0 }, SIDE, { ...LOOK, shared: true }).top, top);
});

test("other points are measured, trained on and drawn", () => {
  const few = taken(cubistSpiral(), [0, 40000]), state = verbs.opened(first, "", "sgd", few);
  assert.equal(score(state).points, 2);
  assert.equal(score(state).accuracy, evaluate(first, few).accuracy);
  for (const next of [verbs.pruned(state, 9, "rise"), verbs.unitAdded(state, 1), verbs.toggled(state, 0, 0), verbs.tidied(state)]) {
    assert.equal(next.points, few);
  }
  assert.equal(extentOf(cubistSpiral()), EXTENT);
  assert.equal(extentOf({ columns: [[0, 1], [-10, 2]] }), 10.5);
});

test("of a layer of more than 16 units those with a weight have a place, in columns", () => {
  const sizes = [2, 40, 200, 1], used = (layer, index) => index % 4 === 0;
  for (const width of [320, 900]) {
    const { places, size } = layout(sizes, width, used), all = units(sizes), there = places.filter(Boolean);
    all.forEach(({ layer, index }, i) => assert.equal(Boolean(places[i]), sizes[layer] <= 16 || index % 4 === 0));
    assert.equal(there.length, 2 + 10 + 50 + 1);
    for (const [i, one] of there.entries()) {
      for (const other of there.slice(0, i)) {
        assert.ok(Math.abs(one.x - other.x) >= size - 1e-9 || Math.abs(one.y - other.y) >= size);
      }
      assert.ok(one.x - size / 2 >= -1e-9 && one.x + size / 2 <= width + 1e-9);
    }
  }
});

test("a large network is measured on a part of the points, which is said", () => {
  const sizes = [2, 256, 256, 256, 1], ones = (length) => new Float32Array(length).fill(0.01);
  const network = makeNetwork(sizes, lengths(sizes).map(ones), sizes.slice(1).map(ones));
  const state = verbs.opened(network, ""), found = score(state), { live } = life(state);
  assert.match(foundOf(state), new RegExp(`^about [\\d.]+ % of the points right; about ${live.parameters} parameters live; `));
  assert.match(foundOf(state), new RegExp(`about ${live.weights} live; .*measured on ${found.points.toLocaleString("en")} points$`));
  const { points: rows, about } = valuesOf(state);
  assert.deepEqual([rows, about], [found.points, true]);
  assert.ok(found.about && found.points > 50 && found.points < 200);
  assert.equal(found.correct, found.points - found.wrong.length);
  const { labels } = cubistSpiral();
  assert.ok(found.wrong.every((row) => labels[row] === 0)); // it says class 1 everywhere
  const other = verbs.opened(first, "", "sgd", points), exact = exactly(other);
  assert.deepEqual([exact.score, exact.life], [score(other), life(other)]);
  assert.ok(!foundOf(other).includes("about") && !valuesOf(other).about);
  learn(other, { score: "s", life: "l" });
  assert.deepEqual([score(other), life(other)], ["s", "l"]);
  assert.throws(() => verbs.opened(makeNetwork([2, 257, 1], [514, 257].map(ones), [257, 1].map(ones)), ""), /at most 256 units/);
});

// A network that is too large for what lives in it to be found at once; its first unit is dead.
function large() {
  const sizes = [2, 150, 150, 1], state = verbs.fresh([2], 0);
  const network = makeNetwork(sizes, lengths(sizes).map((length) => new Float32Array(length).fill(0.1)), [150, 150, 1].map((length) => new Float32Array(length).fill(1)));
  network.biases[0][0] = -1e3;
  return verbs.opened(network, "large", "sgd", state.points);
}

// A store and a worker beside it, which answers when it is told to.
function working(state) {
  const store = new Store(state), asked = [], worker = { postMessage: (message) => asked.push(message), terminate() {} };
  const answer = () => worker.onmessage({ data: { type: "tidied", found: verbs.idle(asked.at(-1).state) } });
  return { store, asked, answer, newWorker: () => worker };
}

test("what does nothing is taken out at once, or in a worker where that takes long", () => {
  const small = working(verbs.withBias(verbs.fresh([3, 3], 5), 0, 0, -1e3)), shown = [];
  tidier(small.store, small.newWorker)(small.store.state, (state) => shown.push(state));
  assert.deepEqual([shown[0].network, small.asked], [verbs.tidied(small.store.state).network, []]);
  const { store, asked, answer, newWorker } = working(large()), tidy = tidier(store, newWorker), whole = store.state;
  tidy(whole, (next) => store.act(() => next));
  assert.deepEqual([asked.map(({ type }) => type), store.state === whole], [["tidy"], true]);
  assert.match(store.said, /takes some seconds/);
  answer();
  assert.deepEqual([store.state.network, store.said, store.state.kind], [verbs.tidied(whole).network, "", "sgd"]);
  store.undo();
  tidy(whole, () => assert.fail("another network is shown"));
  store.act((state) => verbs.toggled(state, 0, 1));
  answer();
});

test("of a large network what lives is shown when the worker knows, all of it before", () => {
  const { store, asked, answer, newWorker } = working(verbs.fresh([2], 0)), { network } = large(), told = [];
  const runs = new Runs(store, new Store(store.state), { look: (message) => told.push(message), ask() {} }, newWorker);
  runs.take({ films: [written([network])], menus: {}, keeps: [], leftOut: "", view: "", answer: 1 });
  const whole = store.state;
  runs.change({ lives: true });
  assert.deepEqual([weightsKept(store.state.network), asked.length, told.at(-1).look], [weightsKept(network), 1, "lives=1"]);
  answer();
  assert.equal(weightsKept(store.state.network), weightsKept(verbs.tidied(whole).network));
});

test("what stands still on a part of the points is about, what varies there is sure", () => {
  const dense = verbs.fresh([16, 16, 16], 1), dead = verbs.withBias(dense, 1, 0, -1e3);
  assert.deepEqual([life(dense).about, life(dead).about, score(dead).about], [verbs.tidied(dense) !== dense, true, true]);
  const { live, states } = exactly(dead).life;
  assert.equal(exactly(dead).life.about, false);
  assert.deepEqual([life(dead).live, life(dead).states], [live, states]);
});

test("numbers nearest to one, and texts in lines", () => {
  assert.deepEqual([[1, 5, 9], [1, 5, 9], [1, 5, 9]].map((all, i) => nearest(all, [null, 6, -4][i])), [2, 1, 0]);
  assert.deepEqual(wrapped("one two three four", 9), ["one two", "three", "four"]);
  assert.equal(wrapped(equation(first, { layer: 1, index: 0 })).length, 1);
});
