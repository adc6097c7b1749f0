// What the page shows, and who draws it: the one place where the network changes.

import { extentOf } from "../plane.js";
import { units } from "./address.js";
import { advanced, base, begun, redone, undone } from "./history.js";

const PAUSE = 150; // ms

/** The bench with its history, the unit chosen, how it is looked at and a sentence for the reader. */
export class Store {
  #drawers = { first: [], then: [], fine: [] };
  #waiting = false;
  #pause;

  /** @param {import("./state.js").State} state */
  constructor(state) {
    this.history = begun(state);
    this.unit = { layer: state.network.sizes.length - 1, index: 0 };
    this.hovered = null;
    this.look = { pre: false, shared: false, ghosts: true };
    this.said = "";
  }

  /** @returns {import("./state.js").State} */
  get state() {
    return this.history.present;
  }

  /** The unit under the pointer, else the one chosen. */
  get unitShown() {
    return this.hovered ?? this.unit;
  }

  /** How maps are drawn. @returns {import("./maps.js").Look} */
  get mapLook() {
    return { ...this.look, extent: extentOf(this.state.points) };
  }

  /**
   * Has something drawn after every change, once a frame at most.
   * @param {function(): void} draw
   * @param {"first"|"then"|"fine"} [when] then: what takes longer, when all else has been drawn;
   *   fine: what need not be seen before nothing changes for a while
   */
  listen(draw, when = "first") {
    this.#drawers[when].push(draw);
  }

  /**
   * Takes what a verb gives for the present; what it refuses is said.
   * @param {function(import("./state.js").State): import("./state.js").State} verb
   * @param {*} [key] changes in a row with the same key are one step back, and each starts from
   *   what the first started from
   */
  act(verb, key = null) {
    this.try(() => this.goOn(verb, key));
  }

  /** As `act`, for what no reader has just asked for: what was said stays, and errors are thrown. */
  goOn(verb, key = null) {
    const next = verb(key === null ? this.state : this.baseOf(key));
    if (next !== this.state) this.#turn(advanced(this.history, next, key));
  }

  /** Takes back the changes of a key, if they are the last ones, as if they had not been. */
  withdraw(key) {
    if (this.history.key === key) this.#turn({ ...undone(this.history), future: [] });
  }

  /** What changes of this key start from. */
  baseOf(key) {
    return base(this.history, key);
  }

  undo() {
    this.#turn(undone(this.history));
  }

  redo() {
    this.#turn(redone(this.history));
  }

  /** @param {{layer: number, index: number}} unit */
  choose(unit) {
    this.unit = unit;
    this.hovered = null;
    this.say("");
  }

  /** A unit under the pointer, or null: it is shown, the one chosen stays. */
  hover(unit) {
    this.hovered = unit;
    this.redraw();
  }

  /** Looks in another way: { pre }, { shared } or { ghosts }. */
  see(look) {
    this.look = { ...this.look, ...look };
    this.redraw();
  }

  /** Does something; the sentence of an error is for the reader. */
  try(doing) {
    this.said = "";
    try {
      doing();
    } catch (error) {
      this.said = error.message;
    }
    this.redraw();
  }

  say(sentence) {
    this.said = sentence;
    this.redraw();
  }

  redraw() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      for (const draw of this.#drawers.first) draw();
      setTimeout(() => { if (!this.#waiting) this.#drawThen(); });
    });
  }

  /** Draws finely at once. */
  finish() {
    clearTimeout(this.#pause);
    for (const draw of this.#drawers.fine) draw();
  }

  #drawThen() {
    for (const draw of this.#drawers.then) draw();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => { if (!this.#waiting) this.finish(); }, PAUSE);
  }

  #turn(history) {
    this.history = history;
    const { sizes } = this.state.network, there = units(sizes);
    const chosen = ({ layer, index }) => layer === this.unit.layer && index === this.unit.index;
    this.unit = there.find(chosen) ?? there.at(-1);
    this.hovered = null;
    this.redraw();
  }
}
