// How a network is trained: the configuration and its schedules, as training/config.py.

import { demand, isWhole } from "./checks.js";

export const SCHEDULES = ["constant", "cosine", "step"];

/** The paper's values. */
export const DEFAULTS = Object.freeze({
  lr: 0.05, schedule: "constant", epochs: 50, batchSize: 128, momentum: 0.9, weightDecay: 5e-4,
});

/**
 * A configuration with what it leaves open by default. Throws an Error for what is out of range.
 * @param {Partial<typeof DEFAULTS>} given
 * @returns {typeof DEFAULTS}
 */
export function configured(given = {}) {
  const config = { ...DEFAULTS, ...given };
  for (const name of Object.keys(config)) demand(name in DEFAULTS, `train: no setting ${name}`);
  for (const name of ["lr", "momentum", "weightDecay"]) {
    const value = config[name];
    demand(Number.isFinite(value) && value >= 0, `train: ${name} must be a number ≥ 0, got ${value}`);
  }
  for (const name of ["epochs", "batchSize"]) {
    demand(isWhole(config[name], 1), `train: ${name} must be a whole number ≥ 1, got ${config[name]}`);
  }
  const { schedule } = config;
  demand(SCHEDULES.includes(schedule), `train: schedule must be ${SCHEDULES.join(" or ")}, got ${schedule}`);
  return config;
}

/**
 * The rate of an epoch, counted from 0: constant; cosine to 0 over the epochs; step: × 0.1 at 30 %
 * and at 60 % of them.
 * @param {typeof DEFAULTS} config
 * @param {number} epoch
 */
export function learningRate({ lr, schedule, epochs }, epoch) {
  if (schedule === "cosine") return (lr * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
  if (schedule === "step") return lr * 0.1 ** ((epoch >= 0.3 * epochs) + (epoch >= 0.6 * epochs));
  return lr;
}
