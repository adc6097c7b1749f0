// How a network would be trained: what is asked of the reader's settings, wherever they come from.

import { demand, isWhole } from "../checks.js";
import { configured } from "../schedules.js";

/** @typedef {{lr: number, schedule: string, epochs: number, seed: number}} Settings */

/** The settings themselves. Throws an Error, one sentence, for one out of range. @param {Settings} settings */
export function checked(settings) {
  const { seed, ...config } = settings;
  configured(config);
  demand(isWhole(seed), `train: seed must be a whole number ≥ 0, got ${seed}`);
  return settings;
}
