import { Readable } from 'node:stream';
import { sessionEvents, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { OBJECT_STORE } from '@capstan/service-kit';
import type { ObjectStore } from '@capstan/object-store';
import { eventually, LeakCheck } from '@capstan/testing';
import { operator, Stage } from '../../test/orchestrator';
import { CleanupService } from './cleanup.service';

describe(CleanupService.name, () => {
  const leaks = new LeakCheck();
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  }, 60_000);

  afterAll(async () => {
    await stage.strike();
    await leaks.assertClean();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** A session that has ended, with one object in the store. */
  async function ended(): Promise<{ session_id: string; key: string }> {
    const { session_id } = await stage.create(1);
    const [task] = await stage.worker.tasks(session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session_id, 'starting');
    const key = task?.artifact().key ?? '';
    await stage.store.put(key, Readable.from([Buffer.from('bytes')]), { mediaType: 'application/octet-stream' });
    task?.complete();
    await stage.until(session_id, 'completed');
    return { session_id, key };
  }

  const rowsOf = (sessionId: string) => stage.query<{ cleanup_attempts: number }>('SELECT cleanup_attempts FROM sessions WHERE session_id = $1', [sessionId]);
  const storeOfService = () => stage.running[0]?.app.get<ObjectStore>(OBJECT_STORE) as ObjectStore;

  it('keeps the rows until the objects are gone, however often the store fails', async () => {
    const { session_id, key } = await ended();
    const removePrefix = jest.spyOn(storeOfService(), 'removePrefix').mockRejectedValue(new AppError('OBJECT_STORE_UNAVAILABLE', 'away', { retryable: true }));
    await stage.gateway.ask(sessionRpc.remove, { session_id, requested_by: operator });
    await eventually(async () => expect((await rowsOf(session_id))[0]?.cleanup_attempts).toBeGreaterThanOrEqual(2), { timeoutMs: 10_000 });
    expect(stage.factsOf(session_id, sessionEvents.deleted.type)).toEqual([]);
    await expect(stage.store.stat(key)).resolves.toBeDefined();
    removePrefix.mockRestore();
    await eventually(async () => expect(await rowsOf(session_id)).toEqual([]), { timeoutMs: 15_000 });
    await expect(stage.store.stat(key)).resolves.toBeUndefined();
    await stage.told(session_id, sessionEvents.deleted.type);
  });

  it('is done by another instance when the one that began it died', async () => {
    const { session_id, key } = await ended();
    // As a process leaves it that was killed after its claim: claimed, unfinished, and the lease long over.
    await stage.query(
      `UPDATE sessions SET delete_requested_at = now(), delete_requested_by = $2, cleanup_attempts = 1, cleanup_at = now() - interval '1 minute' WHERE session_id = $1`,
      [session_id, JSON.stringify(operator)],
    );
    await stage.told(session_id, sessionEvents.deleted.type);
    await expect(rowsOf(session_id)).resolves.toEqual([]);
    await expect(stage.store.stat(key)).resolves.toBeUndefined();
  });
});
