// The explorer on the page of a notebook: what an output has kept, in place of its figure.

import assert from "node:assert/strict";
import test from "node:test";
import { element, frame } from "./elements.mjs";
import { living } from "../../cubistlib/inspector/page/explorer/living.js";
import { fresh } from "../../cubistlib/inspector/page/explorer/state.js";

const KNOWN = { group: "a", name: "", recipe: "r", kind: "sgd", parameters: 5, accuracy: 0.5, hidden: [1], weights: [[[1, 0]], [[2]]], biases: [[0], [1]] };
const base64 = (array) => Buffer.from(array.buffer).toString("base64");

function kept(given = {}, film = {}) {
  const { sizes, weights, biases } = fresh([3, 3], 5).network, values = Float32Array.from([...weights, ...biases].flatMap((layer) => [...layer]));
  const bits = new Uint8Array(Math.ceil(values.length / 8)).fill(255);
  const written = { sizes, steps: [0], titles: ["a <b>network</b>"], kept: base64(bits), values: base64(values), kind: "sgd", keep: null, alone: true, ...film };
  return { view: "unit=h1.2", answer: 0, films: [written], menus: {}, keeps: [18, 25], leftOut: "", points: "", ...given };
}

// A page with a figure for each of these texts, and what has been made of it.
async function page(...texts) {
  const places = texts.map(() => element());
  const data = texts.map((textContent, i) => ({ textContent, dataset: { living: String(i) } }));
  document.querySelectorAll = (what) => (what === "script[data-living]" ? data : []);
  document.getElementById = (name) => places[name];
  living(() => ({ postMessage() {}, terminate() {} }), [KNOWN]);
  await frame();
  return places;
}

test("a figure comes to life, looked at as it was, and every other beside it", async () => {
  const places = await page(JSON.stringify(kept()), JSON.stringify(kept({ view: "" })));
  for (const [place, formula] of [[places[0], /^h1.2 = relu/], [places[1], /^logit = /]]) {
    assert.equal(place.querySelector(".stage").querySelectorAll(".unit").length, 2 + 3 + 3 + 1);
    assert.match(place.querySelector("code").textContent, formula);
    const story = place.all().find((each) => "story" in (each.dataset ?? {}));
    assert.equal(story.textContent, "How it came about: a <b>network</b>");
  }
});

test("for another run there is no kernel, which is said", async () => {
  const [place] = await page(JSON.stringify(kept())), field = place.all().find((each) => each.attributes?.["aria-label"] === "view");
  field.value = "algorithm=snip";
  field.onchange();
  await frame();
  assert.match(place.all().find((each) => each.attributes?.role === "status").textContent, /^No kernel answers/);
});

const BROKEN = {
  "no JSON": "{", "nothing": "null", "no films": JSON.stringify({ view: "", points: "" }),
  "a view that is none": JSON.stringify(kept({ view: "colour=red" })),
  "a number less": JSON.stringify(kept({}, { values: "AAAA" })),
  "more units than numbers": JSON.stringify(kept({}, { sizes: [2, 9999, 9999, 1] })),
  "units without end": JSON.stringify(kept({}, { sizes: [2, 1e15, 1] })),
  "three inputs": JSON.stringify(kept({}, { sizes: [3, 3, 1], kept: "AAAA", values: "" })),
  "no base64": JSON.stringify(kept({}, { kept: "é" })),
};

test("of what is no network the figure stays", async () => {
  for (const [name, text] of Object.entries(BROKEN)) {
    const [broken, other] = await page(text, JSON.stringify(kept()));
    assert.deepEqual([broken.children.length, other.children.length], [0, 1], name);
  }
});
