// Where units stand in the graph: a column a layer, from the inputs on the left; wide layers take
// several. As in plots/graph.py, of such a layer only units that have a weight have a place.

const TALL = 16; // units one above the other, and those of a layer that all have a place
const LARGEST = 76, SMALLEST = 5, NAME = 16; // pixels
const GAP = 0.6; // columns, between layers
export const HEAD = 30; // room above the units, for what adds one

/**
 * @param {number[]} sizes
 * @param {number} width pixels
 * @param {function(number, number): boolean} used whether a unit of a wide layer has a weight
 * @returns {{size: number, height: number, named: boolean, middles: number[],
 *   places: ({x: number, y: number}|undefined)[]}} side of a unit's map; height of the graph; whether
 *   names have room; middles of layers; places of units, in the order of `units`
 */
export function layout(sizes, width, used = () => true) {
  const shown = sizes.map((count, layer) => [...Array(count).keys()].filter((i) => count <= TALL || used(layer, i)));
  const columns = shown.map((layer) => Math.max(1, Math.ceil(layer.length / TALL)));
  const tallest = Math.max(...shown.map((layer, l) => Math.ceil(layer.length / columns[l])));
  const column = width / columns.reduce((all, count) => all + count + GAP, 0);
  const size = Math.max(SMALLEST, Math.min(LARGEST, 0.96 * column, 560 / tallest - NAME));
  const named = size > 26, pitch = size + (named ? NAME + 4 : 4), height = HEAD + Math.max(3, tallest) * pitch;
  let left = 0;
  const middles = columns.map((count) => column * ((left += count + GAP) - (count + GAP) / 2));
  const places = sizes.flatMap((count, layer) => {
    const found = Array(count).fill(undefined), rows = Math.ceil(shown[layer].length / columns[layer]);
    shown[layer].forEach((index, i) => {
      const across = Math.floor(i / rows) - (columns[layer] - 1) / 2, down = (i % rows) - (rows - 1) / 2;
      found[index] = {
        x: middles[layer] + across * Math.min(column, size + 4),
        y: HEAD + (height - HEAD) / 2 + down * pitch - (named ? NAME / 2 : 0),
      };
    });
    return found;
  });
  return { size, height, named, middles, places };
}
