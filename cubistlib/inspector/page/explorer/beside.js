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

/** A network beside the first: of a kernel's run, or one that a reader has opened. */
export class Second {
  #opened = false;

  /**
   * @param {import("./store.js").Store} store what it lies on
   * @param {function(): boolean} [ofRun] whether the run has one
   */
  constructor(store, ofRun = () => false) {
    Object.assign(this, { store, ofRun });
  }

  /** Whether there is one. */
  there() {
    return this.#opened || this.ofRun();
  }

  /** @param {import("./state.js").State} state */
  open(state) {
    this.#opened = !this.ofRun();
    this.store.goOn(() => state);
  }

  close() {
    this.#opened = false;
    this.store.redraw();
  }
}

/**
 * @param {import("./store.js").Store} left
 * @param {Second} second
 * @param {object[]} frontier as of `counters`
 */
export function beside(left, second, frontier) {
  const right = second.store, there = () => second.there(), story = make("p", { class: "readout" });
  const shut = () => {
    second.close();
    left.redraw();
    section.parentElement?.querySelector(".part-gallery input")?.focus({ preventScroll: true }); // from where it came
  };
  const close = make("button", { type: "button", text: "Close", "aria-label": "close the network on the right", onclick: shut });
  const network = part("graph", "Network on the right", counters(right, frontier, "right"), graph(right, { still: true }), story, close);
  const section = make("div", { class: "beside" }, network, map(right, "right"), difference(left, right, there));
  let seen, met = false;
  const names = () => ({ left: nameOf(left), right: nameOf(right) });
  const follow = (leader, other, side) => {
    if (there() !== met) seen = { left: "", right: nameOf(right) }; // at first the left one leads
    met = there();
    if (!met || nameOf(leader) === seen[side]) return;
    const { sizes } = other.state.network, name = nameOf(leader);
    const same = name !== nameOf(other) && units(sizes).find((unit) => unitName(sizes, unit) === name);
    if (same && leader.hovered) other.hover(same);
    else if (same) other.choose(same);
    seen = names();
  };
  left.listen(() => {
    section.hidden = !there();
    close.hidden = second.ofRun();
    if (there() && Object.entries(left.look).some(([name, value]) => right.look[name] !== value)) right.see(left.look);
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
