// The page's own random numbers: the same seed gives the same in every browser, but not what
// numpy's generators give. xoshiro128**, seeded by a hash. Source: Blackman & Vigna 2021,
// "Scrambled linear pseudorandom number generators".

import { demand, isWhole } from "./checks.js";
import { hash } from "./hash.js";

/** The largest seed: of larger whole numbers some are the same here. */
export const MOST_SEED = Number.MAX_SAFE_INTEGER;

/** What a seed is, for people. */
export const SEEDS = `a whole number 0 … ${MOST_SEED.toLocaleString("en")}`;

/** Throws an Error, one sentence, for what is no seed. @param {string} whose who asks for it */
export const demandSeed = (seed, whose) => demand(isWhole(seed), `${whose}: seed must be ${SEEDS}, got ${seed}`);

const rotated = (value, by) => (value << by) | (value >>> (32 - by));

// Every bit of a hash on every bit. Source: Appleby, MurmurHash3's last step.
function mixed(bits) {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Random numbers of one purpose: streams of other purposes and indices are independent. */
export class Generator {
  /**
   * @param {number|string} seed
   * @param {string} purpose
   * @param {number} index
   */
  constructor(seed, purpose, index = 0) {
    const text = (part) => new TextEncoder().encode(`${part} ${purpose} ${index} ${seed}`);
    this.state = Int32Array.from([0, 1, 2, 3], (part) => mixed(hash(text(part))));
    if (!this.state.some(Boolean)) this.state[0] = 1; // all zero would stay so
  }

  /** A whole number 0 … 2³² − 1. */
  next() {
    const s = this.state, found = Math.imul(rotated(Math.imul(s[1], 5), 7), 9), shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotated(s[3], 11);
    return found >>> 0;
  }

  /** A number from low up to high, in steps of 2⁻³² of the way. */
  uniform(low, high) {
    return low + (high - low) * (this.next() / 2 ** 32);
  }

  /** A whole number 0 … count − 1. */
  below(count) {
    return Math.floor(this.uniform(0, count));
  }

  /** Shuffles an array in place. Source: Fisher & Yates. */
  shuffle(array) {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.below(i + 1), held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
    return array;
  }
}
