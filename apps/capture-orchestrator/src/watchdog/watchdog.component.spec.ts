import { Readable } from 'node:stream';
import { sessionEvents } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { eventually, LeakCheck } from '@capstan/testing';
import { Client } from 'pg';
import { Stage } from '../../test/orchestrator';
import { Watchdog } from './watchdog';

describe(Watchdog.name, () => {
  const leaks = new LeakCheck();
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set({ CAPSTAN_CLAIM_SEC: '2', CAPSTAN_HEARTBEAT_SEC: '2' });
  }, 60_000);

  afterAll(async () => {
    await stage.strike();
    await leaks.assertClean();
  });

  const watchdogs = () => stage.running.map((service) => service.app.get(Watchdog));

  it('fails what no worker takes, and leaves a cancellation for whoever comes late', async () => {
    const { session_id } = await stage.create(1);
    await expect(stage.until(session_id, 'failed')).resolves.toMatchObject({ targets: [{ error: { code: 'WORKER_UNAVAILABLE' } }] });
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'cancel')).toHaveLength(1));
  });

  it('starts with those that are ready when the arm deadline passes, and fails the late one', async () => {
    const { session_id } = await stage.create(2, { options: { arm_timeout_sec: 5 } });
    const [ready, late] = await stage.worker.tasks(session_id, 2);
    ready?.advance('configuring', 'ready');
    late?.advance('configuring');
    const alive = setInterval(() => [ready, late].forEach((task) => task?.heartbeat()), 500);
    try {
      const started = await stage.until(session_id, 'starting');
      expect(started.targets).toMatchObject([{ state: 'ready' }, { state: 'failed', error: { code: 'ARM_TIMEOUT' } }]);
      await eventually(() => expect(stage.worker.ordersOf(session_id, 'start')).toMatchObject([{ task_id: ready?.run.task_id }]));
      expect(stage.worker.ordersOf(session_id, 'cancel')).toMatchObject([{ task_id: late?.run.task_id }]);
      ready?.complete();
      await stage.until(session_id, 'partial');
    } finally {
      clearInterval(alive);
    }
  });

  it('makes another attempt when a worker falls silent before the capture, and ignores what the first one says', async () => {
    const { session_id } = await stage.create(1);
    const [first] = await stage.worker.tasks(session_id, 1);
    first?.advance('configuring');
    const [second] = await stage.worker.tasks(session_id, 1, 2);
    expect(second?.run).toMatchObject({ attempt: 2, target_id: first?.run.target_id, key_prefix: first?.run.key_prefix.replace('/a1/', '/a2/') });
    expect(stage.worker.ordersOf(session_id, 'cancel')).toMatchObject([{ task_id: first?.run.task_id, attempt: 1 }]);
    first?.advance('ready');
    first?.finish('cancelled', { capture_began: false });
    second?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    second?.complete();
    await expect(stage.until(session_id, 'completed')).resolves.toMatchObject({ targets: [{ attempt: 2, state: 'completed' }], artifact_count: 1 });
    const attempts = await stage.query('SELECT a.attempt, a.outcome FROM attempts a JOIN targets t USING (target_id) WHERE t.session_id = $1 ORDER BY a.attempt', [session_id]);
    expect(attempts).toEqual([{ attempt: 1, outcome: 'lost' }, { attempt: 2, outcome: 'completed' }]);
  });

  it('fails a capture whose worker falls silent, and keeps waiting for one that beats', async () => {
    const { session_id } = await stage.create(2);
    const [silent, alive] = await stage.worker.tasks(session_id, 2);
    [silent, alive].forEach((task) => task?.advance('configuring', 'ready'));
    await stage.until(session_id, 'starting');
    [silent, alive].forEach((task) => task?.advance('starting', 'capturing'));
    const beat = setInterval(() => alive?.heartbeat(), 300);
    try {
      const session = await eventually(
        async () => {
          const found = await stage.get(session_id);
          expect(found.targets[0]?.state).toBe('failed');
          return found;
        },
        { timeoutMs: 10_000 },
      );
      expect(session.targets).toMatchObject([{ error: { code: 'WORKER_LOST' }, attempt: 1 }, { state: 'capturing' }]);
      alive?.complete();
      await stage.until(session_id, 'partial');
    } finally {
      clearInterval(beat);
    }
  });

  it('does not take an outage of the broker for the silence of the workers', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    task?.advance('starting', 'capturing');
    await stage.until(session_id, 'capturing');
    const beat = setInterval(() => task?.heartbeat(), 300);
    try {
      await stage.brokerLine.refuse();
      const cut = systemClock.monotonic();
      await eventually(() => expect(systemClock.monotonic() - cut).toBeGreaterThan(5_000), { timeoutMs: 6_000 });
      await stage.brokerLine.restore();
      await expect(eventually(() => stage.get(session_id), { timeoutMs: 10_000 })).resolves.toMatchObject({ state: 'capturing' });
      task?.complete();
      await expect(stage.until(session_id, 'completed')).resolves.toMatchObject({ targets: [{ state: 'completed', attempt: 1 }] });
    } finally {
      clearInterval(beat);
    }
  });

  it('removes what a lost attempt had stored once the session has ended', async () => {
    const { session_id } = await stage.create(1);
    const [first] = await stage.worker.tasks(session_id, 1);
    first?.advance('configuring');
    const orphan = first?.artifact({ name: 'orphan.pcap' }).key ?? '';
    await stage.store.put(orphan, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
    const [second] = await stage.worker.tasks(session_id, 1, 2);
    const kept = second?.artifact().key ?? '';
    await stage.store.put(kept, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
    second?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    second?.complete();
    await stage.until(session_id, 'completed');
    await eventually(async () => expect(await stage.store.stat(orphan)).toBeUndefined());
    await expect(stage.store.stat(kept)).resolves.toBeDefined();
  });

  it('goes on where it was after the service was restarted in the middle of a session', async () => {
    const { session_id } = await stage.create(2);
    const tasks = await stage.worker.tasks(session_id, 2);
    tasks.forEach((task) => task.advance('configuring', 'ready'));
    await stage.until(session_id, 'starting');
    const [service] = stage.running;
    await stage.stop(service as (typeof stage.running)[number]);
    tasks.forEach((task) => task.advance('starting', 'capturing'));
    tasks[0]?.complete();
    await stage.start('second');
    await stage.until(session_id, 'capturing');
    tasks[1]?.complete();
    await expect(stage.until(session_id, 'completed')).resolves.toMatchObject({ artifact_count: 2 });
    expect(await stage.told(session_id, sessionEvents.finished.type)).toHaveLength(1);
  });

  it('is active in one instance only, and another takes over when that one goes', async () => {
    await eventually(() => expect(watchdogs().map((watchdog) => watchdog.active)).toEqual([true]));
    await stage.start('third');
    const [active] = stage.running;
    expect(watchdogs().filter((watchdog) => watchdog.active)).toHaveLength(1);
    await stage.stop(active as (typeof stage.running)[number]);
    await eventually(() => expect(watchdogs().map((watchdog) => watchdog.active)).toEqual([true]));
    const { session_id } = await stage.create(1);
    await stage.until(session_id, 'failed');
  });

  it('comes back after the database cut all its connections', async () => {
    const admin = new Client({ connectionString: stage.database.url });
    await admin.connect();
    try {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    } finally {
      await admin.end();
    }
    const { session_id } = await eventually(() => stage.create(1));
    await stage.until(session_id, 'failed');
    await eventually(() => expect(watchdogs().map((watchdog) => watchdog.active)).toEqual([true]));
  });
});
