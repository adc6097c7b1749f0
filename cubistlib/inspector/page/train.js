// Masked SGD with momentum on binary cross-entropy: the update rule of training/backends/torch.py,
// in double precision, on the kept weights alone.

import { demand, isWhole } from "./checks.js";
import { checkColumns } from "./evaluation.js";
import { addSlopes, zerosLike } from "./loss.js";
import { finite, makeNetwork } from "./network.js";
import { Generator } from "./random.js";
import { configured, learningRate } from "./schedules.js";
import { firstUnits, forward, wire } from "./wiring.js";

/**
 * Row indices of one shuffled epoch, whatever came before it; the last partial batch is dropped.
 * Not numpy's order.
 * @returns {Int32Array} steps × batchSize
 */
export function epochOrder(rows, batchSize, epoch, seed) {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  return new Generator(seed, "order", epoch).shuffle(order).subarray(0, rows - (rows % batchSize));
}

/** One network in training; the network that it starts from is left as it is. */
export class Training {
  /**
   * @param {import("./network.js").Network} network
   * @param {{columns: Float32Array[], labels: Uint8Array}} points
   * @param {Partial<typeof import("./schedules.js").DEFAULTS>} config
   * @param {{seed: (number|string), order: ArrayLike<number>}} [options] seed of the data's order;
   *   or the row indices themselves, steps × batchSize
   */
  constructor(network, points, config, { seed = 0, order } = {}) {
    this.config = configured(config);
    checkColumns(network, points.columns);
    const outputs = network.sizes.at(-1);
    demand(outputs === 1, `train: networks have one output, the logit; this one has ${outputs}`);
    const rows = points.labels.length, { batchSize, epochs } = this.config;
    demand(batchSize <= rows, `train: batchSize ${batchSize} is larger than the ${rows} points`);
    Object.assign(this, { start: network, points, seed, order, step: 0 });
    this.stepsAnEpoch = Math.floor(rows / batchSize);
    this.steps = epochs * this.stepsAnEpoch;
    if (order) this.#follow(order, rows);
    this.#makeRoom();
  }

  #follow(order, rows) {
    const { batchSize, epochs } = this.config, steps = order.length / batchSize;
    demand(isWhole(steps, 1), `train: order must be of whole batches of ${batchSize}`);
    demand(steps <= this.steps, `train: order is of more than ${epochs} epochs`);
    demand(order.every((row) => row >= 0 && row < rows), `train: order must be row indices below ${rows}`);
    this.steps = steps;
  }

  #makeRoom() {
    const { batchSize } = this.config, { kept, sizes } = this.start;
    this.wiring = wire(this.start);
    this.velocities = zerosLike(this.wiring);
    this.slopes = zerosLike(this.wiring);
    this.h = new Float64Array(this.wiring.units * batchSize);
    this.deltas = new Float64Array(this.h.length);
    this.labels = new Float64Array(batchSize);
    const learning = kept.biases.flatMap((layer) => [...layer]);
    this.fixed = learning.flatMap((is, unit) => (is ? [] : [sizes[0] + unit]));
  }

  /** Whether the last step is done. */
  get done() {
    return this.step >= this.steps;
  }

  /** Epochs begun and not ended count as a share. */
  get epoch() {
    return this.step / this.stepsAnEpoch;
  }

  /** One optimizer step. @returns {number} the batch's loss before it */
  advance() {
    demand(!this.done, `train: all ${this.steps} steps are done`);
    const { wiring, slopes, h, config: { batchSize, momentum, weightDecay } } = this;
    const rate = learningRate(this.config, Math.floor(this.epoch));
    this.#load(batchSize);
    forward(wiring, h, batchSize, batchSize);
    const loss = addSlopes(wiring, h, this.deltas, this.labels, slopes, batchSize, batchSize, batchSize);
    for (const unit of this.fixed) slopes.biases[unit] = 0;
    descend(wiring.weights, slopes.weights, this.velocities.weights, rate, momentum, weightDecay);
    descend(wiring.biases, slopes.biases, this.velocities.biases, rate, momentum, weightDecay);
    this.step += 1;
    return loss;
  }

  /**
   * Steps until the given one, or the last.
   * @returns {number} the mean of their batches' losses
   */
  advanceTo(step) {
    const end = Math.min(step, this.steps), first = this.step;
    let sum = 0;
    while (this.step < end) sum += this.advance();
    return sum / (end - first);
  }

  /** The rest of the epoch, or one epoch. @returns {number} as advanceTo */
  advanceEpoch() {
    return this.advanceTo((Math.floor(this.epoch) + 1) * this.stepsAnEpoch);
  }

  /** The network as it is now. @returns {import("./network.js").Network} */
  network() {
    const { wiring, start: { sizes, kept } } = this, firsts = firstUnits(sizes);
    const weights = kept.weights.map((layer) => new Float32Array(layer.length));
    for (let l = 0; l < weights.length; l++) {
      const from = wiring.starts[firsts[l + 1]], to = wiring.starts[firsts[l + 1] + sizes[l + 1]];
      for (let edge = from; edge < to; edge++) weights[l][wiring.places[edge]] = wiring.weights[edge];
    }
    const biases = kept.biases.map((layer, l) => wiring.biases.slice(firsts[l + 1], firsts[l + 1] + layer.length));
    return makeNetwork(sizes, weights, biases, kept.weights, kept.biases);
  }

  /** Whether some parameter is no number any more. */
  get diverged() {
    return !finite(this.network());
  }

  #load(batchSize) {
    const { points: { columns, labels }, h } = this, order = this.order ?? this.#ofEpoch();
    const from = (this.order ? this.step : this.step % this.stepsAnEpoch) * batchSize;
    for (let i = 0; i < batchSize; i++) {
      const row = order[from + i];
      for (let input = 0; input < columns.length; input++) h[input * batchSize + i] = columns[input][row];
      this.labels[i] = labels[row];
    }
  }

  #ofEpoch() {
    const epoch = Math.floor(this.epoch);
    if (this.shuffled?.epoch !== epoch) {
      const rows = epochOrder(this.points.labels.length, this.config.batchSize, epoch, this.seed);
      this.shuffled = { epoch, rows };
    }
    return this.shuffled.rows;
  }
}

// v ← μ v + g + λ p, p ← p − η v; the slopes are zero afterwards.
function descend(values, slopes, velocities, rate, momentum, decay) {
  for (let i = 0; i < values.length; i++) {
    velocities[i] = momentum * velocities[i] + slopes[i] + decay * values[i];
    values[i] -= rate * velocities[i];
    slopes[i] = 0;
  }
}
