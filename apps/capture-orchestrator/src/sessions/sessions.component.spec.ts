import { Readable } from 'node:stream';
import { CAPTURE_TYPES, createSessionRequest, sessionArtifactEvents, sessionEvents, sessionRpc, TARGET_KINDS, taskEvents } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { eventually, LeakCheck } from '@capstan/testing';
import { body, operator, Stage } from '../../test/orchestrator';
import { SessionCreation } from './session-creation.service';
import { SessionsService } from './sessions.service';

describe(SessionsService.name, () => {
  const leaks = new LeakCheck();
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  }, 60_000);

  afterAll(async () => {
    await stage.strike();
    await leaks.assertClean();
  });

  it('runs three targets together from the order to the bundle', async () => {
    const { session_id, state } = await stage.create(3);
    expect(state).toBe('pending');
    const tasks = await stage.worker.tasks(session_id, 3);
    tasks.forEach((task) => task.advance('configuring'));
    await stage.until(session_id, 'configuring');
    tasks.forEach((task) => task.advance('ready'));
    const before = systemClock.now();
    const started = await stage.until(session_id, 'starting');
    const t0 = Date.parse(started.t0 ?? '');
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'start')).toHaveLength(3));
    expect(stage.worker.hintsOf(session_id, 'go')).toEqual([{ session_id, t0: started.t0, task_ids: expect.arrayContaining(tasks.map((task) => task.run.task_id)) as string[] }]);
    expect(t0).toBeGreaterThan(before);
    tasks.forEach((task) => task.complete());
    const ended = await stage.until(session_id, 'completed');
    expect(ended).toMatchObject({ completed_count: 3, failed_count: 0, artifact_count: 3, artifact_bytes: 3_000, download_available: true });
    expect(ended.start_spread_ms).not.toBeNull();
    expect(ended.targets.map((target) => target.metrics)).toEqual([{ packets_captured: 7 }, { packets_captured: 7 }, { packets_captured: 7 }]);
    const { artifacts } = await stage.gateway.ask(sessionRpc.artifacts, { session_id });
    expect(artifacts.map((artifact) => artifact.key)).toEqual([1, 2, 3].map((n) => `sessions/${session_id}/0${n}-10.0.0.${n}/a1/capture.pcap`));
    await expect(stage.gateway.ask(sessionRpc.artifact, { artifact_id: artifacts[0]?.artifact_id ?? '' })).resolves.toEqual({ artifact: artifacts[0] });
  });

  it('tells its history without a hole, in the order in which it happened', async () => {
    const { session_id } = await stage.create(2);
    const tasks = await stage.worker.tasks(session_id, 2);
    tasks.forEach((task) => task.advance('configuring', 'ready'));
    await stage.until(session_id, 'starting');
    tasks.forEach((task) => task.complete());
    const ended = await stage.until(session_id, 'completed');
    await stage.told(session_id, sessionEvents.finished.type);
    const { events, last_sequence } = await stage.gateway.ask(sessionRpc.events, { session_id, after: 0 });
    expect(events.map((event) => event.sequence)).toEqual(Array.from({ length: last_sequence }, (_, index) => index + 1));
    expect(last_sequence).toBe(ended.sequence);
    expect(events[0]).toMatchObject({ type: 'session.created', data: { by: operator } });
    const states = events.filter((event) => event.type === 'session.state-changed').map((event) => event.data['state']);
    expect(states.slice(0, 3)).toEqual(['configuring', 'ready', 'starting']);
    expect(states.at(-1)).toBe('completed');
    await expect(stage.gateway.ask(sessionRpc.events, { session_id, after: last_sequence - 1 })).resolves.toMatchObject({ events: [{ sequence: last_sequence }] });
    const told = stage.facts.filter((fact) => fact.subject === session_id && fact.type !== sessionEvents.finished.type).map((fact) => fact.sequence);
    expect(told).toEqual(Array.from({ length: last_sequence }, (_, index) => index + 1));
    expect(stage.factsOf(session_id, sessionEvents.finished.type)).toHaveLength(1);
  });

  it('ends partial when one target fails, and says which and why', async () => {
    const { session_id } = await stage.create(3);
    const [first, second, third] = await stage.worker.tasks(session_id, 3);
    first?.finish('failed', { error: { code: 'AUTH_FAILED', message: 'The device refused the password', retryable: false }, capture_began: false });
    second?.advance('configuring', 'ready');
    third?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    second?.complete();
    third?.complete();
    const ended = await stage.until(session_id, 'partial');
    expect(ended).toMatchObject({ completed_count: 2, failed_count: 1, download_available: true });
    expect(ended.targets[0]).toMatchObject({ state: 'failed', error: { code: 'AUTH_FAILED' } });
  });

  it('fails when all targets fail, and has nothing to download but transcripts', async () => {
    const { session_id } = await stage.create(2);
    for (const task of await stage.worker.tasks(session_id, 2)) {
      const transcript = task.artifact({ kind: 'transcript', name: 'transcript.txt', media_type: 'text/plain' });
      task.finish('failed', { artifacts: [transcript], error: { code: 'CONN_REFUSED', message: 'refused', retryable: true }, capture_began: false });
    }
    await expect(stage.until(session_id, 'failed')).resolves.toMatchObject({ failed_count: 2, artifact_count: 2, download_available: false });
  });

  it('stops early and keeps what there is; repeating is harmless until the end', async () => {
    const { session_id } = await stage.create(2);
    const tasks = await stage.worker.tasks(session_id, 2);
    tasks.forEach((task) => task.advance('configuring', 'ready'));
    await stage.until(session_id, 'starting');
    tasks.forEach((task) => task.advance('starting', 'capturing'));
    await stage.until(session_id, 'capturing');
    const { session } = await stage.gateway.ask(sessionRpc.stop, { session_id, requested_by: operator });
    expect(session.state).toBe('stopping');
    await expect(stage.gateway.ask(sessionRpc.stop, { session_id })).resolves.toMatchObject({ session: { state: 'stopping', sequence: session.sequence } });
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'stop')).toHaveLength(2));
    expect(stage.worker.hintsOf(session_id, 'stop')).toHaveLength(1);
    tasks.forEach((task) => {
      task.advance('stopping', 'collecting');
      const artifact = task.artifact();
      task.store(artifact);
      task.finish('completed', { artifacts: [artifact] });
    });
    await expect(stage.until(session_id, 'completed')).resolves.toMatchObject({ artifact_count: 2, download_available: true });
    await expect(stage.gateway.ask(sessionRpc.stop, { session_id })).rejects.toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
  });

  it('takes in what is made of the whole session after its end, once', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    task?.complete();
    const ended = await stage.until(session_id, 'completed');
    const artifact = { ...task?.artifact(), artifact_id: systemIds.next(), target_id: null, kind: 'merged-pcap', name: 'merged.pcapng', key: `sessions/${session_id}/analysis/merged.pcapng`, size: 77 };
    for (let times = 0; times < 2; times += 1) {
      task?.say(sessionArtifactEvents.stored.type, { session_id, artifacts: [artifact], metrics: { calls: 2 } });
    }
    await eventually(async () => {
      const { session } = await stage.gateway.ask(sessionRpc.get, { session_id });
      expect(session).toMatchObject({ state: 'completed', artifact_count: 2, artifact_bytes: ended.artifact_bytes + 77, metrics: { calls: 2 } });
    });
    const { artifacts } = await stage.gateway.ask(sessionRpc.artifacts, { session_id });
    expect(artifacts.map(({ kind, target_id }) => [kind, target_id])).toEqual([['pcap', ended.targets[0]?.target_id], ['merged-pcap', null]]);
    const { events } = await stage.gateway.ask(sessionRpc.events, { session_id });
    expect(events.filter(({ type, target_id }) => type === 'artifact.added' && target_id === null)).toHaveLength(1);
  });

  it('makes a session that collects what waits on the devices, and only that', async () => {
    const { session_id } = await stage.create(2);
    const tasks = await stage.worker.tasks(session_id, 2);
    const [waiting, refused] = tasks;
    const error = { code: 'OBJECT_STORE_UNAVAILABLE', message: 'away', retryable: true };
    await expect(stage.gateway.ask(sessionRpc.retryCollect, { session_id })).rejects.toMatchObject({ code: 'SESSION_NOT_READY' });
    waiting?.finish('failed', { error: { ...error, details: { collectable: true } } });
    refused?.finish('failed', { error, capture_began: false });
    await stage.until(session_id, 'failed');
    const { session } = await stage.gateway.ask(sessionRpc.retryCollect, { session_id, requested_by: operator });
    expect(session).toMatchObject({ retry_of: session_id, target_count: 1, targets: [{ spec: { collect_from: waiting?.run.task_id } }] });
    const [collecting] = await stage.worker.tasks(session.session_id, 1);
    collecting?.advance('configuring', 'stopping', 'collecting');
    const artifact = collecting?.artifact();
    collecting?.finish('completed', { artifacts: artifact === undefined ? [] : [artifact] });
    await expect(stage.until(session.session_id, 'completed')).resolves.toMatchObject({ download_available: true, capture_started_at: null });
    await expect(stage.gateway.ask(sessionRpc.retryCollect, { session_id: session.session_id })).rejects.toMatchObject({ code: 'NOTHING_TO_COLLECT' });
    const again = await stage.gateway.ask(sessionRpc.retry, { session_id, requested_by: operator });
    expect(again.session.targets.map(({ spec }) => spec['collect_from'])).toEqual([undefined, undefined]);
    for (const task of await stage.worker.tasks(again.session.session_id, 2)) {
      task.finish('failed', { error, capture_began: false });
    }
  });

  it('pauses and goes on, and never counts the pause', async () => {
    jest.replaceProperty(TARGET_KINDS['packet-capture'] as { pausable: boolean }, 'pausable', true);
    try {
      const { session_id } = await stage.create(1);
      const [task] = await stage.worker.tasks(session_id, 1);
      task?.advance('configuring', 'ready', 'starting', 'capturing');
      await stage.until(session_id, 'capturing');
      const { session } = await stage.gateway.ask(sessionRpc.pause, { session_id, requested_by: operator });
      expect(session).toMatchObject({ state: 'capturing', pausable: true, paused_at: expect.any(String) });
      await expect(stage.gateway.ask(sessionRpc.pause, { session_id })).resolves.toMatchObject({ session: { sequence: session.sequence } });
      await eventually(() => expect(stage.worker.ordersOf(session_id, 'pause')).toMatchObject([{ order: 1 }]));
      await eventually(() => expect(stage.worker.hintsOf(session_id, 'pause')).toHaveLength(1));
      task?.say(taskEvents.advanced.type, task.advancedFact('capturing', { paused_at: session.paused_at }));
      await eventually(async () => expect((await stage.gateway.ask(sessionRpc.get, { session_id })).session.targets[0]).toMatchObject({ paused_at: session.paused_at }));
      const resumed = await stage.gateway.ask(sessionRpc.resume, { session_id, requested_by: operator });
      expect(resumed.session.paused_at).toBeNull();
      expect(resumed.session.paused_ms).toBeGreaterThan(0);
      await eventually(() => expect(stage.worker.ordersOf(session_id, 'resume')).toMatchObject([{ order: 2 }]));
      task?.complete();
      await stage.until(session_id, 'completed');
      await expect(stage.gateway.ask(sessionRpc.pause, { session_id })).rejects.toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
      const { events } = await stage.gateway.ask(sessionRpc.events, { session_id });
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['session.paused', 'session.resumed']));
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('refuses to pause what cannot hold still', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready', 'starting', 'capturing');
    await stage.until(session_id, 'capturing');
    await expect(stage.gateway.ask(sessionRpc.pause, { session_id })).rejects.toMatchObject({ code: 'NOT_PAUSABLE' });
    task?.finish('failed');
    await stage.until(session_id, 'failed');
  });

  it('cancels, discards, and sweeps what the cancelled attempts had stored', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready', 'starting', 'capturing');
    await stage.until(session_id, 'capturing');
    const artifact = task?.artifact();
    await put(stage, artifact?.key ?? '');
    task?.say(taskEvents.artifactStored.type, { ...task.fact(), artifact });
    await stage.told(session_id, sessionEvents.artifactAdded.type);
    await stage.gateway.ask(sessionRpc.cancel, { session_id, requested_by: operator });
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'cancel')).toHaveLength(1));
    task?.finish('cancelled');
    await expect(stage.until(session_id, 'cancelled')).resolves.toMatchObject({ artifact_count: 0, download_available: false });
    await eventually(async () => expect(await stage.store.stat(artifact?.key ?? '')).toBeUndefined());
  });

  it('folds duplicated and reordered facts to the same end', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    const at = new Date(systemClock.now()).toISOString();
    const capturing = task?.advancedFact('capturing', { start_sent_at: at, started_at: at, metrics: { packets_captured: 3 } });
    const stopping = task?.advancedFact('stopping');
    const artifact = task?.artifact();
    const stored = { ...task?.fact(), artifact };
    const end = { ...task?.fact(), outcome: 'completed', capture_began: true, metrics: { packets_captured: 9 } };
    task?.say(taskEvents.advanced.type, stopping);
    task?.say(taskEvents.advanced.type, stopping);
    task?.say(taskEvents.finished.type, end);
    await stage.until(session_id, 'completed');
    task?.say(taskEvents.finished.type, { ...end, outcome: 'failed' });
    task?.say(taskEvents.artifactStored.type, stored);
    task?.say(taskEvents.artifactStored.type, stored);
    task?.say(taskEvents.advanced.type, capturing);
    await eventually(async () =>
      expect(await stage.get(session_id)).toMatchObject({
        state: 'completed',
        artifact_count: 1,
        download_available: true,
        targets: [{ state: 'completed', started_at: at, metrics: { packets_captured: 9 } }],
      }),
    );
    expect(stage.factsOf(session_id, sessionEvents.finished.type)).toHaveLength(1);
  });

  it('is the same session when the same order comes again, and refuses another one under its id', async () => {
    const session_id = systemIds.next();
    const order = { session_id, requested_by: operator, name: 'twice', duration_sec: 10, targets: [{ kind: 'packet-capture', device_type: 'linux', host: '10.0.0.1', credential_id: systemIds.next() }] } as const;
    const answers = await Promise.all([1, 2, 3].map(() => stage.gateway.ask(sessionRpc.create, { ...order, targets: [...order.targets] })));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.session.targets[0]?.target_id)).size).toBe(1);
    await expect(stage.gateway.ask(sessionRpc.create, { ...order, name: 'other', targets: [...order.targets] })).rejects.toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
    expect(await stage.worker.tasks(session_id, 1)).toHaveLength(1);
  });

  it('creates several in one transaction, and each by itself where one spoils it', async () => {
    const taken = await stage.create(1);
    const sut = stage.running[0]?.app.get(SessionCreation);
    const orders = [taken.session_id, systemIds.next(), systemIds.next()].map((sessionId) => ({ sessionId, request: createSessionRequest.parse(body(1)), by: operator }));
    const [first, ...others] = (await sut?.createAll(orders, new AbortController().signal, () => Promise.resolve([]))) ?? [];
    expect(first).toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
    expect(others).toEqual([undefined, undefined]);
    for (const { sessionId } of orders.slice(1)) {
      await expect(stage.get(sessionId)).resolves.toMatchObject({ state: 'pending', target_count: 1 });
      expect(await stage.worker.tasks(sessionId, 1)).toHaveLength(1);
    }
  });

  it('stores nothing when a worker finds fault with a target, and names the field', async () => {
    stage.worker.errors = [{ index: 1, path: 'filter.protocol', code: 'UNSUPPORTED_FILTER', message: 'cannot be expressed' }];
    const session_id = systemIds.next();
    try {
      await expect(stage.create(2, { session_id })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        details: { errors: [{ path: 'targets.1.filter.protocol', code: 'UNSUPPORTED_FILTER', message: 'cannot be expressed' }] },
      });
    } finally {
      stage.worker.errors = [];
    }
    await expect(stage.get(session_id)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  it('retries the failed targets in a session of its own', async () => {
    const { session_id } = await stage.create(2, { name: 'edge' });
    const [first, second] = await stage.worker.tasks(session_id, 2);
    await expect(stage.gateway.ask(sessionRpc.retry, { session_id })).rejects.toMatchObject({ code: 'SESSION_NOT_READY' });
    // What of the order is still to be done; nothing that was not in the order comes into the next one.
    const owed = { code: 'CMD_FAILED', message: 'one of two', retryable: false, details: { retry: { size_per_file_mb: 7, stranger: true } } };
    first?.finish('failed', { error: owed, capture_began: false });
    second?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    second?.complete();
    await stage.until(session_id, 'partial');
    const new_session_id = systemIds.next();
    const { session } = await stage.gateway.ask(sessionRpc.retry, { session_id, new_session_id, requested_by: operator });
    expect(session).toMatchObject({ session_id: new_session_id, name: 'edge (retry)', retry_of: session_id, target_count: 1, targets: [{ ordinal: 1, title: '10.0.0.1' }] });
    expect(session.targets[0]?.spec).toMatchObject({ size_per_file_mb: 7 });
    expect(session.targets[0]?.spec).not.toHaveProperty('stranger');
    await expect(stage.gateway.ask(sessionRpc.retry, { session_id, new_session_id })).resolves.toMatchObject({ session: { session_id: new_session_id } });
    await expect(stage.get(session_id)).resolves.toMatchObject({ state: 'partial' });
    const [task] = await stage.worker.tasks(new_session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(new_session_id, 'starting');
    task?.complete();
    await stage.until(new_session_id, 'completed');
    await expect(stage.gateway.ask(sessionRpc.retry, { session_id: new_session_id })).rejects.toMatchObject({ code: 'NOTHING_TO_RETRY' });
  });

  it('deletes an ended session: objects, rows, and word to the worker', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    const key = task?.artifact().key ?? '';
    await put(stage, key);
    task?.complete();
    await stage.until(session_id, 'completed');
    await expect(stage.gateway.ask(sessionRpc.remove, { session_id, requested_by: operator })).resolves.toEqual({ deleted: true });
    await expect(stage.get(session_id)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    await expect(stage.gateway.ask(sessionRpc.artifacts, { session_id })).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    const [deleted] = await stage.told(session_id, sessionEvents.deleted.type);
    expect(deleted?.data).toEqual({ session_id, requested_by: operator });
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'discard')).toEqual([{ session_id, key_prefix: `sessions/${session_id}/` }]));
    await expect(stage.store.stat(key)).resolves.toBeUndefined();
    await expect(stage.query('SELECT 1 FROM session_events WHERE session_id = $1', [session_id])).resolves.toEqual([]);
  });

  it('deletes a running session once its devices are clean', async () => {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready', 'starting', 'capturing');
    await stage.until(session_id, 'capturing');
    await expect(stage.gateway.ask(sessionRpc.remove, { session_id, requested_by: operator })).resolves.toEqual({ deleted: false });
    await expect(stage.gateway.ask(sessionRpc.remove, { session_id })).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    await eventually(() => expect(stage.worker.ordersOf(session_id, 'cancel')).toHaveLength(1));
    expect(stage.factsOf(session_id, sessionEvents.deleted.type)).toEqual([]);
    task?.finish('cancelled');
    await stage.told(session_id, sessionEvents.deleted.type);
    // What a worker still says of it changes nothing and harms nobody.
    task?.heartbeat();
    task?.finish('completed');
    await stage.create(1);
  });

  it('touches a heartbeat into the target without telling anybody', async () => {
    const { session_id, sequence } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.heartbeat();
    await eventually(async () => {
      const [row] = await stage.query<{ claimed_at: Date | null }>('SELECT claimed_at FROM targets WHERE session_id = $1', [session_id]);
      expect(row?.claimed_at).not.toBeNull();
    });
    await expect(stage.get(session_id)).resolves.toMatchObject({ sequence, state: 'pending' });
  });

  it('is listed, filtered and counted', async () => {
    const name = `needle ${systemIds.next()}`;
    const { session_id } = await stage.create(2, { name });
    await expect(stage.gateway.ask(sessionRpc.list, { q: name.toUpperCase() })).resolves.toMatchObject({ total: 1, sessions: [{ session_id, name, target_count: 2, kinds: ['packet-capture'] }] });
    await stage.gateway.ask(sessionRpc.remove, { session_id });
    await expect(stage.gateway.ask(sessionRpc.list, { q: name })).resolves.toMatchObject({ total: 0, sessions: [] });
  });

  it('takes hundreds of devices in one order, and folds what their workers say as it comes', async () => {
    const devices = 300;
    const targets = Array.from({ length: devices }, (_, index) => ({ kind: 'collection' as const, device_id: systemIds.next(), device_name: `sw-${index}`, address: `10.1.${index >> 8}.${index & 255}`, capture_types: [...CAPTURE_TYPES] }));
    const { session_id } = await stage.create(0, { duration_sec: undefined, targets });
    const tasks = await stage.worker.tasks(session_id, devices);
    for (const task of tasks) {
      task.advance('capturing');
      task.finish('completed', { artifacts: CAPTURE_TYPES.map((type) => task.artifact({ kind: 'cli-capture', name: `${type}.txt` })) });
    }
    await eventually(async () => expect((await stage.gateway.ask(sessionRpc.list, { kind: 'collection' })).sessions[0]).toMatchObject({ state: 'completed', completed_count: devices, artifact_count: devices * CAPTURE_TYPES.length }), { timeoutMs: 60_000, everyMs: 250 });
    await stage.gateway.ask(sessionRpc.remove, { session_id });
  }, 90_000);
});

async function put(stage: Stage, key: string): Promise<void> {
  await stage.store.put(key, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
}
