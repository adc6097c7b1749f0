// The Cubist Spiral, against the library's to the last bit.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { FOLDER, skip } from "./cases.mjs";

const points = cubistSpiral();

test("it is standardized and of two classes", () => {
  assert.equal(points.labels.length, 49_982);
  assert.deepEqual([points.labels.indexOf(1), points.labels.lastIndexOf(0)], [24_991, 24_990]);
  for (const column of points.columns) {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1);
    assert.ok(Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-6);
  }
});

test("some of the points", () => {
  const some = taken(points, [3, 49_981]);
  assert.deepEqual([...some.labels], [0, 1]);
  assert.deepEqual(some.columns.map((column) => column[1]), points.columns.map((column) => column[49_981]));
});

test("it is the library's", { skip }, (t) => {
  const bytes = fs.readFileSync(path.join(FOLDER, "spiral.bin")), rows = points.labels.length;
  const expected = new Float32Array(bytes.buffer, bytes.byteOffset, 3 * rows);
  let bits = 0;
  for (let row = 0; row < rows; row++) {
    points.columns.forEach((column, axis) => {
      const found = column[row], wanted = expected[axis * rows + row];
      assert.ok(Math.abs(found - wanted) <= 1e-6, `point ${row}, axis ${axis}: ${found}, not ${wanted}`);
      bits += found !== wanted;
    });
    assert.equal(points.labels[row], expected[2 * rows + row]);
  }
  t.diagnostic(`${bits} of ${2 * rows} coordinates differ in the last bit`);
  // None where it was written; a sine may be rounded otherwise elsewhere.
  assert.ok(bits <= rows / 100);
});
