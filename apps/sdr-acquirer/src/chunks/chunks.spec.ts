import fc from 'fast-check';
import { ChunkCutter, type CutChunk } from './chunk-cutter';
import { chunkName } from './chunk-key';
import { ChunkPlan } from './chunk-plan';
import { npyOf, samplesOfNpy } from './npy';

/** A block whose samples hold their own index. */
function block(first: number, count: number): Float32Array {
  return Float32Array.from({ length: 2 * count }, (_, k) => (k % 2 === 0 ? first + k / 2 : -1));
}

describe(ChunkPlan.name, () => {
  it('rounds bounds from exact instants: 15 s at 12001.135 Hz are 180017 samples', () => {
    const sut = new ChunkPlan({ sampleRate: 12_001.135, chunkSeconds: 1, durationSeconds: 15 });
    const counts = Array.from({ length: 15 }, (_, k) => sut.length(k, k));
    expect(sut.total).toBe(180_017);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(180_017);
    expect(new Set(counts)).toEqual(new Set([12_001, 12_002]));
  });

  it('never loses or invents a sample, whatever the rate, chunk and duration', () => {
    fc.assert(
      fc.property(fc.double({ min: 8_000, max: 250_000, noNaN: true }), fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 36_000 }), (sampleRate, chunkTenths, tenths) => {
        const sut = new ChunkPlan({ sampleRate, chunkSeconds: chunkTenths / 10, durationSeconds: tenths / 10 });
        let sum = 0;
        let shortest = Number.POSITIVE_INFINITY;
        for (let k = 0; k < sut.chunkCount; k += 1) {
          shortest = Math.min(shortest, sut.length(k, k));
          sum += sut.length(k, k);
        }
        expect(shortest).toBeGreaterThan(0);
        expect(sum).toBe(sut.total);
        const sample = Math.floor(sut.total / 2);
        expect(sut.slotStart(sut.slotOf(sample))).toBeLessThanOrEqual(sample);
        expect(sut.slotStart(sut.slotOf(sample) + 1)).toBeGreaterThan(sample);
      }),
      { numRuns: 60 },
    );
  });
});

describe(ChunkCutter.name, () => {
  const plan = { sampleRate: 1_000.5, chunkSeconds: 1, durationSeconds: 4 };

  it('puts every sample at its index, whatever the blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 30, maxLength: 60 }), fc.integer({ min: -500, max: 0 }), (sizes, start) => {
        const sut = new ChunkCutter(plan);
        const chunks: CutChunk[] = [];
        let at = start;
        for (const size of sizes) {
          chunks.push(...sut.push(at, block(at, size)));
          at += size;
        }
        chunks.push(...sut.lose('end'));
        expect(chunks.map((chunk) => chunk.index)).toEqual([0, 1, 2, 3]);
        expect(chunks.reduce((sum, chunk) => sum + chunk.count, 0)).toBe(4_002);
        for (const chunk of chunks) {
          const there = chunk.samples === null ? 0 : chunk.count - chunk.lost;
          expect(Array.from({ length: there }, (_, n) => chunk.samples?.[2 * n])).toEqual(Array.from({ length: there }, (_, n) => chunk.firstSample + n));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('fills what is missing with zeros and writes it down', () => {
    const sut = new ChunkCutter(plan);
    const chunks = [...sut.push(0, block(0, 900)), ...sut.push(1_100, block(1_100, 2_902), 'stalled')];
    expect(chunks[0]).toMatchObject({ index: 0, lost: sut.plan.slotStart(1) - 900, gaps: [{ start: 900, cause: 'stalled' }] });
    expect(chunks[1]?.gaps).toEqual([{ start: sut.plan.slotStart(1), length: 1_100 - sut.plan.slotStart(1), cause: 'stalled' }]);
    expect(chunks[1]?.samples?.[2 * 50]).toBe(0);
    expect(chunks[1]?.samples?.[2 * (1_200 - sut.plan.slotStart(1))]).toBe(1_200);
    expect(sut.done).toBe(true);
  });

  it('drops what comes twice', () => {
    const sut = new ChunkCutter(plan);
    sut.push(0, block(0, 600));
    const [chunk] = sut.push(400, block(400, 700));
    expect(chunk?.lost).toBe(0);
    expect(chunk?.samples?.[2 * 500]).toBe(500);
  });

  it('keeps no zeros for a chunk of which nothing came', () => {
    const sut = new ChunkCutter(plan);
    const chunks = sut.push(2_500, block(2_500, 10), 'connect_refused');
    expect(chunks.map((chunk) => [chunk.index, chunk.samples === null, chunk.lost === chunk.count])).toEqual([[0, true, true], [1, true, true]]);
  });

  it('leaves out whole slots while paused and goes on with the next chunk number', () => {
    const sut = new ChunkCutter(plan);
    sut.pauseFrom(1);
    const first = sut.push(0, block(0, 3_500));
    sut.resumeFrom(4);
    const rest = sut.push(3_500, block(3_500, 4_000));
    expect(first.map((chunk) => chunk.index)).toEqual([0]);
    expect(rest.map((chunk) => [chunk.index, chunk.firstSample, chunk.lost])).toEqual([[1, 4_002, 0], [2, 5_003, 0], [3, 6_003, 0]]);
    expect(rest[0]?.samples?.[0]).toBe(4_002);
  });

  it('ends when it is told to while paused', () => {
    const sut = new ChunkCutter(plan);
    sut.pauseFrom(1);
    sut.push(0, block(0, 3_500));
    expect(sut.lose('cancelled')).toEqual([]);
    expect(sut.done).toBe(true);
  });

  it('keeps the short tail when it is stopped', () => {
    const sut = new ChunkCutter(plan);
    sut.push(0, block(0, 1_250));
    const [tail] = sut.stop();
    expect(tail).toMatchObject({ index: 1, count: 1_250 - sut.plan.slotStart(1), lost: 0 });
    expect(tail?.samples).toHaveLength(2 * (1_250 - sut.plan.slotStart(1)));
    expect(sut.stop()).toEqual([]);
  });
});

describe(npyOf.name, () => {
  it('has the header of 128 bytes', () => {
    const file = npyOf(new Float32Array(24_002));
    expect(file).toHaveLength(96_136);
    expect(file.subarray(0, 16).toString('hex')).toBe('934e554d5059010076007b2764657363');
    expect(file.toString('latin1', 10, 128)).toBe(`${"{'descr': '<c8', 'fortran_order': False, 'shape': (12001,), }".padEnd(117)}\n`);
  });

  it('is read back', () => {
    const samples = Float32Array.of(0.5, -0.25, 1, 0);
    expect([...samplesOfNpy(npyOf(samples))]).toEqual([...samples]);
    expect(() => samplesOfNpy(npyOf(samples).subarray(0, 140))).toThrow(RangeError);
    expect(() => samplesOfNpy(Buffer.from('no array'))).toThrow(RangeError);
  });
});

describe(chunkName.name, () => {
  it('keeps the names of the first generation, with room for more', () => {
    expect(chunkName(0, 1)).toBe('chunk_000_websdr_1.npy');
    expect(chunkName(1_234, 12, 7_000_000)).toBe('f7000000/chunk_1234_websdr_12.npy');
  });
});
