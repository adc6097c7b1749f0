// Single precision, in which units are seen to stand still: each product and sum rounded.

import assert from "node:assert/strict";
import test from "node:test";
import { cubistSpiral } from "../../cubistlib/inspector/page/spiral.js";
import { eachBlock, wire } from "../../cubistlib/inspector/page/wiring.js";
import { network, read, skip } from "./cases.mjs";

test("single precision is the library's to the bit", { skip }, () => {
  const cases = read("rounding.json"), { columns } = cubistSpiral();
  const some = columns.map((column) => column.filter((_, row) => row % 37 === 0));
  assert.ok(cases.length);
  for (const { name, network: written, values } of cases) {
    const wiring = wire(network(written)), found = values.map(() => []);
    eachBlock(wiring, some, (h, room, start, size) => {
      found.forEach((list, i) => list.push(...h.subarray((2 + i) * room, (2 + i) * room + size)));
    }, { Kind: Float32Array });
    assert.deepEqual(found, values, name);
  }
});
