import { AppError, systemClock } from '@capstan/kernel';
import type { TaskRun } from '@capstan/tasks';
import sharp from 'sharp';
import type { SnapshotTaker } from '../snapshots/snapshot-taker.service';
import { SnapshotExecutor } from './snapshot.executor';

const CAMERA_ID = '01990000-0000-7000-8000-000000000001';
const camera = { camera_id: CAMERA_ID, name: 'Gate' };

/** A task as the engine hands it over, with everything that was written down. */
function taskRun() {
  const [lost, cancel, stop] = [new AbortController(), new AbortController(), new AbortController()];
  const told: string[] = [];
  let go = (_t0: number): void => undefined;
  const run = {
    task: { spec: { kind: 'snapshot', camera_id: CAMERA_ID }, t0: null, deadlines: { ready_by: new Date(systemClock.now() + 60_000).toISOString() } },
    control: { lost: lost.signal, cancel: cancel.signal, stop: stop.signal, go: new Promise<number>((resolve) => (go = resolve)) },
    journal: { captureBegan: false, advance: (state: string) => Promise.resolve(void told.push(state)), collected: () => Promise.resolve(void told.push('collected')) },
    artifacts: { putBytes: () => Promise.resolve({ key: 'k', size: 1, sha256: '0' }), describe: () => ({}), discard: () => Promise.resolve(void told.push('discarded')) },
  } as unknown as TaskRun;
  return { run, told, cancel, stop, lost, go: (t0: number) => go(t0) };
}

/** A camera whose picture comes when `picture` says so. */
function executorWith(picture: (signal: AbortSignal | undefined) => Promise<Buffer>): SnapshotExecutor {
  const taker = {
    ready: () => Promise.resolve(camera),
    take: async (_camera: unknown, _wish: unknown, _maxAge: number, _timeout: number, signal?: AbortSignal) => {
      const jpeg = await picture(signal);
      return { bytes: jpeg, width: 16, height: 9, frame: { jpeg, frameAt: systemClock.now(), source: 'gop' }, frameAgeMs: 0 };
    },
  } as unknown as SnapshotTaker;
  return new SnapshotExecutor(taker, systemClock);
}

const never = (signal: AbortSignal | undefined): Promise<Buffer> =>
  new Promise((_, reject) => {
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) {
      onAbort();
    }
  });

describe(SnapshotExecutor.name, () => {
  let jpeg: Buffer;

  beforeAll(async () => {
    jpeg = await sharp({ create: { width: 16, height: 9, channels: 3, background: '#456' } })
      .jpeg()
      .toBuffer();
  });

  it('is ready when the camera shows a picture, and stores the one of T0', async () => {
    const { run, told, go } = taskRun();
    const outcome = executorWith(() => Promise.resolve(jpeg)).execute(run);
    go(systemClock.now());
    expect(await outcome).toMatchObject({ outcome: 'completed', captureBegan: true, metrics: { files: 1, width: 16 } });
    expect(told).toEqual(['configuring', 'ready', 'starting', 'capturing', 'collecting', 'collected']);
  });

  it('ends cancelled at once while a camera keeps it waiting, and keeps nothing', async () => {
    const { run, told, cancel } = taskRun();
    const outcome = executorWith(never).execute(run);
    cancel.abort(new AppError('CANCELLED', 'cancelled'));
    expect(await outcome).toMatchObject({ outcome: 'cancelled', captureBegan: false });
    expect(told).toEqual(['configuring', 'discarded']);
  });

  it('ends cancelled between ready and T0', async () => {
    const { run, told, cancel } = taskRun();
    const outcome = executorWith(() => Promise.resolve(jpeg)).execute(run);
    await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(new AppError('CANCELLED', 'cancelled'));
    expect(await outcome).toMatchObject({ outcome: 'cancelled' });
    expect(told).not.toContain('collected');
  });

  it('fails with the reason of the camera, and says nothing when the task was lost', async () => {
    const failing = taskRun();
    expect(await executorWith(() => Promise.reject(new AppError('CAMERA_TIMEOUT', 'no picture'))).execute(failing.run)).toMatchObject({ outcome: 'failed', error: { code: 'CAMERA_TIMEOUT' } });
    const { run, lost } = taskRun();
    const outcome = executorWith(never).execute(run);
    lost.abort(new AppError('LEASE_LOST', 'lost'));
    await expect(outcome).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('tells of a camera that is not there before the session begins', async () => {
    const taker = { ready: () => Promise.reject(new AppError('CAMERA_NOT_FOUND', 'No such camera')) } as unknown as SnapshotTaker;
    const sut = new SnapshotExecutor(taker, systemClock);
    expect(await sut.check({ kind: 'snapshot', camera_id: CAMERA_ID })).toMatchObject([{ path: 'camera_id', code: 'CAMERA_NOT_FOUND' }]);
    expect(await sut.check({ kind: 'snapshot', camera_id: 'nonsense' })).toMatchObject([{ path: 'camera_id' }]);
  });
});
