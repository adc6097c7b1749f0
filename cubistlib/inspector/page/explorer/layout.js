// Where units stand in the graph: a column a layer, from the inputs on the left.

const LARGEST = 76, SMALLEST = 15, NAME = 16; // pixels
export const HEAD = 30; // room above the units, for what adds one

/**
 * @param {number[]} sizes
 * @param {number} width pixels
 * @returns {{size: number, height: number, named: boolean, places: {x: number, y: number}[]}} side
 *   of a unit's map; height of the graph; whether names have room; middles, in the order of `units`
 */
export function layout(sizes, width) {
  const column = width / sizes.length, tallest = Math.max(...sizes);
  const size = Math.max(SMALLEST, Math.min(LARGEST, 0.6 * column, 560 / tallest - NAME));
  const named = size > 26, pitch = size + (named ? NAME + 4 : 4), height = HEAD + Math.max(3, tallest) * pitch;
  const places = sizes.flatMap((count, layer) => Array.from({ length: count }, (_, index) => ({
    x: (layer + 0.5) * column,
    y: HEAD + (height - HEAD) / 2 + (index - (count - 1) / 2) * pitch - (named ? NAME / 2 : 0),
  })));
  return { size, height, named, places };
}
