// What the library said of networks, which tests/test_page_engine.py writes into a folder, and
// comparisons with it.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { makeNetwork } from "../../cubistlib/inspector/page/network.js";

export const FOLDER = process.env.CUBISTLIB_PAGE_CASES;
export const skip = FOLDER ? false : "compares with the library: run tests/test_page_engine.py";
export const TOLERANCE = 1e-5;

/** The cases of a file, none where there is no folder. */
export const read = (name) => (FOLDER ? JSON.parse(fs.readFileSync(path.join(FOLDER, name), "utf8")) : []);

/** A network as the library wrote it. */
export const network = ({ sizes, weights, biases, kept_weights, kept_biases }) =>
  makeNetwork(sizes, weights, biases, kept_weights, kept_biases);

/** Numbers that differ by no more than the tolerance, relative to the largest of them. */
export function close(found, expected, what, tolerance = TOLERANCE) {
  assert.equal(found.length, expected.length, `${what}: how many`);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(found[i] - expected[i]);
    assert.ok(off <= tolerance * scale, `${what}[${i}] is ${found[i]}, not ${expected[i]}`);
  }
}

/** Lists of numbers, a layer each, that are close. */
export function closeLayers(found, expected, what) {
  assert.equal(found.length, expected.length, `${what}: layers`);
  expected.forEach((layer, l) => close(found[l], layer, `${what}[${l}]`));
}

/** Lists of whole numbers, a layer each, that are the same. */
export const same = (found, expected, what) =>
  assert.deepEqual(Array.from(found, (layer) => Array.from(layer)), expected, what);
