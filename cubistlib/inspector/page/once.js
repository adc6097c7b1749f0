// What is made of a value once, and known as long as the value is.

/**
 * @param {function(*): object} of what the result hangs on: it is kept as long as that is
 * @param {function(*): *} make
 * @returns {function(*): *} with `put`, which says the result of a value
 */
export function once(of, make) {
  const known = new WeakMap(), put = (value, result) => known.set(of(value), result);
  const found = (value) => {
    if (!known.has(of(value))) put(value, make(value));
    return known.get(of(value));
  };
  return Object.assign(found, { put });
}
