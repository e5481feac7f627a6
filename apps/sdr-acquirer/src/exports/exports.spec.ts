import fc from 'fast-check';
import { wavHeader, wavPart, wavSize } from './kiwi-wav';
import { checkSigmf } from './sigmf-check';
import { type ExportChunk, sigmfCollection, sigmfMeta, type SigmfStream } from './sigmf';

const T0 = 1_795_233_723_042_662_631n;
const HASH = 'ab'.repeat(64);

const chunk = (index: number, change: Partial<ExportChunk> = {}): ExportChunk => ({
  index,
  firstSample: index * 1_000,
  count: 1_000,
  t0UtcNs: T0 + BigInt(index) * 83_325_000n,
  lost: 0,
  gaps: [],
  metrics: { snr_db: 12.5, rssi_dbm: null },
  clockQuality: 'gps_fresh',
  ...change,
});

const stream = (chunks: readonly ExportChunk[]): SigmfStream => ({
  sampleRate: 12_001.135,
  frequencyHz: 7_000_000,
  place: { latitude: 45.07, longitude: 7.68, altitude: null },
  description: 'a recording',
  author: 'somebody',
  hardware: 'KiwiSDR 1.730',
  recorder: 'capstan 0.1.0',
  sha512: HASH,
  bandHz: { low: -5_000, high: 5_000 },
  chunks,
});

const facts = (count: number) => ({ bytes: 8 * count, sha512: HASH });

describe(sigmfMeta.name, () => {
  it('passes the check, with one segment while nothing is missing', () => {
    const meta = sigmfMeta(stream([chunk(0), chunk(1), chunk(2)]));
    expect(checkSigmf(meta, facts(3_000))).toEqual([]);
    expect(meta['captures']).toHaveLength(1);
    expect(meta['captures']).toMatchObject([{ 'core:sample_start': 0, 'core:global_index': 0, 'core:datetime': '2026-11-21T04:02:03.042662631Z', 'core:geolocation': { coordinates: [7.68, 45.07] } }]);
  });

  it('jumps with the global index where chunks are missing, and annotates what was filled', () => {
    const meta = sigmfMeta(stream([chunk(0), chunk(3, { lost: 50, gaps: [[3_100, 50, 'lost']] })]));
    expect(checkSigmf(meta, facts(2_000))).toEqual([]);
    expect(meta['captures']).toMatchObject([{ 'core:global_index': 0 }, { 'core:sample_start': 1_000, 'core:global_index': 3_000 }]);
    expect(meta['annotations']).toContainEqual(expect.objectContaining({ 'core:label': 'gap', 'core:sample_start': 1_100, 'core:sample_count': 50 }));
  });

  it('passes the check whatever chunks are there', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 }), (indices) => {
        const chunks = indices.sort((a, b) => a - b).map((index) => chunk(index));
        expect(checkSigmf(sigmfMeta(stream(chunks)), facts(1_000 * chunks.length))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe(checkSigmf.name, () => {
  const good = sigmfMeta(stream([chunk(0), chunk(2)])) as { global: Record<string, unknown>; captures: Array<Record<string, unknown>>; annotations: Array<Record<string, unknown>> };
  it.each([
    ['a month that is none', { ...good, captures: [{ ...good.captures[0], 'core:datetime': '2026-13-21T04:02:03.042662631Z' }] }, 'date'],
    ['another zone', { ...good, captures: [{ ...good.captures[0], 'core:datetime': '2026-11-21T04:02:03+01:00' }] }, 'datetime'],
    ['a type with a tail', { ...good, global: { ...good.global, 'core:datatype': 'cf32_leXYZ' } }, 'datatype'],
    ['segments out of order', { ...good, captures: [...good.captures].reverse() }, 'order'],
    ['one edge', { ...good, annotations: [{ 'core:sample_start': 0, 'core:sample_count': 1, 'core:freq_lower_edge': 1 }] }, 'edge'],
    ['a namespace nobody declared', { ...good, global: { ...good.global, 'other:thing': 1 } }, 'namespace'],
    ['another hash', { ...good, global: { ...good.global, 'core:sha512': 'cd'.repeat(64) } }, 'sha512'],
    ['a fourth part', { ...good, more: 1 }, ''],
  ])('finds %s', (_, meta, word) => {
    expect(checkSigmf(meta, facts(2_000)).join(' ')).toContain(word);
    expect(checkSigmf(meta, facts(2_000))).not.toEqual([]);
  });

  it('finds data that is not whole', () => {
    expect(checkSigmf(good, { bytes: 15_999, sha512: HASH })).not.toEqual([]);
  });
});

describe(sigmfCollection.name, () => {
  it('names streams as objects', () => {
    expect(sigmfCollection('d', 'a', [{ name: 'x-1-7000000', hash: HASH }])).toMatchObject({ collection: { 'core:streams': [{ name: 'x-1-7000000', hash: HASH }] } });
  });
});

describe(wavPart.name, () => {
  it('repeats a stamp and its samples for every 512, in the size that was announced', () => {
    const file = Buffer.concat([wavHeader(wavSize([1_000]), 12_001.135), wavPart({ samples: new Float32Array(2_000).fill(0.5), t0UtcNs: T0 }, 12_001.135)]);
    expect(file).toHaveLength(wavSize([1_000]));
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect(file.toString('latin1', 36, 40)).toBe('kiwi');
    expect(file.readUInt32LE(46)).toBe(532_941);
    expect(file.readUInt32LE(50)).toBe(42_662_631);
    expect(file.toString('latin1', 54, 58)).toBe('data');
    expect(file.readUInt32LE(58)).toBe(4 * 512);
    expect(file.readInt16LE(62)).toBe(16_384);
  });
});
