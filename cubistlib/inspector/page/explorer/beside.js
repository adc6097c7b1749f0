// A second network beside the first: what is chosen in one is chosen in the other, where it has such
// a unit, and where the two say different things.

import { short, unitName } from "../equation.js";
import { units } from "./address.js";
import { picture } from "./colours.js";
import { counters } from "./counters.js";
import { make, part } from "./dom.js";
import { graph } from "./graph.js";
import { bar, map, paint, PIXELS } from "./map.js";
import { differenceMap } from "./maps.js";

const SIDE = 200; // points along a side of the difference

/**
 * @param {import("./store.js").Store} left
 * @param {import("./store.js").Store} right
 * @param {function(): boolean} there whether there is a second network
 * @param {object[]} frontier as of `counters`
 */
export function beside(left, right, there, frontier) {
  const story = make("p", { class: "readout" });
  const network = part("graph", "Network on the right", counters(right, frontier, "right"), graph(right, { still: true }), story);
  const section = make("div", { class: "beside" }, network, map(right, "right"), difference(left, right, there));
  let seen = { left: "", right: "" };
  const names = () => ({ left: nameOf(left), right: nameOf(right) });
  const follow = (leader, other, side) => {
    if (!there() || nameOf(leader) === seen[side]) return;
    const same = units(other.state.network.sizes).find((unit) => unitName(other.state.network.sizes, unit) === nameOf(leader));
    if (same && leader.hovered) other.hover(same);
    else if (same) other.choose(same);
    seen = names();
  };
  left.listen(() => {
    section.hidden = !there();
    if (Object.entries(left.look).some(([name, value]) => right.look[name] !== value)) right.see(left.look);
    follow(left, right, "left");
  });
  right.listen(() => {
    story.textContent = right.state.story.join(" → ");
    follow(right, left, "right");
  });
  return section;
}

const nameOf = ({ state, unitShown }) => unitName(state.network.sizes, unitShown);

/**
 * Whether a unit of one network is the same unit of another: inputs and the output of any two are;
 * hidden units only where both have the same structure.
 */
export function correspond(one, other) {
  const [sizes, others] = [one, other].map((each) => each.state.network.sizes), name = nameOf(one);
  if (name !== nameOf(other)) return false;
  return !name.startsWith("h") || (sizes.length === others.length && sizes.every((size, l) => size === others[l]));
}

function difference(left, right, there) {
  const canvas = make("canvas", { width: PIXELS, height: PIXELS, role: "img" }), scale = make("p", { class: "scale" });
  const none = make("p", { class: "readout" });
  const draw = () => {
    if (!there()) return;
    const same = correspond(left, right), name = nameOf(left);
    canvas.hidden = scale.hidden = !same;
    none.textContent = same ? "" : `No difference: ${name} on the left and ${nameOf(right)} on the right are units of `
      + `${left.state.network.sizes.join("-")} and ${right.state.network.sizes.join("-")}, which do not correspond.`;
    if (!same) return;
    const both = [left, right].map(({ state: { network }, unitShown: unit }) => ({ network, unit }));
    const { shares, top } = differenceMap(both, SIDE, left.mapLook);
    paint(canvas.getContext("2d"), picture(shares, SIDE));
    scale.replaceChildren(...bar(`${name}, left minus right`, `−${short(top)}`, short(top)));
    canvas.setAttribute("aria-label", `${scale.firstChild.textContent}, from −${short(top)} (blue) to ${short(top)} (vermillion)`);
  };
  for (const store of [left, right]) store.listen(draw, "then");
  return part("difference", "Left minus right", canvas, scale, none);
}
