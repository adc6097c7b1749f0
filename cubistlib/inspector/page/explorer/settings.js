// How a network would be trained: what is asked of the reader's settings, wherever they come from.

import { demandSeed } from "../random.js";
import { configured } from "../schedules.js";

/** @typedef {{lr: number, schedule: string, epochs: number, seed: number}} Settings */

/** The settings themselves. Throws an Error, one sentence, for one out of range. @param {Settings} settings */
export function checked(settings) {
  const { seed, ...config } = settings;
  configured(config);
  demandSeed(seed, "train");
  return settings;
}
