/** What a small grey picture tells. */
export interface LumaFigures {
  /** Mean brightness, 0 to 255. */
  readonly mean: number;
  /** Standard deviation of brightness: near 0 for a covered lens. */
  readonly std: number;
  /** Variance of the Laplacian: falls when the picture is out of focus. */
  readonly sharpness: number;
}

/** @param pixels one byte each, row by row */
export function lumaFigures(pixels: Buffer, width: number, height: number): LumaFigures {
  let sum = 0;
  let squares = 0;
  for (const pixel of pixels) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / pixels.length;
  let edges = 0;
  let edgeSquares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const edge = 4 * (pixels[at] ?? 0) - (pixels[at - 1] ?? 0) - (pixels[at + 1] ?? 0) - (pixels[at - width] ?? 0) - (pixels[at + width] ?? 0);
      edges += edge;
      edgeSquares += edge * edge;
      count += 1;
    }
  }
  return { mean, std: Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)), sharpness: edgeSquares / count - (edges / count) ** 2 };
}

/** Mean absolute difference of two pictures of one size, 0 to 255. */
export function meanDifference(left: Buffer, right: Buffer): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) {
    sum += Math.abs((left[index] ?? 0) - (right[index] ?? 0));
  }
  return sum / left.length;
}

/** One bit per pair of neighbours in nine columns and eight rows: whether the right one is brighter. */
export function differenceHash(pixels: Buffer): string {
  let hash = 0n;
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      hash = (hash << 1n) | ((pixels[row * 9 + column + 1] ?? 0) > (pixels[row * 9 + column] ?? 0) ? 1n : 0n);
    }
  }
  return hash.toString(16).padStart(16, '0');
}

/** Bits in which two hashes differ, 0 to 64. */
export function hashDistance(left: string, right: string): number {
  let bits = BigInt(`0x${left}`) ^ BigInt(`0x${right}`);
  let count = 0;
  for (; bits > 0n; bits >>= 1n) {
    count += Number(bits & 1n);
  }
  return count;
}
