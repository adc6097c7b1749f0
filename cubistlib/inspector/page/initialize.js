// Fresh networks.

import { demand } from "./checks.js";
import { makeNetwork } from "./network.js";
import { Generator } from "./random.js";

/**
 * PyTorch's default initialization, as Network.initialize: weights and biases uniform in
 * ±1/√fan_in. The numbers are the page's own, not numpy's.
 * @param {number[]} hidden hidden widths
 * @param {number|string} seed
 * @param {number[]} [host] widths of a wider network whose leading units are taken, as in the
 *   paper's searches; hidden layers then start from the host's range
 * @returns {import("./network.js").Network} of two inputs and one output, all of it kept
 */
export function initialize(hidden, seed, host = hidden) {
  const fits = host.length === hidden.length && host.every((units, l) => units >= hidden[l]);
  demand(fits, `initialize: host ${host} must be as deep and at least as wide as ${hidden}`);
  const sizes = [2, ...hidden, 1], full = [2, ...host, 1], generator = new Generator(seed, "initialize");
  const weights = [], biases = [];
  for (let l = 0; l + 1 < sizes.length; l++) {
    const bound = 1 / Math.sqrt(full[l]), draw = () => generator.uniform(-bound, bound);
    weights.push(Float32Array.from({ length: sizes[l] * sizes[l + 1] }, draw));
    biases.push(Float32Array.from({ length: sizes[l + 1] }, draw));
  }
  return makeNetwork(sizes, weights, biases);
}
