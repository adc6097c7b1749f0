// A training as checkpoints, as inspector/content.py writes it down.

import { demand } from "../checks.js";
import { lengths, makeNetwork } from "../network.js";
import { largest, most, opened, pruned, thresholded } from "./state.js";

/**
 * @typedef {object} Written
 * @property {number[]} sizes
 * @property {number[]} steps of the checkpoints
 * @property {string[]} titles what the network of each is
 * @property {DataView} kept a bit a parameter, weights then biases, checkpoint after checkpoint
 * @property {DataView} values float32, of the kept ones
 * @property {string} kind of the last: "sgd" or "polished"
 * @property {number|null} keep weights to show where the view names no number
 * @property {boolean} alone whether no run has another number of weights: then fewer are by size
 */

/** Which of some numbers is nearest to one; the last for null. @param {number[]} all */
export const nearest = (all, number) => (number === null ? all.length - 1
  : all.reduce((best, each, i) => (Math.abs(each - number) < Math.abs(all[best] - number) ? i : best), 0));

export class Film {
  #networks = [];

  /** @param {Written} written @param {import("../spiral.js").Points} points */
  constructor(written, points) {
    Object.assign(this, written, { points });
    const { kept, values } = written;
    this.bits = new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength);
    this.floats = new Float32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  }

  /** The largest |w| of the network at a step. @param {number|null} step */
  largest(step) {
    return largest({ network: this.#network(nearest(this.steps, step)) });
  }

  /** The network that a view shows, with what does nothing in it. @param {import("./view.js").View} view @returns {import("./state.js").State} */
  at({ step, keep, threshold }) {
    const which = nearest(this.steps, step), last = which === this.steps.length - 1;
    let state = opened(this.#network(which), this.titles[which], last ? this.kind : "polished", this.points);
    const left = keep ?? this.keep;
    if (this.alone && left !== null && left < most(state)) state = pruned(state, left, "magnitude");
    return threshold > 0 ? thresholded(state, threshold) : state;
  }

  #network(which) {
    if (!this.#networks.length) this.#networks = decoded(this);
    return this.#networks[which];
  }
}

function decoded({ sizes, steps, bits, floats }) {
  const layers = [...lengths(sizes), ...sizes.slice(1)], depth = sizes.length - 1;
  const all = steps.length * layers.reduce((sum, length) => sum + length, 0);
  demand(bits.length === Math.ceil(all / 8), "film: of another size than it says");
  let bit = 0, next = 0;
  const networks = steps.map(() => {
    const kept = layers.map((length) => Uint8Array.from({ length }, () => (bits[bit >> 3] >> (7 - (bit++ & 7))) & 1));
    const values = kept.map((layer) => Float32Array.from(layer, (is) => (is ? floats[next++] : 0)));
    return makeNetwork(sizes, values.slice(0, depth), values.slice(depth), kept.slice(0, depth), kept.slice(depth));
  });
  demand(next === floats.length, "film: of another size than it says");
  return networks;
}
