// The series' diverging colours, plots/style.py: blue for class 0 and negative, vermillion for
// class 1 and positive.

export const BLUE = [0, 114, 178];
export const VERMILLION = [213, 94, 0];
const STEPS = 127; // colours on either side of white

const PALETTE = Array.from({ length: 2 * STEPS + 1 }, (_, i) => {
  const share = Math.abs(i - STEPS) / STEPS, end = i < STEPS ? BLUE : VERMILLION;
  return end.map((channel) => Math.round(255 + share * (channel - 255)));
});

export const css = (colour) => `rgb(${colour.join(" ")})`;

/**
 * A map as a picture, its first row the lowest.
 * @param {Float32Array} shares −1 … 1, what is beyond as the ends, NaN white
 * @param {number} side
 */
export function picture(shares, side) {
  const image = new ImageData(side, side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const share = shares[(side - 1 - row) * side + column] || 0, at = 4 * (row * side + column);
      image.data.set(PALETTE[STEPS + Math.round(STEPS * Math.max(-1, Math.min(1, share)))], at);
      image.data[at + 3] = 255;
    }
  }
  return image;
}
