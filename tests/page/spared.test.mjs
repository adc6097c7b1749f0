// What is not computed or drawn anew stays as true as what is.

import assert from "node:assert/strict";
import test from "node:test";
import { frame } from "./elements.mjs";
import { picture } from "../../cubistlib/inspector/page/explorer/colours.js";
import { graph } from "../../cubistlib/inspector/page/explorer/graph.js";
import { allMaps, tellingApart } from "../../cubistlib/inspector/page/explorer/maps.js";
import * as verbs from "../../cubistlib/inspector/page/explorer/state.js";
import { Store } from "../../cubistlib/inspector/page/explorer/store.js";
import { cubistSpiral, taken } from "../../cubistlib/inspector/page/spiral.js";
import { still } from "../../cubistlib/inspector/page/states.js";

const LOOK = { pre: false, shared: false, extent: 2.25 };
const few = taken(cubistSpiral(), Array.from({ length: 300 }, (_, i) => 160 * i));

test("maps of some units are those of all, and no others", () => {
  const { network } = verbs.fresh([4, 4], 1), all = allMaps(network, 9, LOOK), wanted = [1, 3, 8];
  for (const pre of [false, true]) {
    const some = allMaps(network, 9, { ...LOOK, pre }, wanted), expected = allMaps(network, 9, { ...LOOK, pre });
    assert.deepEqual(Object.keys(some).map(Number), wanted);
    for (const unit of wanted) assert.deepEqual(some[unit], expected[unit]);
  }
  assert.equal(Object.keys(allMaps(network, 9, { ...LOOK, shared: true }, wanted)).length, all.length);
});

test("a unit that is not told apart says the same as before", () => {
  let state = verbs.pruned(verbs.fresh([5, 5, 5], 3), 30, "magnitude");
  const tell = tellingApart();
  let before = tell(state.network), spared = 0, others = 0;
  const changes = [
    (now) => verbs.withWeight(now, 1, 7, 0.3), (now) => verbs.toggled(now, 2, 11), (now) => verbs.withBias(now, 0, 2, -1),
    (now) => verbs.oneRemoved(now, "magnitude"), (now) => verbs.toggled(now, 3, 0), (now) => now,
  ];
  for (const change of changes) {
    const next = change(state), turns = tell(next.network);
    const [old, maps] = [state, next].map(({ network }) => allMaps(network, 8, LOOK));
    turns.forEach((turn, unit) => {
      if (turn !== before[unit]) others += 1;
      else assert.deepEqual(maps[unit], old[unit], `unit ${unit}`);
      spared += Number(turn === before[unit]);
    });
    [state, before] = [next, turns];
  }
  assert.ok(spared > 20 && others > 5);
  assert.ok(tell(verbs.unitAdded(state, 1).network).every((turn) => !before.includes(turn)));
});

test("a unit that varies on one point of many alone is seen to, and what reads it", () => {
  const rows = 3000, x = new Float32Array(rows), y = new Float32Array(rows);
  x[1001] = 5; // none of those that are looked at first
  let state = verbs.fresh([3, 2], 1);
  for (const [unit, bias] of [[0, -2], [1, -9], [2, -1]]) state = verbs.withBias(state, 0, unit, bias);
  for (const at of [0, 2, 4]) state = verbs.withWeight(state, 0, at, 1);
  for (const at of [0, 3]) state = verbs.withWeight(state, 1, at, 1);
  const found = still(state.network, [x, y]);
  assert.deepEqual([...found[0]], [NaN, 0, NaN]); // 5 − 2 and 5 − 1 are above 0, 5 − 9 is not
  assert.ok(Number.isNaN(found[1][0]));
});

test("a map of few points fills the same pixels", () => {
  const shares = Float64Array.of(1, -1, 0, 0.5), [small, wide] = [2, 4].map((side) => new Uint32Array(picture(shares, 2, side).data.buffer));
  assert.deepEqual([...wide], [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3].map((at) => small[at]));
  assert.deepEqual(picture(shares, 2).data, picture(shares, 2, 2).data);
});

test("of many units all maps are drawn on one sheet, and anew those that a change has reached", async () => {
  const wide = verbs.fresh([40, 40], 1), store = new Store(verbs.opened(wide.network, "", "sgd", few)), drawn = graph(store);
  const stage = drawn.querySelector(".stage"), sheet = stage.children.find(({ tag }) => tag === "canvas");
  const put = () => sheet.strokes.splice(0).filter(([name]) => name === "drawImage").length;
  const settle = async () => { // and finely
    await frame();
    store.finish();
  };
  store.redraw();
  await settle();
  const there = stage.querySelectorAll(".unit").length;
  assert.deepEqual([there, sheet.hidden, put() >= there], [83, false, true]);
  store.act((state) => verbs.withBias(state, 2, 0, 1));
  await settle();
  const after = put();
  assert.ok(after >= 1 && after <= 2, `${after}`); // the output, coarsely and finely
  store.act(() => verbs.opened(verbs.fresh([3], 1).network, "", "sgd", few));
  await settle();
  assert.deepEqual([sheet.hidden, put()], [true, 0]);
});
