// A 32-bit hash of bytes, FNV-1a: no two texts that differ in one byte alone have the same.
// Source: Fowler, Noll & Vo, "The FNV non-cryptographic hash algorithm".

/**
 * @param {ArrayLike<number>} bytes
 * @returns {number} 0 … 2³² − 1
 */
export function hash(bytes) {
  let state = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) state = Math.imul(state ^ bytes[i], 0x01000193);
  return state >>> 0;
}
