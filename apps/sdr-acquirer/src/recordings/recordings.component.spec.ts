import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createReceiverBody, createSourceBody, receiverOrder, recordingPolicy, UNKNOWN_SOURCE_ID } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { messagingEntities, messagingMigrations, type Outbox } from '@capstan/messaging';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { createDataSource, provisionSchema, rows, runMigrations, transaction } from '@capstan/persistence';
import { Metrics, type SealingKeys } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, type TestDatabase, testDatabase } from '@capstan/testing';
import { Keyring, Secret, Vault } from '@capstan/vault';
import type { DataSource } from 'typeorm';
import { entities, migrations } from '../database/schema';
import { KnownSources } from '../known-sources/known-sources.repository';
import { Receivers } from '../receivers/receivers.repository';
import { ChunkStore, type FinishedChunk } from './chunk-store.service';
import { Orphans } from './orphans.service';
import { Recordings } from './recordings.repository';
import { StreamStates } from './stream-states';
import { StreamStateStore } from './stream-state-store.service';

const T0 = Date.UTC(2026, 10, 21, 23, 59, 58);
const told: Array<{ type: string; data: Record<string, unknown> }> = [];
const outbox = {
  add: async (_manager: unknown, { type }: { type: string }, data: Record<string, unknown>) => void told.push({ type, data }),
  addAll: async (_manager: unknown, messages: ReadonlyArray<{ definition: { type: string }; data: Record<string, unknown> }>) => void told.push(...messages.map(({ definition, data }) => ({ type: definition.type, data }))),
} as unknown as Outbox;

describe('what the sdr-acquirer keeps', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let receivers: Receivers;
  let sources: KnownSources;
  let recordings: Recordings;
  let chunks: ChunkStore;
  let folder: string;
  let store: ObjectStore;

  beforeAll(async () => {
    database = await testDatabase();
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'sdr-acquirer', password: TEST_ROLE_PASSWORD });
    dataSource = createDataSource({ url, service: 'sdr-acquirer', entities: [...entities, ...messagingEntities], migrations: [...migrations, ...messagingMigrations] });
    await dataSource.initialize();
    await runMigrations(dataSource);
    const vault = new Vault(Keyring.parse(`k1:${randomBytes(32).toString('base64')}`));
    const sealing = { open: async (text: string) => new Secret(text) } as unknown as SealingKeys;
    receivers = new Receivers(dataSource, systemClock, systemIds, vault, sealing);
    sources = new KnownSources(dataSource, systemClock);
    recordings = new Recordings(dataSource, outbox);
    chunks = new ChunkStore(dataSource, recordings, outbox, systemClock, new Metrics());
    folder = mkdtempSync(path.join(tmpdir(), 'capstan-sdr-'));
    store = createObjectStore({ kind: 'local', dir: folder });
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    told.length = 0;
  });

  const receiver = (name: string) => receiverOrder.parse({ name, protocol: 'kiwisdr', host: '127.0.0.1', port: 8_073 });

  async function recording(receiverNos: readonly number[], seconds = 4): Promise<string> {
    const sessionId = systemIds.next();
    await rows(
      dataSource,
      `INSERT INTO recordings (session_id, session_name, status, frequencies_hz, duration_seconds, source_id, notes, policy, created_at, created_by, t0, begun) VALUES ($1, 'x', 'in_progress', '{7000000}', $2, $3, '', $4, now(), 'test', $5, true)`,
      [sessionId, seconds, UNKNOWN_SOURCE_ID, JSON.stringify(recordingPolicy.parse({})), new Date(T0)],
    );
    for (const no of receiverNos) {
      await rows(dataSource, `INSERT INTO recording_streams (session_id, receiver_no, frequency_hz, receiver_id, receiver_name, state) VALUES ($1, $2, 7000000, $3, $4, 'streaming')`, [sessionId, no, systemIds.next(), `r${no}`]);
    }
    return sessionId;
  }

  function chunk(sessionId: string, receiverNo: number, index: number, changes: Partial<FinishedChunk> = {}): FinishedChunk {
    return {
      sessionId,
      receiverNo,
      frequencyHz: 7_000_000,
      receiverId: systemIds.next(),
      index,
      key: `sessions/${sessionId}/chunk_${String(index).padStart(3, '0')}_websdr_${receiverNo}.npy`,
      firstSample: 12_000 * index,
      count: 12_000,
      sampleRate: 12_000,
      t0UtcNs: BigInt(T0 + 1_000 * index) * 1_000_000n,
      recordedAt: T0 + 1_000 * index,
      clockQuality: 'gps_fresh',
      clockErrorNs: 50,
      lost: 0,
      gaps: [],
      metrics: { snr_db: 20, power_dbfs: -10, rssi_dbm: null },
      sha512: 'a',
      sha256: 'b',
      bytes: 96_128,
      attempt: 1,
      retryOfIndex: null,
      ...changes,
    };
  }

  describe(Receivers.name, () => {
    it('gives a number once, also when the receiver is gone', async () => {
      const first = await receivers.create(systemIds.next(), receiver('numbered 1'));
      await receivers.remove(first.receiver_id);
      const second = await receivers.create(systemIds.next(), receiver('numbered 1'));
      expect(second.receiver_no).toBeGreaterThan(first.receiver_no);
      await expect(receivers.create(systemIds.next(), receiver('NUMBERED 1'))).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    });

    it('keeps a password sealed, shows only that there is one, and takes it away', async () => {
      const id = systemIds.next();
      const made = await receivers.create(id, receiver('with a password'), 'canary-4711');
      expect(made).toMatchObject({ has_password: true });
      expect(JSON.stringify(made)).not.toContain('canary');
      expect(JSON.stringify(await rows(dataSource, 'SELECT * FROM receivers'))).not.toContain('canary');
      expect(await receivers.password(id)).toBe('canary-4711');
      await receivers.update(id, { notes: 'changed' });
      expect(await receivers.password(id)).toBe('canary-4711');
      await receivers.update(id, {}, { sealed: 'another' });
      expect(await receivers.password(id)).toBe('another');
      expect(await receivers.update(id, {}, { clear: true })).toMatchObject({ has_password: false });
      expect(await receivers.password(id)).toBe('');
    });

    it('imports row by row: adds, changes, and names what is wrong', async () => {
      const row = createReceiverBody.parse({ name: 'imported', protocol: 'kiwisdr', host: '127.0.0.1', port: 8_073 });
      const { password: _, ...plain } = row;
      expect(await receivers.import([plain, { ...plain, name: '' }, { ...plain, port: 70_000 }])).toMatchObject({ created: 1, updated: 0, failed: 2 });
      const answer = await receivers.import([{ ...plain, host: '127.0.0.2', sealed_password: 'p', has_password: true, health: {} }]);
      expect(answer).toMatchObject({ created: 0, updated: 1, failed: 0 });
      expect((await receivers.all()).find(({ name }) => name === 'imported')).toMatchObject({ host: '127.0.0.2', has_password: true });
    });

    it('does not remove what a recording uses', async () => {
      const made = await receivers.create(systemIds.next(), receiver('in use'));
      const id = await recording([made.receiver_no]);
      await rows(dataSource, 'UPDATE recording_streams SET receiver_id = $2 WHERE session_id = $1', [id, made.receiver_id]);
      await expect(receivers.remove(made.receiver_id)).rejects.toMatchObject({ code: 'RECEIVER_IN_USE' });
    });
  });

  describe(KnownSources.name, () => {
    it('always has Unknown, first and fixed', async () => {
      await sources.create(systemIds.next(), createSourceBody.parse({ name: 'A beacon' }));
      expect((await sources.list({ page: 1, per_page: 10 })).sources[0]).toMatchObject({ source_id: UNKNOWN_SOURCE_ID, name: 'Unknown' });
      await expect(sources.remove(UNKNOWN_SOURCE_ID)).rejects.toMatchObject({ code: 'SOURCE_FIXED' });
      await expect(sources.create(systemIds.next(), createSourceBody.parse({ name: 'a BEACON' }))).rejects.toMatchObject({ code: 'NAME_TAKEN' });
      expect(await Promise.all([undefined, null, 'unknown'].map((ref) => sources.resolve(ref)))).toEqual([UNKNOWN_SOURCE_ID, UNKNOWN_SOURCE_ID, UNKNOWN_SOURCE_ID]);
    });

    it('keeps a source that a recording names', async () => {
      const source = await sources.create(systemIds.next(), createSourceBody.parse({ name: 'named by a recording' }));
      const id = await recording([1]);
      await rows(dataSource, 'UPDATE recordings SET source_id = $2 WHERE session_id = $1', [id, source.source_id]);
      await expect(sources.remove(source.source_id)).rejects.toMatchObject({ code: 'SOURCE_IN_USE' });
    });
  });

  describe(ChunkStore.name, () => {
    it('stores a chunk once, however often it comes, and counts it once', async () => {
      const id = await recording([1]);
      await Promise.all([chunks.store(chunk(id, 1, 0)), chunks.store(chunk(id, 1, 0))]);
      await chunks.store(chunk(id, 1, 0, { attempt: 2 }));
      expect(await recordings.chunkRows(id)).toHaveLength(1);
      expect((await recordings.view(id)).receivers).toMatchObject([{ chunks: 1, samples: 12_000, lost_samples: 0 }]);
    });

    it('makes the partition of each day, over midnight', async () => {
      const id = await recording([1]);
      await Promise.all([0, 1, 2, 3].map((index) => chunks.store(chunk(id, 1, index))));
      expect((await recordings.chunkRows(id)).map((row) => row.chunk_index)).toEqual([0, 1, 2, 3]);
      const days = await rows<{ relname: string }>(dataSource, `SELECT relname FROM pg_class WHERE relname ~ '^chunks_2026112[12]$' ORDER BY 1`);
      expect(days.map(({ relname }) => relname)).toEqual(['chunks_20261121', 'chunks_20261122']);
    });

    it('tells of a chunk number once, when the last live receiver has stored it', async () => {
      const id = await recording([1, 2]);
      await rows(dataSource, 'UPDATE recordings SET t0 = $2 WHERE session_id = $1', [id, new Date(systemClock.now())]);
      const numbers = () => told.filter(({ type }) => type === 'recording.progress.v1').map(({ data }) => data['chunk']);
      await chunks.store(chunk(id, 1, 0));
      await chunks.store(chunk(id, 1, 1));
      expect(numbers()).toEqual([]);
      await chunks.store(chunk(id, 2, 0));
      expect(numbers()).toEqual([1]);
      await chunks.tellLate(id);
      expect(numbers()).toEqual([1]);
      await chunks.store(chunk(id, 2, 1));
      expect(numbers()).toEqual([1, 2]);
      expect(told.at(-1)?.data).toMatchObject({ measurements_count: 4, chunk_index: 1, total_chunks: 4, progress: 50 });
    });

    it('counts the chunks of parallel recordings apart', async () => {
      const [one, other] = [await recording([1]), await recording([1])];
      await Promise.all([chunks.store(chunk(one, 1, 0)), chunks.store(chunk(other, 1, 0)), chunks.store(chunk(other, 1, 1))]);
      expect([(await recordings.view(one)).measurements_count, (await recordings.view(other)).measurements_count]).toEqual([1, 2]);
    });

    it('knows how far a stream has come', async () => {
      const id = await recording([1]);
      await chunks.store(chunk(id, 1, 0));
      await chunks.store(chunk(id, 1, 1, { key: null, lost: 12_000 }));
      const key = { sessionId: id, receiverNo: 1, frequencyHz: 7_000_000 };
      expect(await chunks.reached(key)).toEqual({ chunks: 2, sample: 24_000 });
      expect(await chunks.stored(key)).toMatchObject([{ index: 0, count: 12_000 }]);
    });
  });

  describe(Recordings.name, () => {
    it('filters rows and total alike', async () => {
      const id = await recording([1]);
      await rows(dataSource, `UPDATE recordings SET status = 'failed', session_name = 'only one' WHERE session_id = $1`, [id]);
      expect(await recordings.list({ page: 1, per_page: 20, status: 'failed', q: 'only' })).toMatchObject({ total: 1, sessions: [{ session_id: id }] });
      expect(await recordings.list({ page: 1, per_page: 20, status: 'completed', q: 'only' })).toMatchObject({ total: 0, sessions: [] });
    });

    it('refuses a move that the table does not have, and changes nothing', async () => {
      const id = await recording([1]);
      await expect(transaction(dataSource, async (manager) => recordings.move(manager, await recordings.lock(id, manager), 'source_assigned'))).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
      expect((await recordings.view(id)).status).toBe('in_progress');
    });
  });

  describe(StreamStates.name, () => {
    it('writes the states of many streams together and tells of every step in order', async () => {
      const id = await recording([1, 2, 3]);
      const stateStore = new StreamStateStore(dataSource, outbox, systemClock);
      const suts = [1, 2, 3].map((receiverNo) => new StreamStates({ sessionId: id, receiverNo, frequencyHz: 7_000_000 }, stateStore));
      for (const sut of suts) {
        sut.to('connecting');
        sut.to('authenticating');
        sut.to('failed', 'bad_password', 'The receiver refuses the password');
      }
      await Promise.all(suts.map((sut) => sut.settled()));
      expect((await recordings.view(id)).receivers.map(({ state, cause }) => [state, cause])).toEqual([1, 2, 3].map(() => ['failed', 'bad_password']));
      expect(told.filter(({ data }) => data['receiver_no'] === 2).map(({ data }) => data['to'])).toEqual(['connecting', 'authenticating', 'failed']);
    });
  });

  describe(Orphans.name, () => {
    it('removes stored chunks that no row names, and nothing else', async () => {
      const id = await recording([1, 12]);
      const put = (name: string) => store.put(`sessions/${id}/${name}`, Readable.from([Buffer.from('x')]), { mediaType: 'application/x-npy' });
      await chunks.store(chunk(id, 1, 0));
      for (const name of ['chunk_000_websdr_1.npy', 'chunk_001_websdr_1.npy', 'chunk_000_websdr_12.npy', 'manifest.json', 'exports/recording.csv']) {
        await put(name);
      }
      const sut = new Orphans(dataSource, store);
      expect(await sut.remove(id, { sessionId: id, receiverNo: 12, frequencyHz: 7_000_000 })).toBe(1);
      expect(await sut.remove(id)).toBe(1);
      const left: string[] = [];
      for await (const { key } of store.list(`sessions/${id}/`)) {
        left.push(key.slice(`sessions/${id}/`.length));
      }
      expect(left.sort()).toEqual(['chunk_000_websdr_1.npy', 'exports/recording.csv', 'manifest.json']);
    });
  });
});
