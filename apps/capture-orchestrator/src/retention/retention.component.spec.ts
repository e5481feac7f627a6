import { Readable } from 'node:stream';
import { type DataOf, type RetentionPreview, retentionRpc, type RetentionRun, sessionEvents, sessionRpc, storageEvents, storageRpc, type StorageSweep } from '@capstan/contracts';
import { AppError, systemIds } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE, StorageSweeper } from '@capstan/service-kit';
import { eventually } from '@capstan/testing';
import { operator, Stage } from '../../test/orchestrator';
import { Quotas } from '../storage/quotas.service';
import { Retention } from './retention.service';

type Limits = Partial<Record<'max_age_days' | 'max_sessions' | 'max_bytes', number | null>> & { keep_last?: number };
const NO_LIMITS = { max_age_days: null, max_sessions: null, max_bytes: null, keep_last: 0 };

describe(Retention.name, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set({ CAPSTAN_ORPHAN_HOURS: '0' });
  }, 60_000);
  afterAll(() => stage.strike());
  afterEach(() => jest.restoreAllMocks());

  /** A session that ended so many days ago, with one object in the store. */
  async function ended(daysAgo: number): Promise<{ session_id: string; key: string; artifact_id: string }> {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    const key = task?.artifact().key ?? '';
    await stage.store.put(key, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
    task?.complete();
    await stage.until(session_id, 'completed');
    await stage.query(`UPDATE sessions SET completed_at = now() - make_interval(days => $2) WHERE session_id = $1`, [session_id, daysAgo]);
    const { artifacts } = await stage.gateway.ask(sessionRpc.artifacts, { session_id });
    return { session_id, key, artifact_id: artifacts[0]?.artifact_id ?? '' };
  }

  async function policy(limits: Limits): Promise<void> {
    const { policies } = await stage.gateway.ask(retentionRpc.policies, {});
    const revision = policies.find(({ kind }) => kind === 'packet-capture')?.revision ?? 0;
    await stage.gateway.ask(retentionRpc.setPolicy, { kind: 'packet-capture', requested_by: operator, policy: { ...NO_LIMITS, ...limits, quota_bytes: null, revision } });
  }

  function preview(limits: Limits = {}): Promise<RetentionPreview> {
    return stage.gateway.ask(retentionRpc.preview, { policies: [{ kind: 'packet-capture', ...NO_LIMITS, ...limits }] });
  }

  async function run(): Promise<RetentionRun> {
    const { run: ordered } = await stage.gateway.ask(retentionRpc.run, { run_id: systemIds.next(), requested_by: operator });
    return eventually(async () => {
      const { runs } = await stage.gateway.ask(retentionRpc.runs, {});
      const found = runs.find(({ run_id }) => run_id === ordered.run_id);
      if (found === undefined || found.ended_at === null) {
        throw new Error(`the run is ${found?.state ?? 'away'}`);
      }
      return found;
    });
  }

  const rowsOf = (sessionId: string) => stage.query(`SELECT 1 AS one FROM sessions WHERE session_id = $1`, [sessionId]);
  const gone = (sessionId: string) => eventually(async () => expect(await rowsOf(sessionId)).toEqual([]), { timeoutMs: 15_000 });
  const storeOfService = () => stage.running[0]?.app.get<ObjectStore>(OBJECT_STORE) as ObjectStore;

  it('previews without touching anything, removes what it previewed, and tells whoever still asks', async () => {
    const old = await ended(40);
    const young = await ended(1);
    const live = await stage.create(1);
    const previewed = await preview({ max_age_days: 30 });
    expect(previewed).toMatchObject({ sessions: 1, artifacts: 1, bytes: 1_000, held: 0, by_kind: [{ kind: 'packet-capture', sessions: 1, bytes: 1_000 }] });
    expect(previewed.first).toMatchObject([{ session_id: old.session_id, reasons: [{ kind: 'packet-capture', rule: 'age', limit: 30 }] }]);
    await expect(stage.get(old.session_id)).resolves.toMatchObject({ state: 'completed' });

    await policy({ max_age_days: 30 });
    await expect(run()).resolves.toMatchObject({ state: 'completed', trigger: 'manual', requested_by: operator });
    await stage.told(old.session_id, sessionEvents.deleted.type);
    await gone(old.session_id);
    await expect(stage.store.stat(old.key)).resolves.toBeUndefined();
    await expect(stage.get(old.session_id)).rejects.toMatchObject({ code: 'SESSION_EXPIRED', details: { session_id: old.session_id, reasons: [{ rule: 'age', limit: 30 }] } });
    await expect(stage.gateway.ask(sessionRpc.artifacts, { session_id: old.session_id })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(stage.gateway.ask(sessionRpc.events, { session_id: old.session_id, after: 0, limit: 10 })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(stage.gateway.ask(sessionRpc.stop, { session_id: old.session_id })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(stage.gateway.ask(sessionRpc.artifact, { artifact_id: old.artifact_id })).rejects.toMatchObject({ code: 'ARTIFACT_EXPIRED' });
    await expect(stage.get(young.session_id)).resolves.toMatchObject({ state: 'completed' });
    await expect(stage.get(live.session_id)).resolves.toMatchObject({ session_id: live.session_id });
    await policy({});
  });

  it('leaves what somebody holds, and deletes it for nobody, until it is let go', async () => {
    const { session_id } = await ended(100);
    const by = { session_id, requested_by: operator };
    const { session } = await stage.gateway.ask(retentionRpc.hold, { ...by, reason: 'evidence of case 7' });
    expect(session.hold).toMatchObject({ reason: 'evidence of case 7', by: operator });
    await stage.gateway.ask(retentionRpc.hold, { ...by, reason: 'evidence of case 7' });
    await expect(stage.gateway.ask(sessionRpc.remove, by)).rejects.toMatchObject({ code: 'SESSION_HELD' });
    await expect(stage.gateway.ask(retentionRpc.held, {})).resolves.toMatchObject({ total: 1, sessions: [{ session_id }] });
    await expect(preview({ max_age_days: 30 })).resolves.toMatchObject({ sessions: 0, held: 1 });
    await policy({ max_age_days: 30 });
    await run();
    await expect(stage.get(session_id)).resolves.toMatchObject({ hold: { reason: 'evidence of case 7' } });
    await stage.gateway.ask(retentionRpc.release, by);
    const { events } = await stage.gateway.ask(sessionRpc.events, { session_id, after: 0, limit: 100 });
    expect(events.map(({ type }) => type).filter((type) => /held|released/.test(type))).toEqual(['session.held', 'session.released']);
    await run();
    await gone(session_id);
    await policy({});
  });

  it('refuses a policy that was changed since it was read', async () => {
    const { policies } = await stage.gateway.ask(retentionRpc.policies, {});
    const stale = (policies.find(({ kind }) => kind === 'packet-capture')?.revision ?? 0) - 1;
    const set = (revision: number) => stage.gateway.ask(retentionRpc.setPolicy, { kind: 'packet-capture', requested_by: operator, policy: { ...NO_LIMITS, revision } });
    await expect(set(stale)).rejects.toMatchObject({ code: 'REVISION_CONFLICT', details: { revision: stale + 1 } });
    await expect(set(0)).rejects.toMatchObject({ code: 'REVISION_CONFLICT' });
  });

  it('agrees again after a crash between objects and rows, whichever of them went first', async () => {
    const objectsFirst = await ended(50);
    const rowsOnly = await ended(50);
    const removePrefix = jest.spyOn(storeOfService(), 'removePrefix');
    // As a process leaves it that died when the objects were gone and before the rows were.
    removePrefix.mockImplementation(async (prefix) => {
      await stage.store.removePrefix(prefix);
      throw new AppError('OBJECT_STORE_UNAVAILABLE', 'the process dies here', { retryable: true });
    });
    await policy({ max_age_days: 30 });
    await run();
    await eventually(async () => expect(await stage.store.stat(objectsFirst.key)).toBeUndefined());
    expect(await rowsOf(objectsFirst.session_id)).toHaveLength(1);
    await expect(stage.get(objectsFirst.session_id)).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    removePrefix.mockRestore();
    await gone(objectsFirst.session_id);
    await gone(rowsOnly.session_id);
    await expect(stage.store.stat(rowsOnly.key)).resolves.toBeUndefined();
    await policy({});
  });

  it('is done by one of several instances, and goes on where another one died', async () => {
    await stage.start('second');
    await stage.start('third');
    const sessions = await Promise.all([ended(60), ended(61), ended(62)]);
    // As an instance leaves it that died in the middle.
    const run_id = systemIds.next();
    await policy({ max_age_days: 30 });
    await stage.query(`INSERT INTO retention_runs (run_id, trigger, state, requested_at, started_at) VALUES ($1, 'manual', 'running', now() - interval '1 minute', now() - interval '1 minute')`, [run_id]);
    const finished = await eventually(async () => {
      const { runs } = await stage.gateway.ask(retentionRpc.runs, {});
      const found = runs.find((one) => one.run_id === run_id);
      expect(found?.state).toBe('completed');
      return found;
    }, { timeoutMs: 15_000 });
    expect(finished).toMatchObject({ sessions: 3, artifacts: 3, bytes: 3_000, by_kind: [{ kind: 'packet-capture', sessions: 3, bytes: 3_000 }] });
    await Promise.all(sessions.map(({ session_id }) => gone(session_id)));
    const [hourly] = await stage.query<{ runs: string }>(`SELECT count(*) AS runs FROM retention_runs WHERE trigger = 'hourly'`);
    expect(Number(hourly?.runs)).toBe(1);
    await policy({});
  });

  describe(StorageSweeper.name, () => {
    const storage = storageRpc['capture-orchestrator'];

    /** One comparison, by whichever instance comes first. */
    async function sweep(): Promise<StorageSweep> {
      const last = async () => (await stage.gateway.ask(storage.read, {})).sweeps[0];
      const before = await last();
      await stage.gateway.ask(storage.sweep, {});
      await stage.running[0]?.app.get(StorageSweeper).sweepDue();
      return eventually(async () => {
        const report = await last();
        if (report === undefined || report.ended_at === before?.ended_at) {
          throw new Error('not yet');
        }
        return report;
      });
    }

    it('removes what nobody names, leaves what is being captured, and says what is lost', async () => {
      const good = await ended(1);
      const lost = await ended(1);
      const live = await stage.create(1);
      const [task] = await stage.worker.tasks(live.session_id, 1);
      const arriving = task?.artifact().key ?? '';
      // As a crash between rows and objects leaves it, or a late worker.
      const orphans = [`sessions/${systemIds.next()}/01-gone/a1/capture.pcap`, good.key.replace('capture.pcap', 'left.pcap')];
      for (const key of [...orphans, arriving]) {
        await stage.store.put(key, Readable.from([Buffer.from('nobody')]), { mediaType: 'application/octet-stream' });
      }
      await stage.store.remove([lost.key]);
      await expect(sweep()).resolves.toMatchObject({ prefix: 'sessions/', error: null, orphans: 2, orphan_bytes: 12, refused: 0, lost: 1, lost_keys: [lost.key] });
      const left = await Promise.all([...orphans, arriving, good.key].map(async (key) => (await stage.store.stat(key)) !== undefined));
      expect(left).toEqual([false, false, true, true]);
      const { artifact } = await stage.gateway.ask(sessionRpc.artifact, { artifact_id: lost.artifact_id });
      expect(typeof artifact.lost_at).toBe('string');
      const told = () => stage.facts.filter(({ type }) => type === storageEvents.objectsLost.type).map(({ data }) => data as DataOf<typeof storageEvents.objectsLost>);
      await eventually(() => expect(told()).toEqual([{ owner: 'capture-orchestrator', prefix: 'sessions/', count: 1, keys: [lost.key] }]));
      // Nothing new: nothing is told again. And what came back is not lost any more.
      await expect(sweep()).resolves.toMatchObject({ orphans: 0, lost: 1 });
      await stage.store.put(lost.key, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
      await expect(sweep()).resolves.toMatchObject({ orphans: 0, lost: 0 });
      const { artifact: found } = await stage.gateway.ask(sessionRpc.artifact, { artifact_id: lost.artifact_id });
      expect(found.lost_at).toBeUndefined();
      expect(told()).toHaveLength(1);
    }, 60_000);

    it('removes nothing when nearly everything is an orphan: then the rows are wrong', async () => {
      const keys = Array.from({ length: 150 }, (_, index) => `sessions/${systemIds.next()}/01-x/a1/${index}.bin`);
      for (const key of keys) {
        await stage.store.put(key, Readable.from([Buffer.from('x')]), { mediaType: 'application/octet-stream' });
      }
      await expect(sweep()).resolves.toMatchObject({ orphans: 0, refused: 150 });
      await stage.store.remove(keys);
    }, 60_000);
  });

  describe(Quotas.name, () => {
    const told = () => stage.facts.filter(({ type }) => type === storageEvents.nearlyFull.type).map(({ data }) => (data as DataOf<typeof storageEvents.nearlyFull>).level);
    const watch = () => stage.running[0]?.app.get(Quotas).watch();

    async function quota(quota_bytes: number | null): Promise<void> {
      const { policies } = await stage.gateway.ask(retentionRpc.policies, {});
      const revision = policies.find(({ kind }) => kind === 'packet-capture')?.revision ?? 0;
      await stage.gateway.ask(retentionRpc.setPolicy, { kind: 'packet-capture', requested_by: operator, policy: { ...NO_LIMITS, quota_bytes, revision } });
      await watch();
    }

    it('warns once, refuses at the stop, and lets work go on when there is room', async () => {
      await ended(1);
      const { stores } = await stage.gateway.ask(storageRpc['capture-orchestrator'].read, {});
      const used = stores.find(({ store }) => store === 'packet-capture')?.bytes ?? 0;
      expect(used).toBeGreaterThan(0);
      await quota(Math.ceil(used / 0.9));
      await watch();
      await eventually(() => expect(told()).toEqual(['warning']));
      await expect(stage.create(1)).resolves.toMatchObject({ kinds: ['packet-capture'] });
      await quota(used);
      await eventually(() => expect(told()).toEqual(['warning', 'stopped']));
      await expect(stage.create(1)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { kind: 'packet-capture', quota_bytes: used, percent: 100, stop_percent: 100 } });
      await quota(null);
      await expect(stage.create(1)).resolves.toMatchObject({ kinds: ['packet-capture'] });
      expect(told()).toEqual(['warning', 'stopped']);
    });
  });
});
