// One way to refuse bad input, as support/checks.py: a sentence that says what and what is allowed.

/**
 * Throws an Error with that message unless the condition holds.
 * @param {*} condition
 * @param {string} message one sentence
 */
export function demand(condition, message) {
  if (!condition) throw new Error(message);
}

/** Whether a value is a whole number from `least` on. */
export const isWhole = (value, least = 0) => Number.isSafeInteger(value) && value >= least;
