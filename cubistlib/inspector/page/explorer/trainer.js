// Training beside the page: what is sent to the worker, and what comes back.

import { checked } from "./settings.js";
import { trained } from "./state.js";

const DIVERGED = "training diverged: the network is that of the epoch before; try a smaller rate";

/** The training of the network on the bench; a change by hand ends it. */
export class Trainer {
  #newWorker;
  #store;
  #worker = null;
  #latest = null; // the network that the worker last gave

  /**
   * @param {import("./store.js").Store} store
   * @param {function(): Worker} newWorker one that runs ../worker.js
   */
  constructor(store, newWorker) {
    this.#store = store;
    this.#newWorker = newWorker;
    this.settings = { lr: 0.1, schedule: "cosine", epochs: 50, seed: 0 };
    this.playing = false;
    this.curve = [];
    store.listen(() => this.#forgetIfChanged());
  }

  /** Other settings, with which a new training begins; what is out of range is said when it does. */
  configure(settings) {
    this.forget();
    this.settings = { ...this.settings, ...settings };
    this.#store.redraw();
  }

  play() {
    this.#send({ type: "start" }, true);
  }

  pause() {
    this.playing = false;
    this.#worker?.postMessage({ type: "pause" });
    this.#store.redraw();
  }

  /** One epoch on, or some steps. @param {number} [steps] */
  step(steps) {
    this.#send({ type: "step", steps }, false);
  }

  /** Ends the training; the network stays as it is. */
  forget() {
    this.#worker?.terminate();
    this.#worker = null;
    this.playing = false;
    this.curve = [];
  }

  #send(message, playing) {
    this.#store.try(() => {
      const { seed, ...config } = checked(this.settings), { network, points } = this.#store.state;
      const goesOn = this.#worker && network === this.#latest;
      if (!goesOn) this.#begin();
      this.#worker.postMessage(goesOn ? message : { ...message, network, config, seed, points });
      this.playing = playing;
    });
  }

  #forgetIfChanged() {
    if (this.#worker && this.#store.state.network !== this.#latest) this.forget();
  }

  #begin() {
    const key = {}, worker = this.#newWorker();
    this.forget();
    this.#worker = worker;
    this.#latest = this.#store.state.network;
    worker.onmessage = ({ data }) => { if (worker === this.#worker) this.#hear(data, key); };
    worker.onerror = (event) => {
      this.forget();
      this.#store.say(`training cannot start in this browser: ${event.message ?? "no worker"}`);
    };
  }

  #hear(message, key) {
    this.#forgetIfChanged();
    if (!this.#worker) return;
    if (message.type === "error" || message.diverged) {
      this.forget();
      this.#store.say(message.message ?? DIVERGED);
      return;
    }
    const { epoch, step, loss, accuracy, network } = message, { lr, schedule, epochs, seed } = this.settings;
    const done = Number.isInteger(epoch) ? `${epoch} of` : `${step} ${step === 1 ? "step" : "steps"} of`;
    const how = `SGD, ${done} ${epochs} epochs at rate ${lr}, ${schedule}, order of seed ${seed}`;
    this.curve.push({ epoch, loss, accuracy });
    this.#store.goOn((state) => trained(state, network, how, message.done), key);
    this.#latest = this.#store.state.network;
    if (message.done) this.#end();
  }

  // The curve stays to be seen.
  #end() {
    this.#worker.terminate();
    this.#worker = null;
    this.playing = false;
  }
}
