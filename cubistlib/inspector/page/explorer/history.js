// Undo and redo of plain values.

const MOST = 200; // steps back

/**
 * @typedef {object} History
 * @property {object[]} past oldest first
 * @property {object} present
 * @property {object[]} future nearest first
 * @property {*} key of the change that made the present; null if it stands by itself
 */

/** @returns {History} */
export const begun = (present) => ({ past: [], present, future: [], key: null });

/**
 * One step on. A change with the key of the one before takes its place, so that a slide, a drag or
 * a training is one step back.
 * @param {History} history
 * @returns {History}
 */
export function advanced(history, present, key = null) {
  return { past: before(history, key), present, future: [], key };
}

/** What the changes of a key started from, if there have been some, else the present. */
export const base = (history, key) => (before(history, key).at(-1));

/** @param {History} history @returns {History} itself where there is nothing to undo */
export function undone(history) {
  const { past, present, future } = history;
  if (!past.length) return history;
  return { past: past.slice(0, -1), present: past.at(-1), future: [present, ...future], key: null };
}

/** @param {History} history @returns {History} itself where there is nothing to redo */
export function redone(history) {
  const { past, present, future: [next, ...rest] } = history;
  return next ? { past: [...past, present], present: next, future: rest, key: null } : history;
}

function before({ past, present, key: last }, key) {
  return key !== null && key === last ? past : [...past, present].slice(-MOST);
}
