// The parts of the explorer's page, built and pressed in node.

import assert from "node:assert/strict";
import test from "node:test";
import { button, element, frame } from "./elements.mjs";
import { toAddress } from "../../cubistlib/inspector/page/explorer/address.js";
import { beside, Second } from "../../cubistlib/inspector/page/explorer/beside.js";
import { counters, percent } from "../../cubistlib/inspector/page/explorer/counters.js";
import { gallery } from "../../cubistlib/inspector/page/explorer/gallery.js";
import { graph } from "../../cubistlib/inspector/page/explorer/graph.js";
import { map } from "../../cubistlib/inspector/page/explorer/map.js";
import { learn, life, score } from "../../cubistlib/inspector/page/explorer/measure.js";
import * as verbs from "../../cubistlib/inspector/page/explorer/state.js";
import { Store } from "../../cubistlib/inspector/page/explorer/store.js";
import { training } from "../../cubistlib/inspector/page/explorer/training.js";
import { unitPart } from "../../cubistlib/inspector/page/explorer/unit.js";
import { widget } from "../../cubistlib/inspector/page/explorer/widget.js";
import { lengths, makeNetwork } from "../../cubistlib/inspector/page/network.js";
import { Generator } from "../../cubistlib/inspector/page/random.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { STATES } from "../../cubistlib/inspector/page/states.js";

const few = taken(cubistSpiral(), Array.from({ length: 300 }, (_, i) => 160 * i));
const network = verbs.fresh([3, 3], 5).network;
const KNOWN = {
  group: "a", name: "", recipe: "r", kind: "sgd", parameters: 5, accuracy: 0.5, hidden: [1], weights: [[[1, 0]], [[2]]], biases: [[0], [1]],
};
const SETTINGS = { lr: 0.1, schedule: "cosine", epochs: 50, seed: 0 };
const aside = () => new Second(new Store(verbs.opened(network, "", "sgd", few)));
const trainer = () => ({ curve: [], settings: SETTINGS, playing: false });

test("a fresh start and a network of the gallery are measured on the points that were there", () => {
  const store = new Store(verbs.opened(network, "", "sgd", few));
  training(store, trainer()).querySelector("form").onsubmit({ preventDefault() {} });
  assert.deepEqual([store.state.network.sizes, store.state.points === few], [[2, 5, 5, 5, 1], true]);
  button(gallery(store, aside(), [KNOWN]), "5 parameters, 50.00 %, a").onclick();
  assert.deepEqual([store.state.network.sizes, store.state.points === few], [[2, 1, 1], true]);
  assert.equal(new Store(verbs.fresh([2], 0)).state.points, cubistSpiral());
});

test("what can be seen in a network stands above its button, and is said when it is opened", () => {
  const store = new Store(verbs.opened(network, "", "sgd", few)), note = "Look at this.";
  const shown = gallery(store, aside(), [KNOWN, { ...KNOWN, group: "b", name: "A", note }]);
  const notes = shown.querySelectorAll("p").map(({ textContent }) => textContent);
  assert.deepEqual(notes.slice(1), [note]);
  for (const [name, said] of [["5 parameters, 50.00 %, b: A", note], ["5 parameters, 50.00 %, a", ""]]) {
    button(shown, name).onclick();
    assert.equal(store.said, said);
  }
});

test("a network is opened beside the first where one asks for it, and a pair on both sides", async () => {
  const start = verbs.opened(network, "", "sgd", few), store = new Store(start), second = aside();
  const pair = { ...KNOWN, group: "b", before: { ...KNOWN, hidden: [2], weights: [[[1, 0], [0, 1]], [[2, 1]]], biases: [[0, 1], [1]] } };
  const shown = gallery(store, second, [KNOWN, pair]), right = beside(store, second, []);
  const sides = () => [store, second.store].map(({ state }) => state.network.sizes[1]);
  store.redraw();
  await frame();
  assert.deepEqual([second.there(), right.hidden], [false, true]);
  shown.querySelector("input").checked = true;
  button(shown, "5 parameters, 50.00 %, a").onclick();
  await frame();
  assert.deepEqual([second.there(), right.hidden, store.state === start, sides()[1]], [true, false, true, 1]);
  assert.equal(second.store.state.points, few);
  for (const checked of [false, true]) {
    shown.querySelector("input").checked = checked;
    button(shown, "5 parameters, 50.00 %, b").onclick();
    assert.deepEqual(sides(), [1, 2]);
  }
  store.see({ pre: true });
  await frame();
  assert.deepEqual(second.store.look, store.look);
  button(right, "close the network on the right").onclick();
  await frame();
  assert.deepEqual([second.there(), right.hidden], [false, true]);
});

test("the right network comes with the unit that is chosen on the left, which stays, and leads from then on", async () => {
  const store = new Store(verbs.opened(network, "", "sgd", few)), second = new Second(new Store(verbs.fresh([1], 0)));
  beside(store, second, []);
  store.choose({ layer: 1, index: 1 });
  await frame();
  second.open(verbs.opened(network, "", "sgd", few));
  store.say("said");
  await frame();
  assert.deepEqual([store.unit, second.store.unit, store.said], [{ layer: 1, index: 1 }, { layer: 1, index: 1 }, "said"]);
  second.store.choose({ layer: 2, index: 0 });
  await frame();
  assert.deepEqual(store.unit, { layer: 2, index: 0 });
});

test("a run's own network on the right goes with the run", () => {
  let ofRun = true;
  const second = new Second(new Store(verbs.opened(network, "", "sgd", few)), () => ofRun);
  second.open(verbs.fresh([2], 0));
  assert.ok(second.there());
  ofRun = false;
  assert.ok(!second.there());
});

test("odd input in a field of numbers is refused in a sentence, and nothing changes", async () => {
  const store = new Store(verbs.opened(network, "", "sgd", few)), part = unitPart(store), told = [];
  store.unit = { layer: 2, index: 1 };
  store.redraw();
  await frame();
  const { state } = store, fields = part.querySelectorAll("input").filter(({ attributes: { type } }) => type === "number");
  for (const [field, name] of [[fields[0], "bias"], [fields[1], "weight from h1.1"]]) {
    field.value = "what";
    field.oninput();
    field.onchange();
    assert.equal(store.said, `${name}: must be a number; it stays ${field.dataset.now}`);
    field.value = "1e39";
    field.oninput();
    assert.match(store.said, /must be a number that float32 holds/);
    assert.equal(store.state, state);
  }
  const settings = { ...SETTINGS }, trained = training(store, { ...trainer(), settings, configure: (given) => { told.push(given); Object.assign(settings, given); } });
  const [rate, epochs, order, , seed] = trained.querySelectorAll("input");
  await frame();
  for (const [field, name, now] of [[rate, "rate", 0.1], [epochs, "epochs", 50], [order, "order, seed", 0], [seed, "seed", 1]]) {
    field.value = "-";
    field.onchange();
    assert.deepEqual([told, store.said], [[], `${name}: must be a number; it stays ${now}`]);
    field.onblur();
    assert.equal(Number(field.value), now);
  }
  rate.value = "-1";
  rate.onchange();
  rate.onblur();
  assert.deepEqual([told, store.said, rate.value], [[{ lr: -1 }], "train: lr must be a number ≥ 0, got -1", -1]);
  order.value = 2 ** 53;
  order.onchange();
  assert.deepEqual(told.at(-1), { seed: 2 ** 53 });
  for (const field of [order, seed]) assert.equal(field.attributes.title, "a whole number 0 … 9,007,199,254,740,991");
  assert.ok(trained.querySelectorAll("p").at(-1).textContent.endsWith(order.attributes.title + "."));
});

// A network of which a part of the points is measured.
function large() {
  const sizes = [2, 200, 200, 200, 1], random = new Generator("large");
  const numbers = (length) => Float32Array.from({ length }, () => random.uniform(-0.1, 0.1));
  return verbs.opened(makeNetwork(sizes, lengths(sizes).map(numbers), sizes.slice(1).map(numbers)), "", "sgd");
}

test("numbers of a part of the points are about, until all are measured", async () => {
  const store = new Store(large()), list = counters(store, []), exact = { score: score(store.state), life: life(store.state) };
  const number = (name) => list.all().find((each) => each.dataset?.number === name).textContent;
  store.redraw();
  await frame();
  const { accuracy } = exact.score, { parameters } = exact.life.live;
  assert.ok(exact.score.about);
  assert.deepEqual([number("accuracy"), number("live")], [`≈ ${percent(accuracy)}`, `≈ ${parameters}`]);
  learn(store.state, { score: { ...exact.score, about: false }, life: { ...exact.life, about: false } });
  store.redraw();
  await frame();
  assert.deepEqual([number("accuracy"), number("live")], [percent(accuracy), String(parameters)]);
});

test("what all points say of units is drawn when it is known, crosses and words with it", async () => {
  const store = new Store(verbs.opened(network, "", "sgd", few)), drawn = graph(store), large = map(store);
  store.unit = { layer: 3, index: 0 };
  store.redraw();
  await frame();
  const classes = () => drawn.querySelectorAll(".unit").map((each) => each.className);
  const words = () => large.querySelector(".readout").textContent, before = score(store.state);
  assert.ok(classes().includes("unit live", 2));
  assert.match(words(), new RegExp(`× ${before.wrong.length} of ${before.wrong.length} wrong points crossed`));
  const dead = life(store.state).states.map((layer) => layer.map(() => STATES.indexOf("dead")));
  learn(store.state, { score: { ...before, wrong: before.wrong.slice(0, 7) }, life: { ...life(store.state), states: dead } });
  store.redraw();
  await frame();
  assert.deepEqual(classes(), ["live", "live", ...Array(6).fill("dead"), "live"].map((each) => `unit ${each}`));
  assert.match(words(), /× 7 of 7 wrong points crossed/);
  store.unit = { layer: 1, index: 0 };
  store.redraw();
  await frame();
  const { textContent } = large.querySelector(".formula").lastChild;
  assert.match(textContent, /^hidden unit, dead/);
  learn(store.state, { score: score(store.state), life: { ...life(store.state), states: dead.map((layer) => layer.map(() => STATES.indexOf("live"))) } });
  store.redraw();
  await frame();
  assert.match(large.querySelector(".formula").lastChild.textContent, /^hidden unit, live/);
});

test("the network on the right is looked at as the left one, and drawn anew only if it was not", async () => {
  const [left, right] = [1, 2].map(() => new Store(verbs.opened(network, "", "sgd", few)));
  let drawn = 0;
  beside(left, new Second(right, () => true), []);
  left.redraw();
  await frame();
  right.listen(() => { drawn += 1; });
  for (const [look, times] of [[{}, 0], [{ pre: true }, 1], [{ pre: true }, 1], [{ ghosts: false }, 2]]) {
    left.see(look);
    await frame();
    assert.deepEqual([right.look, drawn], [left.look, times]);
  }
});

// What a kernel sends of networks, all weights kept.
const film = ({ sizes, weights, biases }) => {
  const values = Float32Array.from([...weights, ...biases].flatMap((layer) => [...layer]));
  const kept = new Uint8Array(Math.ceil(values.length / 8)).fill(255);
  return {
    sizes, steps: [0], titles: ["a network"], kept: new DataView(kept.buffer), values: new DataView(values.buffer),
    kind: "sgd", keep: null, alone: true,
  };
};

// The page in a notebook: its element, what its kernel has heard, and how that answers.
async function opened(networks, menus = {}) {
  const floats = Float32Array.from([...few.columns[0], ...few.columns[1], ...few.labels]);
  const given = { view: "", answer: 1, films: networks.map(film), menus, keeps: [], leftOut: "" };
  const traits = { given, points: new DataView(floats.buffer), networks: [KNOWN] }, told = [], heard = {};
  const model = { get: (name) => traits[name], send: (message) => told.push(message), on: (name, hear) => { heard[name] = hear; }, off() {} };
  const el = element(), close = widget(() => ({ postMessage() {}, terminate() {} })).render({ model, el });
  await frame();
  const answer = async (fields) => {
    Object.assign(given, fields);
    heard["change:given"]();
    await frame();
  };
  return { el, told, heard, answer, close, number: (name) => el.all().find((each) => each.dataset?.number === name).textContent };
}

test("an opened link is measured on the notebook's points", async () => {
  const { el, close } = await opened([network]);
  const summary = () => el.all().find((each) => "summary" in (each.dataset ?? {})).textContent;
  assert.match(summary(), /of 300 points$/);
  const field = el.all().find((each) => each.attributes?.["aria-label"] === "view");
  field.value = toAddress(verbs.fresh([4, 2], 1).network, { layer: 1, index: 0 }, SETTINGS);
  field.onchange();
  await frame();
  assert.equal(el.querySelector(".stage").querySelectorAll(".unit").length, 2 + 4 + 2 + 1);
  assert.match(summary(), /of 300 points$/);
  close();
});

test("whatever has the focus has the notebook leave its keys alone", async () => {
  const { el, close } = await opened([network]), [unit] = el.querySelectorAll(".unit");
  assert.deepEqual([el.dataset.lmSuppressShortcuts, unit.dataset.lmSuppressShortcuts], ["true", undefined]);
  el.onfocusin({ target: unit });
  assert.equal(unit.dataset.lmSuppressShortcuts, "true");
  close();
});

test("while a run is asked for units are followed, and why it does not come is said", async () => {
  const { el, told, heard, close } = await opened([network], { algorithm: [["a", "a"], ["b", "b"]] });
  const said = () => el.all().find((each) => each.attributes?.role === "status").textContent;
  const menu = el.querySelectorAll("select").find((each) => each.children.some(({ textContent }) => textContent === "b"));
  menu.value = "b";
  menu.onchange();
  await frame();
  assert.match(said(), /^asking the kernel/);
  button(el, "h2.1, 3 weights in, 1 out").onclick();
  await frame();
  assert.deepEqual(told, [{ change: { algorithm: "b" } }, { look: "unit=h2.1", answer: 1 }]);
  heard["msg:custom"]({ said: "the kernel could not" });
  await frame();
  assert.deepEqual([said(), menu.value], ["the kernel could not", ""]);
  close();
});
