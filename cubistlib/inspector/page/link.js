// A network and its mask as a short text for a page's address, and back, to the bit.
//
// base64url of bytes: the version; how many layers; each layer's size; the mask, weights then
// biases, as lengths of runs, removed and kept in turn; the kept parameters as float32; a hash of
// all before it. Sizes and lengths are in groups of seven bits, the lowest first.

import { demand, isWhole } from "./checks.js";
import { hash } from "./hash.js";
import { finite, lengths, makeNetwork } from "./network.js";

const VERSION = 1, WORD = 4;
const MOST_PARAMETERS = 1 << 20; // of a network as large as it says it is: width 256 has 132,609

/**
 * The longest text, in characters: with a page's address it stays below 2,000, which mail and chat
 * programs still take for one link. That is about 340 kept parameters of a dense network: one of
 * width 11 fits, one of width 16 does not. Runs of a mask take room, too: with weights kept at
 * random some 230 of them fit at width 16, some 100 at width 256.
 */
export const LONGEST = 1900;

/**
 * Throws an Error, one sentence, for a network that is too large or not finite.
 * @param {import("./network.js").Network} network
 * @returns {string}
 */
export function toLink(network) {
  demand(finite(network), "link: the network has diverged, its parameters are not finite");
  checkSize(network.sizes);
  const mask = [...network.kept.weights, ...network.kept.biases].flatMap((layer) => [...layer]);
  const values = [...network.weights, ...network.biases].flatMap((layer) => [...layer]);
  const bytes = [VERSION, network.sizes.length];
  for (const number of [...network.sizes, ...runs(mask)]) pushNumber(bytes, number);
  values.forEach((value, i) => mask[i] && bytes.push(...word("setFloat32", value)));
  bytes.push(...word("setUint32", hash(bytes)));
  const length = Math.ceil((bytes.length * 8) / 6);
  const said = `${length} characters of at most ${LONGEST}`;
  demand(length <= LONGEST, `link: the network is too large, ${said}; prune it further`);
  return encoded(bytes);
}

/**
 * Throws an Error, one sentence, for a text that is damaged, cut short or of another version.
 * @param {string} link
 * @returns {import("./network.js").Network}
 */
export function fromLink(link) {
  const bytes = decoded(link), reader = { bytes, at: 0, end: bytes.length - WORD };
  const view = new DataView(bytes.buffer);
  demand(reader.end > 0 && view.getUint32(reader.end) === hash(bytes.subarray(0, reader.end)), DAMAGED);
  const version = bytes[reader.at++];
  demand(version === VERSION, `link: this page reads links of version ${VERSION}, this one has ${version}`);
  const sizes = Array.from({ length: readByte(reader) }, () => readNumber(reader));
  const layers = parameterLengths(sizes), mask = readMask(reader, layers.reduce((a, b) => a + b, 0));
  demand(reader.end - reader.at === WORD * mask.reduce((a, b) => a + b, 0), DAMAGED);
  const values = Float32Array.from(mask, (is) => (is ? view.getFloat32((reader.at += WORD) - WORD) : 0));
  demand(values.every(Number.isFinite), DAMAGED);
  const depth = sizes.length - 1, parameters = split(values, layers), kept = split(mask, layers);
  const part = (arrays) => [arrays.slice(0, depth), arrays.slice(depth)];
  return makeNetwork(sizes, ...part(parameters), ...part(kept));
}

/** What is said of a link that is not whole. */
export const DAMAGED = "link: the link is damaged or not complete; copy the whole of it";

// How many numbers each layer of weights has, then each of biases.
function parameterLengths(sizes) {
  demand(sizes.length >= 2 && sizes.every((size) => isWhole(size, 1)), DAMAGED);
  checkSize(sizes);
  return [...lengths(sizes), ...sizes.slice(1)];
}

function checkSize(sizes) {
  const all = [...lengths(sizes), ...sizes.slice(1)].reduce((a, b) => a + b);
  demand(all <= MOST_PARAMETERS, `link: a network of ${sizes.join("-")} is too large for a link`);
}

function split(array, layers) {
  let next = 0;
  return layers.map((length) => array.subarray(next, (next += length)));
}

// Lengths of runs of 0 and 1 in turn, the first of 0; their sum is the mask's length.
function runs(mask) {
  const found = [0];
  mask.forEach((is, i) => {
    if (is === (i ? mask[i - 1] : 0)) found[found.length - 1] += 1;
    else found.push(1);
  });
  return found;
}

function readMask(reader, length) {
  const mask = new Uint8Array(length);
  let next = 0;
  for (let is = 0; next < length; is = 1 - is) {
    const run = readNumber(reader);
    demand(next + run <= length && (run || next === 0), DAMAGED);
    mask.fill(is, next, (next += run));
  }
  return mask;
}

function pushNumber(bytes, number) {
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  bytes.push(number);
}

function readNumber(reader) {
  let number = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = readByte(reader);
    number |= (byte & 127) << shift;
    if (byte < 128) return number;
  }
  throw new Error(DAMAGED);
}

function readByte(reader) {
  demand(reader.at < reader.end, DAMAGED);
  return reader.bytes[reader.at++];
}

function word(set, value) {
  const view = new DataView(new ArrayBuffer(WORD));
  view[set](0, value);
  return new Uint8Array(view.buffer);
}

const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function decoded(link) {
  demand(typeof link === "string" && link.length <= LONGEST, `link: a link has at most ${LONGEST} characters`);
  demand(/^[\w-]+$/.test(link) && link.length % 4 !== 1, DAMAGED);
  const bytes = Uint8Array.from(atob(link.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  // Its last character may hold bits that mean nothing: one text a network.
  demand(encoded(bytes) === link, DAMAGED);
  return bytes;
}
