import { AppError, Gate } from '@capstan/kernel';
import { ManualClock } from '@capstan/testing';
import type { ObjectStore } from '@capstan/object-store';
import type { CutChunk } from '../chunks/chunk-cutter';
import { ChunkPipeline, type StoredChunk } from './chunk-pipeline';

const COUNT = 1_200;

function chunk(index: number): CutChunk {
  return { index, firstSample: index * COUNT, count: COUNT, samples: Float32Array.from({ length: 2 * COUNT }, (_, k) => ((index + k) % 7) / 8), lost: 0, gaps: [] };
}

describe(ChunkPipeline.name, () => {
  const clock = new ManualClock();
  let away: boolean;
  let stored: StoredChunk[];
  let sut: ChunkPipeline;
  const store = {
    put: async (key: string) => {
      if (away) {
        throw new AppError('OBJECT_STORE_UNAVAILABLE', 'The object store is away', { retryable: true });
      }
      return { key, size: 1, sha256: 'x', mediaType: 'y', etag: '' };
    },
  } as unknown as ObjectStore;

  beforeEach(() => {
    away = false;
    stored = [];
    sut = new ChunkPipeline(
      {
        store,
        clock,
        random: () => 0.5,
        uploads: new Gate(2),
        keyOf: (index) => `sessions/x/chunk_${index}`,
        band: { sampleRate: COUNT, lowHz: -500, highHz: 500 },
        rssiOf: () => null,
        record: async (each) => void stored.push(each),
        queueSamples: 15 * COUNT,
      },
      new AbortController().signal,
    );
  });

  async function pass(seconds: number): Promise<void> {
    for (let tenth = 0; tenth < 10 * seconds; tenth += 1) {
      await clock.advance(100);
    }
  }

  it('loses no sample while the store is away for four seconds', async () => {
    away = true;
    for (let index = 0; index < 8; index += 1) {
      away = index < 4;
      sut.push([chunk(index)]);
      await pass(1);
    }
    await pass(3);
    await sut.drained();
    expect(stored.map((each) => [each.chunk.index, each.chunk.lost, each.key])).toEqual(Array.from({ length: 8 }, (_, index) => [index, 0, `sessions/x/chunk_${index}`]));
  });

  it('gives up samples only beyond its queue, and says so', async () => {
    away = true;
    for (let index = 0; index < 18; index += 1) {
      sut.push([chunk(index)]);
    }
    away = false;
    await pass(20);
    await sut.drained();
    const lost = stored.filter((each) => each.chunk.lost > 0);
    expect(lost.map((each) => each.chunk.index)).toEqual([15, 16, 17]);
    expect(lost[0]).toMatchObject({ key: null, stored: null, chunk: { samples: null, gaps: [{ start: 15 * COUNT, length: COUNT, cause: 'backpressure' }] } });
  });
});
