// The runs that a kernel has: which is looked at, and how. What the page can do with what it has been
// given it does; for another run it asks.

import { unitName } from "../equation.js";
import { units } from "./address.js";
import { Film } from "./film.js";
import { soon, tidier } from "./tidying.js";
import { fromText, START, toText } from "./view.js";

const OF_THE_NETWORK = ["step", "keep", "threshold", "lives"];
const OF_THE_KERNEL = ["study", "algorithm", "width", "seed", "beside"];
const OF_THE_LOOK = ["pre", "shared", "ghosts"];
// Changes of the same fields in a row, as by a slider, are one step back.
const slide = (fields) => `slide ${Object.keys(fields)}`;

/**
 * @typedef {object} Given what the kernel sends of a view
 * @property {string} view
 * @property {number} answer which of the kernel's answers it is
 * @property {import("./film.js").Written[]} films the network's, and that of the one beside it
 * @property {Object<string, [string, string][]>} menus choices and what they are called
 * @property {number[]} keeps numbers of weights to choose from
 * @property {string} leftOut what is not there, a sentence
 */

/**
 * What is looked at hangs on the bench alone: of each network that a view has put there the view is
 * known, and whatever is made of it, or undone, is seen by that view.
 *
 * @typedef {object} Scene
 * @property {Given} given
 * @property {Film[]} films
 * @property {import("./view.js").View} view as far as it chooses the networks
 * @property {import("./state.js").State} [beside] the network on the right
 */
export class Runs {
  #scenes = new WeakMap(); // by the state on the bench
  #first = null; // of all scenes
  #drawn = null; // the scene that the network on the right belongs to
  #told = ""; // what the kernel knows of the view
  #asked = null; // of the kernel, which has not answered
  #next = null; // to be asked then

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./store.js").Store} right of the network beside it
   * @param {{look: function(object): void, ask: function(object): void}} kernel look: is told how
   *   the run is looked at, { look, answer } of which it was given last; ask: is asked for another, { view } as it is or { change } of a field
   * @param {function(): Worker} newWorker as of `tidier`
   */
  constructor(store, right, kernel, newWorker) {
    const tidiers = [store, right].map((each) => tidier(each, newWorker));
    Object.assign(this, { store, right, kernel, tidiers, answer: 0 });
    store.listen(() => this.#follow());
  }

  /** What the kernel has sent. @param {Given} given */
  take(given) {
    const key = this.#asked?.change ? slide(this.#asked.change) : "kernel";
    this.store.try(() => {
      const films = given.films.map((film) => new Film(film, this.store.state.points));
      this.#look({ given, films, view: fromText(given.view) }, key);
      this.answer = given.answer;
      this.#told = this.text;
    });
    this.#answered();
  }

  get given() {
    return this.#scene?.given;
  }

  get films() {
    return this.#scene?.films ?? [];
  }

  /** @returns {import("./view.js").View} */
  get view() {
    if (!this.#scene) return START;
    const { films: [{ sizes }], view } = this.#scene, { look, unit } = this.store, name = unitName(this.store.state.network.sizes, unit);
    const known = units(sizes).some((each) => unitName(sizes, each) === name); // a unit that was added is not
    return { ...view, ...Object.fromEntries(OF_THE_LOOK.map((field) => [field, look[field]])), unit: known ? name : START.unit };
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
    this.#answered();
  }

  /** What a reader wants changed. @param {Partial<import("./view.js").View>} fields */
  change(fields) {
    const { films, view } = this;
    const asks = OF_THE_KERNEL.some((name) => name in fields) || ("keep" in fields && !films.every(({ alone }) => alone));
    this.store.try(() => {
      if (asks) return this.#ask({ change: fields });
      this.#look({ ...this.#scene, view: { ...view, ...fields } }, slide(fields));
      return this.#tell();
    });
  }

  // Of the network on the bench, or of the one that it was made from.
  get #scene() {
    const { past, present } = this.store.history, known = [...past, present].findLast((state) => this.#scenes.has(state));
    return this.#scenes.get(known) ?? this.#first;
  }

  // Where the kernel has gone on to another run since, this is not how it is looked at.
  #tell() {
    if (this.text === this.#told) return;
    this.#told = this.text;
    this.kernel.look({ look: this.text, answer: this.answer });
  }

  // One question at a time: of those that come while the kernel is at one the last counts alone.
  #ask(message) {
    if (!this.#asked) {
      this.kernel.ask(message);
      this.#asked = message;
    } else if (message.change) this.#next = { ...this.#next, change: { ...this.#next?.change, ...message.change } };
    else this.#next = message;
    this.store.said = "asking the kernel for this run …";
  }

  #answered() {
    const next = this.#next;
    this.#asked = this.#next = null;
    if (next) this.store.try(() => this.#ask(next));
  }

  // What cannot be shown is an error, before anything has changed.
  #look(scene, key) {
    const { store, view: before } = this, { films, view } = scene;
    if (films !== this.films || OF_THE_NETWORK.some((name) => view[name] !== before[name])) {
      const [state, beside] = films.map((film) => film.at(view));
      this.#first ??= scene;
      this.#put(store, this.tidiers[0], state, view.lives, (next) => {
        this.#scenes.set(next, scene);
        store.goOn(() => next, key);
      });
      if (beside) this.#put(this.right, this.tidiers[1], beside, view.lives, (next) => this.#showRight(scene, next));
      this.#drawn = scene;
    }
    store.see(Object.fromEntries(OF_THE_LOOK.map((field) => [field, view[field]])));
    const { sizes } = store.state.network;
    store.choose(units(sizes).find((unit) => unitName(sizes, unit) === view.unit) ?? units(sizes).at(-1));
  }

  // Where it takes long to find out what lives, all is shown before.
  #put(store, tidy, state, lives, show) {
    if (!lives || !soon(state)) show(state);
    if (lives) tidy(state, show);
  }

  #showRight(scene, state) {
    scene.beside = state;
    this.right.goOn(() => state, "right");
  }

  // A reader has chosen a unit in the graph, or gone back to where another view was shown.
  #follow() {
    const scene = this.#scene;
    if (!scene) return;
    if (scene !== this.#drawn && scene.beside) this.#showRight(scene, scene.beside);
    this.#drawn = scene;
    this.#tell();
  }
}
