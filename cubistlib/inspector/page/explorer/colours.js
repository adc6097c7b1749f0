// The series' diverging colours, plots/style.py: blue for class 0 and negative, vermillion for
// class 1 and positive.

export const BLUE = [0, 114, 178];
export const VERMILLION = [213, 94, 0];
const STEPS = 127; // colours on either side of white

// A pixel each: four bytes in the order that an image has them.
const PALETTE = new Uint32Array(2 * STEPS + 1);
for (let i = 0; i < PALETTE.length; i++) {
  const share = Math.abs(i - STEPS) / STEPS, end = i < STEPS ? BLUE : VERMILLION;
  new Uint8Array(PALETTE.buffer, 4 * i, 4).set([...end.map((c) => Math.round(255 + share * (c - 255))), 255]);
}

const INK = new Uint32Array(new Uint8Array([0, 0, 0, 255]).buffer)[0];

export const css = (colour) => `rgb(${colour.join(" ")})`;

/**
 * A map as a picture, its first row the lowest.
 * @param {Float64Array} shares −1 … 1, what is beyond as the ends, NaN white
 * @param {number} side
 * @param {number} [wide] pixels along a side, if there are more of them than points of the map
 */
export function picture(shares, side, wide = side) {
  const image = new ImageData(wide, wide), pixels = new Uint32Array(image.data.buffer);
  const along = Int32Array.from({ length: wide }, (_, i) => Math.floor((i * side) / wide));
  for (let row = 0; row < wide; row++) {
    const start = along[wide - 1 - row] * side;
    for (let column = 0; column < wide; column++) {
      const share = shares[start + along[column]] || 0;
      pixels[row * wide + column] = PALETTE[STEPS + Math.round(STEPS * Math.max(-1, Math.min(1, share)))];
    }
  }
  return image;
}

/** The picture with ink where the sign of its map changes. @param {ImageData} image */
export function outlined(image, shares, side) {
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column, right = shares[at] > 0;
      if (right !== shares[at + 1] > 0 || right !== shares[at + side] > 0) pixels[(side - 1 - row) * side + column] = INK;
    }
  }
  return image;
}
