// The Cubist Spiral by its formula, as cubistlib/data.py makes it: the paper's 49,982 points.

const TURNS = 2, SIDES = 8, GAP = 30, POINTS = 50_000;

let made = null;

/**
 * @typedef {object} Points not to be written to
 * @property {Float32Array[]} columns one a coordinate
 * @property {Uint8Array} labels 0 or 1
 */

/**
 * The points that networks are trained on and measured on, class 0 first; made once.
 * @returns {Points} standardized; labels 0 (outer arm) and 1 (inner arm)
 */
export const cubistSpiral = () => (made ??= make());

function make() {
  const [outer, inner] = [GAP / 2, -GAP / 2].map((offset) => arm(vertices(offset), POINTS / 2));
  const columns = [0, 1].map((axis) => standardized(outer[axis].concat(inner[axis])));
  const labels = new Uint8Array(columns[0].length).fill(1, outer[0].length);
  return { columns, labels };
}

// Corners of one arm, from the centre outwards, in raw units.
function vertices(offset) {
  const count = TURNS * SIDES, span = 2 * Math.PI * TURNS;
  return Array.from({ length: count + 1 }, (_, i) => {
    const turned = i === count ? Math.PI + span : Math.PI + i * (span / count);
    const angle = turned + (1.6 * 2 * Math.PI) / SIDES, radius = 10 * angle + Math.PI + offset;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

// Points evenly spaced on the segments between corners, each from its far corner to its near one:
// an array a coordinate.
function arm(corners, points) {
  const length = (far, near) => Math.sqrt((far[0] - near[0]) ** 2 + (far[1] - near[1]) ** 2);
  const segments = corners.slice(1).map((far, i) => ({ far, near: corners[i], length: length(far, corners[i]) }));
  const whole = segments.reduce((sum, segment) => sum + segment.length, 0);
  return [0, 1].map((axis) => segments.flatMap(({ far, near, length: long }) =>
    between(far[axis], near[axis], Math.floor((points * long) / whole))));
}

function between(far, near, count) {
  const step = (near - far) / (count - 1), found = Array(count);
  for (let i = 0; i < count; i++) found[i] = i === count - 1 ? near : i * step + far;
  return found;
}

// Centred and divided by the standard deviation (n − 1), in single precision before and after.
function standardized(values) {
  const raw = new Float32Array(values), count = raw.length;
  let sum = 0, squares = 0;
  for (let i = 0; i < count; i++) sum += raw[i];
  const mean = sum / count;
  for (let i = 0; i < count; i++) squares += (raw[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / (count - 1));
  return raw.map((value) => (value - mean) / deviation);
}

/**
 * Some of the points.
 * @param {{columns: Float32Array[], labels: Uint8Array}} points
 * @param {ArrayLike<number>} rows
 */
export function taken(points, rows) {
  const pick = (array) => array.constructor.from(rows, (row) => array[row]);
  return { columns: points.columns.map(pick), labels: pick(points.labels) };
}
