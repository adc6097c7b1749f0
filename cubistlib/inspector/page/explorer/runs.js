// The runs that a kernel has: which is looked at, and how. What the page can do with what it has been
// given it does; for another run it asks.

import { unitName } from "../equation.js";
import { units } from "./address.js";
import { Film } from "./film.js";
import { soon, tidier } from "./tidying.js";
import { fromText, START, toText } from "./view.js";

const SLIDE = "which network"; // changes in a row are one step back
const OF_THE_NETWORK = ["step", "keep", "threshold", "lives"];
const OF_THE_KERNEL = ["study", "algorithm", "width", "seed", "beside"];

/**
 * @typedef {object} Given what the kernel sends of a view
 * @property {string} view
 * @property {number} answer which of the kernel's answers it is
 * @property {import("./film.js").Written[]} films the network's, and that of the one beside it
 * @property {Object<string, [string, string][]>} menus choices and what they are called
 * @property {number[]} keeps numbers of weights to choose from
 * @property {string} leftOut what is not there, a sentence
 */

export class Runs {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./store.js").Store} right of the network beside it
   * @param {{look: function(object): void, ask: function(object): void}} kernel look: is told how
   *   the run is looked at, { look, answer } of which it was given; ask: is asked for another, { view } as it is or { change } of a field
   * @param {function(): Worker} newWorker as of `tidier`
   */
  constructor(store, right, kernel, newWorker) {
    const tidiers = [store, right].map((each) => tidier(each, newWorker));
    Object.assign(this, { store, right, kernel, tidiers, view: START, films: [] });
    store.listen(() => this.#follow());
  }

  /** What the kernel has sent. @param {Given} given */
  take(given) {
    this.store.try(() => {
      this.#look(fromText(given.view), given.films.map((film) => new Film(film, this.store.state.points)));
      this.given = given;
    });
  }

  /** The view as a text. */
  get text() {
    return toText(this.view);
  }

  /** A view that the kernel is to show, or to refuse. @param {string} text */
  ask(text) {
    this.store.try(() => this.#ask({ view: text }));
  }

  /** Why the kernel does not show what it has been asked for. */
  refuse(sentence) {
    this.store.say(sentence);
  }

  /** What a reader wants changed. @param {Partial<import("./view.js").View>} fields */
  change(fields) {
    const view = { ...this.view, ...fields };
    const asks = OF_THE_KERNEL.some((name) => name in fields) || ("keep" in fields && !this.films.every(({ alone }) => alone));
    this.store.try(() => {
      if (asks) return this.#ask({ change: fields });
      this.#look(view);
      return this.#tell();
    });
  }

  // Where the kernel has gone on to another run since, this is not how it is looked at.
  #tell() {
    this.kernel.look({ look: this.text, answer: this.given.answer });
  }

  #ask(message) {
    this.kernel.ask(message);
    this.store.said = "asking the kernel for this run …";
  }

  // What cannot be shown is an error, before anything has changed.
  #look(view, films = this.films) {
    const { store, right, view: before } = this;
    if (films !== this.films || OF_THE_NETWORK.some((name) => view[name] !== before[name])) {
      const states = films.map((film) => film.at(view));
      states.forEach((state, i) => this.#put([store, right][i], this.tidiers[i], state, view.lives));
    }
    Object.assign(this, { view, films });
    const { pre, shared, ghosts } = view, { sizes } = store.state.network;
    store.see({ pre, shared, ghosts });
    store.choose(units(sizes).find((unit) => unitName(sizes, unit) === view.unit) ?? units(sizes).at(-1));
  }

  // Where it takes long to find out what lives, all is shown before.
  #put(store, tidy, state, lives) {
    const show = (next) => store.goOn(() => next, SLIDE);
    if (!lives || !soon(state)) show(state);
    if (lives) tidy(state, show);
  }

  // A reader has chosen a unit in the graph.
  #follow() {
    const { state: { network: { sizes } }, unit: chosen } = this.store, unit = unitName(sizes, chosen);
    if (!this.films.length || unit === this.view.unit) return;
    if (!units(this.films[0].sizes).some((each) => unitName(this.films[0].sizes, each) === unit)) return; // one more
    this.view = { ...this.view, unit };
    this.#tell();
  }
}
