// How a unit is computed, in writing, as inspector/units.py has it.

const TERMS = 16; // weights written out; a unit of a wide dense network has hundreds
const DIGITS = 3;

/**
 * A unit's name: x1, h2.3, out.
 * @param {number[]} sizes
 * @param {{layer: number, index: number}} unit layer 0 holds the inputs, the last one the output
 */
export function unitName(sizes, { layer, index }) {
  if (layer === sizes.length - 1) return "out";
  return layer ? `h${layer}.${index + 1}` : `x${index + 1}`;
}

/**
 * The kept weights into a unit with the names of their sources, largest first.
 * @param {import("./network.js").Network} network
 * @param {{layer: number, index: number}} unit
 * @returns {{name: string, weight: number}[]}
 */
export function incoming(network, { layer, index }) {
  if (layer === 0) return [];
  const before = network.sizes[layer - 1];
  return named(network, layer - 1, layer - 1, before, (source) => index * before + source);
}

/** The kept weights out of a unit with the names of their targets, largest first. */
export function outgoing(network, { layer, index }) {
  if (layer === network.sizes.length - 1) return [];
  const { [layer]: units, [layer + 1]: targets } = network.sizes;
  return named(network, layer, layer + 1, targets, (target) => target * units + index);
}

/**
 * A unit's equation: "h2.3 = relu(1.2·h1.1 − 0.44·h1.5 + 0.1)".
 * @param {import("./network.js").Network} network
 * @param {{layer: number, index: number}} unit
 * @returns {string}
 */
export function equation(network, unit) {
  const name = unitName(network.sizes, unit);
  if (unit.layer === 0) return `${name}: input`;
  const weights = incoming(network, unit), bias = network.biases[unit.layer - 1][unit.index];
  const parts = weights.slice(0, TERMS).map((source) => term(source.weight, `·${source.name}`));
  if (weights.length > TERMS) parts.push(`+ … ${weights.length - TERMS} more`);
  if (bias || !parts.length) parts.push(term(bias));
  const inner = parts.join(" ").replace(/^\+ /, "").replace(/^− /, "−");
  return name === "out" ? `logit = ${inner}` : `${name} = relu(${inner})`;
}

/**
 * A number of size ≥ 0 to three digits, as Python's format(number, ".3g") writes it.
 * @param {number} number
 */
export function short(number) {
  if (!Number.isFinite(number)) return String(number).replace("Infinity", "inf").toLowerCase();
  let [digits, power] = rounded(number);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);
  if (power < -4 || power >= DIGITS) {
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${trimmed(`${digits[0]}.${digits.slice(1)}`)}e${power < 0 ? "-" : "+"}${size}`;
  }
  if (power < 0) digits = "0".repeat(-power) + digits;
  const whole = Math.max(power, 0) + 1;
  return trimmed(`${digits.slice(0, whole)}.${digits.slice(whole)}`);
}

// The first three digits and the power of ten, a tie to the even digit; all digits are looked at,
// since toPrecision rounds ties up.
function rounded(number) {
  const [mantissa, power] = number.toExponential(99).split("e"), all = mantissa.replace(".", "");
  const tie = /^50*$/.test(all.slice(DIGITS)), up = tie ? all[DIGITS - 1] % 2 : all[DIGITS] >= "5";
  const digits = String(Number(all.slice(0, DIGITS)) + Number(up)).padStart(DIGITS, "0");
  return digits.length > DIGITS ? [digits.slice(0, DIGITS), Number(power) + 1] : [digits, Number(power)];
}

const term = (value, of = "") => `${value < 0 ? "−" : "+"} ${short(Math.abs(value))}${of}`;

function named({ sizes, weights, kept }, matrix, layer, count, place) {
  const found = [];
  for (let index = 0; index < count; index++) {
    const at = place(index);
    if (!kept.weights[matrix][at]) continue;
    found.push({ name: unitName(sizes, { layer, index }), weight: weights[matrix][at] });
  }
  return found.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
