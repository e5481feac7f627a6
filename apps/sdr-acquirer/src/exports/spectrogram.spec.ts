import { inflateSync } from 'node:zlib';
import { indexedPng } from './png';
import { chunkLines, levelColour, SPECTROGRAM_BINS, spectrogramPlan } from './spectrogram';

describe(spectrogramPlan.name, () => {
  it.each([
    [1, { everyChunk: 1, linesPerChunk: 8 }],
    [15, { everyChunk: 1, linesPerChunk: 8 }],
    [600, { everyChunk: 1, linesPerChunk: 2 }],
    [1_200, { everyChunk: 1, linesPerChunk: 1 }],
    [36_000, { everyChunk: 30, linesPerChunk: 1 }],
  ])('shows %i chunks in at most 1,200 lines', (chunks, plan) => {
    expect(spectrogramPlan(chunks)).toEqual(plan);
    expect(Math.ceil(chunks / plan.everyChunk) * plan.linesPerChunk).toBeLessThanOrEqual(1_200);
  });
});

describe(chunkLines.name, () => {
  it('draws a tone at its bin in every line', () => {
    const rate = 12_000;
    const samples = Float32Array.from({ length: 2 * rate }, (_, k) => 0.5 * (k % 2 === 0 ? Math.cos : Math.sin)((2 * Math.PI * 1_500 * (k >> 1)) / rate));
    const lines = chunkLines(samples, 4);
    for (let line = 0; line < 4; line += 1) {
      const row = lines.subarray(line * SPECTROGRAM_BINS, (line + 1) * SPECTROGRAM_BINS);
      expect(row.indexOf(Math.max(...row))).toBe(SPECTROGRAM_BINS / 2 + (1_500 / rate) * SPECTROGRAM_BINS);
    }
  });
});

describe(indexedPng.name, () => {
  it('is a PNG whose rows are the pixels', () => {
    const png = indexedPng(Uint8Array.from([1, 2, 3, 4, 5, 6]), 3, levelColour);
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
    const at = png.indexOf('IDAT');
    expect([...inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))]).toEqual([0, 1, 2, 3, 0, 4, 5, 6]);
    // The check value of an empty IEND, as every PNG has it.
    expect(png.subarray(-4).toString('hex')).toBe('ae426082');
  });
});
