import { Readable } from 'node:stream';
import type { ArtifactView, LiveTargetState } from '@capstan/contracts';
import { AppError, Deferred } from '@capstan/kernel';
import type { ObjectStore, PutOptions, StoredObject } from '@capstan/object-store';
import { ManualClock } from '@capstan/testing';
import { type StateFields, TaskArtifacts, TaskControl, type TaskOutcome } from '@capstan/tasks';
import type { AttachState, CaptureDialogue, CaptureEnd, CaptureSample, FileExpectation, StopReport } from './capture-driver';
import type { CaptureJournal, RemoteRecord } from './capture-journal';
import { CaptureRunner } from './capture-runner';
import { StartBarrier } from './start-barrier';
import { Transcript } from './transcript';

const unmarked = { t0: null, stop_requested_at: null, cancel_requested_at: null, paused_at: null, paused_ms: 0 };
const PLAN = { driver: 'fake', folder: '/x' };
const START = Date.UTC(2026, 0, 1);

/** A classic pcap file of so many empty packets. */
function pcap(packets: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  return Buffer.concat([header, ...Array.from({ length: packets }, () => Buffer.alloc(16))]);
}

/** A device as the runner sees it; what it does is set from outside. */
class FakeDevice {
  readonly calls: string[] = [];
  attachState: AttachState = 'running';
  packets = 5;
  stored = 5;
  failures = new Map<string, unknown[]>();
  incomplete: FileExpectation['incomplete'];
  pollEnd = new Deferred<CaptureEnd>();
  sample: CaptureSample = { packets: 3, bytes: 100 };

  /** The next call of this step fails. */
  fail(step: string, error: unknown): void {
    this.failures.set(step, [...(this.failures.get(step) ?? []), error]);
  }

  dialogue(): CaptureDialogue {
    const step = async (name: string): Promise<void> => {
      this.calls.push(name);
      const error = this.failures.get(name)?.shift();
      if (error !== undefined) {
        throw error;
      }
    };
    const retrieve = async function* (file: () => Buffer) {
      await step('retrieve');
      yield { remoteName: 'x', suffix: '', body: Readable.from([file()]) };
    };
    return {
      connect: () => step('connect'),
      authenticate: () => step('authenticate'),
      preflight: () => step('preflight').then(() => ({ warnings: ['a warning'], clock: { offsetMs: 4, uncertaintyMs: 1 } })),
      plan: () => PLAN,
      configure: () => step('configure'),
      arm: () => step('arm'),
      broken: () => new Promise(() => undefined),
      start: () => (this.calls.push('start'), START + 300),
      verifyRunning: () => step('verifyRunning').then(() => START + 310),
      poll: (onSample, signal) =>
        step('poll').then(() => {
          onSample(this.sample);
          return new Promise<CaptureEnd>((resolve, reject) => {
            void this.pollEnd.promise.then(resolve, reject);
            const onAbort = (): void => reject(signal.reason as Error);
            signal.addEventListener('abort', onAbort);
            if (signal.aborted) {
              onAbort();
            }
          });
        }),
      stop: () => step('stop'),
      verifyStopped: () => step('verifyStopped').then((): StopReport => ({ packets: this.packets, received: null, dropped: 0, forced: false, warnings: [] })),
      retrieve: () => retrieve(() => pcap(this.stored)),
      expectation: (): FileExpectation => ({ packets: this.packets, mayHaveWrapped: false, diskWasFull: false, ...(this.incomplete === undefined ? {} : { incomplete: this.incomplete }) }),
      clockOffset: () => step('clockOffset').then(() => undefined),
      cleanup: () => step('cleanup'),
      attach: () => step('attach').then(() => this.attachState),
      disconnect: async () => undefined,
    };
  }
}

class FakeJournal implements CaptureJournal {
  readonly states: string[] = [];
  readonly fields: StateFields[] = [];
  readonly artifacts: ArtifactView[] = [];
  remote: RemoteRecord | undefined;
  private readonly waiting = new Map<string, Deferred<void>>();

  async advance(state: LiveTargetState, fields: StateFields = {}): Promise<void> {
    this.states.push(state);
    this.fields.push(fields);
    this.reached(state).resolve();
  }
  async saveRemote(record: RemoteRecord): Promise<void> {
    this.remote = record;
  }
  async collected(artifacts: readonly ArtifactView[], record: RemoteRecord | undefined): Promise<void> {
    this.artifacts.push(...artifacts);
    this.remote = record ?? this.remote;
  }
  audit(): void {
    // Nothing is audited here.
  }
  progress(): void {
    // Nobody watches.
  }
  reached(state: string): Deferred<void> {
    const known = this.waiting.get(state) ?? new Deferred<void>();
    this.waiting.set(state, known);
    return known;
  }
}

class FakeStore {
  readonly objects = new Map<string, Buffer>();
  readonly failures: AppError[] = [];

  async put(key: string, body: Readable, options: PutOptions): Promise<StoredObject> {
    const bytes = Buffer.concat((await body.toArray()) as Buffer[]);
    const failure = this.failures.shift();
    if (failure !== undefined) {
      throw failure;
    }
    this.objects.set(key, bytes);
    return { key, size: bytes.length, sha256: '0'.repeat(64), mediaType: options.mediaType, etag: 'e' };
  }
  async removePrefix(prefix: string): Promise<number> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    keys.forEach((key) => this.objects.delete(key));
    return keys.length;
  }
}

describe(CaptureRunner.name, () => {
  let clock: ManualClock;
  let device: FakeDevice;
  let journal: FakeJournal;
  let store: FakeStore;
  let control: TaskControl;
  let sut: CaptureRunner;

  beforeEach(() => {
    clock = new ManualClock(START);
    device = new FakeDevice();
    journal = new FakeJournal();
    store = new FakeStore();
    control = new TaskControl();
  });

  function run(wish: { durationSec?: number | null; resume?: RemoteRecord; t0?: number; closeSec?: number; readySec?: number; reserve?: () => Promise<void>; handsBack?: (error: unknown) => boolean; collectOnly?: boolean } = {}): Promise<TaskOutcome> {
    const place = { taskId: 't', sessionId: 's', targetId: 'g', keyPrefix: 'sessions/s/', fence: 1 };
    sut = new CaptureRunner(
      {
        host: 'h1',
        interface: 'eth0',
        durationSec: wish.durationSec === undefined ? 10 : wish.durationSec,
        readyBy: START + (wish.readySec ?? 60) * 1_000,
        closeBy: START + (wish.closeSec ?? 3_600) * 1_000,
        ...(wish.resume === undefined ? {} : { resume: wish.resume }),
        ...(wish.t0 === undefined ? {} : { t0: wish.t0 }),
        ...(wish.collectOnly === undefined ? {} : { collectOnly: wish.collectOnly }),
      },
      {
        clock,
        openDialogue: () => device.dialogue(),
        artifacts: new TaskArtifacts(store as unknown as ObjectStore, clock, place),
        journal,
        control,
        barrier: new StartBarrier(clock),
        transcript: new Transcript(clock, []),
        ...(wish.reserve === undefined ? {} : { reserve: wish.reserve }),
        ...(wish.handsBack === undefined ? {} : { handsBack: wish.handsBack }),
      },
    );
    return sut.run();
  }

  /** Lets time pass until the capture is over. */
  async function over(outcome: Promise<TaskOutcome>): Promise<TaskOutcome> {
    let settled = false;
    const done = (): void => void (settled = true);
    outcome.then(done, done);
    for (let round = 0; round < 5_000 && !settled; round += 1) {
      await clock.advance(250);
    }
    return outcome;
  }

  async function begun(wish: Parameters<typeof run>[0] = {}): Promise<{ outcome: Promise<TaskOutcome> }> {
    const outcome = run(wish);
    outcome.catch(() => undefined);
    control.startAt(START + 300);
    await clock.advance(400);
    await journal.reached('capturing').promise;
    return { outcome };
  }

  it('goes through every state, and tells when the start line left and when the device confirmed', async () => {
    const { outcome } = await begun();
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed', captureBegan: true, metrics: { packets_captured: 5, files: 1, clock_offset_ms: 4 }, message: expect.stringContaining('a warning') });
    expect(journal.states).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    expect(journal.fields[3]).toMatchObject({ startSentAt: START + 300, startedAt: START + 310 });
    expect(device.calls.indexOf('start')).toBeGreaterThan(device.calls.indexOf('arm'));
    expect(device.calls.at(-1)).toBe('cleanup');
    expect([...store.objects.keys()]).toEqual(['sessions/s/h1_eth0.pcap', 'sessions/s/h1_transcript.txt']);
  });

  it('does not touch a device that somebody else uses', async () => {
    const busy = new AppError('DEVICE_BUSY', 'used by session x', { retryable: true });
    await expect(over(run({ reserve: () => Promise.reject(busy) }))).resolves.toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_BUSY' }, captureBegan: false });
    expect(device.calls).toEqual([]);
  });

  it('stores the cleanup plan before the device is changed', async () => {
    device.fail('configure', new AppError('PRIV_INSUFFICIENT', 'no'));
    await expect(over(run())).resolves.toMatchObject({ outcome: 'failed', error: { code: 'PRIV_INSUFFICIENT' } });
    expect(journal.remote).toMatchObject({ plan: PLAN });
    expect(device.calls.slice(-2)).toEqual(['configure', 'cleanup']);
  });

  it('captures for its duration, counted from the confirmation', async () => {
    const { outcome } = await begun({ durationSec: 10 });
    await clock.advance(9_800);
    expect(device.calls).not.toContain('verifyStopped');
    await clock.advance(200);
    await over(outcome);
    expect(device.calls).toContain('verifyStopped');
  });

  it('keeps what there is when it is told to stop', async () => {
    const { outcome } = await begun({ durationSec: null });
    control.apply({ ...unmarked, stop_requested_at: new Date() });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed' });
  });

  it('is a cancellation to be told to stop before the start', async () => {
    const outcome = run();
    await clock.advance(1);
    await journal.reached('ready').promise;
    control.apply({ ...unmarked, stop_requested_at: new Date() });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'cancelled', captureBegan: false });
    expect(device.calls).not.toContain('start');
    expect(device.calls.at(-1)).toBe('cleanup');
  });

  it.each(['verifyRunning', 'poll', 'verifyStopped', 'retrieve'])('cleans up and keeps nothing when it is cancelled during %s', async (step) => {
    const cancel = (signal: AbortSignal): Promise<never> => {
      control.apply({ ...unmarked, cancel_requested_at: new Date() });
      return Promise.reject(signal.reason as Error);
    };
    const original = device.dialogue.bind(device);
    device.dialogue = () => ({
      ...original(),
      ...(step === 'retrieve'
        ? { retrieve: (signal: AbortSignal) => ({ [Symbol.asyncIterator]: () => ({ next: () => cancel(signal) }) }) }
        : step === 'poll'
          ? { poll: (_: unknown, signal: AbortSignal) => cancel(signal) }
          : { [step]: cancel }),
    });
    control.startAt(START + 300);
    await expect(over(run({ durationSec: 1 }))).resolves.toMatchObject({ outcome: 'cancelled' });
    expect(device.calls.at(-1)).toBe('cleanup');
    expect(store.objects.size).toBe(0);
    expect(journal.artifacts).toEqual([]);
  });

  it('finds a lost device again and goes on where it captures', async () => {
    const { outcome } = await begun({ durationSec: 60 });
    device.pollEnd.reject(new AppError('DEVICE_LOST', 'gone', { retryable: true }));
    device.pollEnd = new Deferred();
    device.fail('connect', new AppError('CONN_REFUSED', 'not yet', { retryable: true }));
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed' });
    expect(device.calls.filter((call) => call === 'connect')).toHaveLength(3);
    expect(device.calls.filter((call) => call === 'start')).toHaveLength(1);
    expect(device.calls.filter((call) => call === 'poll')).toHaveLength(2);
  });

  it('asks for the counters again when the connection broke while collecting', async () => {
    device.fail('retrieve', new AppError('DEVICE_LOST', 'gone', { retryable: true }));
    device.attachState = 'ended';
    const { outcome } = await begun({ durationSec: 1 });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed' });
    expect(device.calls.filter((call) => call === 'verifyStopped')).toHaveLength(2);
  });

  it('sends no password again to a device that refused it, not even to clean up', async () => {
    const { outcome } = await begun({ durationSec: 60 });
    device.pollEnd.reject(new AppError('DEVICE_LOST', 'gone', { retryable: true }));
    device.fail('authenticate', new AppError('AUTH_FAILED', 'no'));
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'AUTH_FAILED' }, message: expect.stringContaining('CLEANUP_FAILED') });
    expect(device.calls.filter((call) => call === 'authenticate')).toHaveLength(2);
  });

  it('waits for an object store that is away, while the device keeps the files', async () => {
    store.failures.push(new AppError('OBJECT_STORE_UNAVAILABLE', 'away', { retryable: true }));
    const { outcome } = await begun({ durationSec: 1 });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed' });
    expect(device.calls.filter((call) => call === 'retrieve')).toHaveLength(2);
    expect(device.calls.filter((call) => call === 'cleanup')).toHaveLength(1);
  });

  describe('when the files cannot be had', () => {
    const away = new AppError('OBJECT_STORE_UNAVAILABLE', 'away', { retryable: true });
    const waiting: RemoteRecord = { plan: PLAN, startSentAt: START - 60_000, startedAt: START - 60_000, stoppedAt: START - 30_000 };

    it.each([
      ['the object store stays away', 'put', away],
      ['the device cannot export them', 'retrieve', new AppError('EXPORT_FAILED', 'no route to the sink')],
      ['the device has no room for what it would send', 'retrieve', new AppError('DISK_LOW', 'flash: is full')],
    ])('leaves them on the device when %s', async (_why, step, error) => {
      if (step === 'put') {
        store.failures.push(...Array.from({ length: 500 }, () => away));
      } else {
        device.fail(step, error);
      }
      const { outcome } = await begun({ durationSec: 1 });
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'failed', error: { code: error.code, details: { collectable: true } } });
      expect(device.calls).toContain('verifyStopped');
      expect(device.calls).not.toContain('cleanup');
      expect(sut.left).toMatchObject({ kind: 'files', remote: { plan: PLAN, stoppedAt: expect.any(Number) } });
    });

    it('leaves on the device what it has besides the files that came', async () => {
      device.incomplete = { code: 'EXPORT_FAILED', message: 'the peer 10.0.0.2 gave nothing' };
      const { outcome } = await begun({ durationSec: 1 });
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', details: { collectable: true } } });
      expect(journal.artifacts.map(({ kind }) => kind)).toContain('pcap');
      expect(device.calls).not.toContain('cleanup');
      expect(sut.left).toMatchObject({ kind: 'files', remote: { plan: PLAN, collected: undefined } });
    });

    it('does not wait for more of a capture that broke off', async () => {
      device.incomplete = { code: 'FILE_TRUNCATED', message: 'cut short' };
      const { outcome } = await begun({ durationSec: 1 });
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'FILE_TRUNCATED' } });
      expect(sut.left).toBeUndefined();
    });

    it('remembers whether the device had confirmed the stop: what runs there later is not ours', async () => {
      device.fail('verifyStopped', new AppError('STOP_TIMEOUT', 'silence'));
      device.fail('retrieve', new AppError('EXPORT_FAILED', 'no route to the sink'));
      const { outcome } = await begun({ durationSec: 1 });
      await over(outcome);
      expect(sut.left?.remote.stopUnconfirmed).toBe(true);
    });

    it('leaves everything on the device to the next holder when the task is handed back, and keeps nothing of the failure', async () => {
      const away = new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true });
      device.fail('retrieve', away);
      const { outcome } = await begun({ durationSec: 1, handsBack: (error) => error === away });
      await expect(over(outcome)).rejects.toBe(away);
      expect(device.calls.at(-1)).toBe('retrieve');
      expect([journal.remote?.collected, sut.left]).toEqual([undefined, undefined]);
    });

    it('comes for them without capturing, and cleans the device behind them', async () => {
      device.attachState = 'ended';
      await expect(over(run({ resume: waiting, collectOnly: true }))).resolves.toMatchObject({ outcome: 'completed', message: expect.stringContaining('collected afterwards') });
      expect(journal.states).toEqual(['configuring', 'stopping', 'collecting']);
      expect(device.calls.at(-1)).toBe('cleanup');
      expect(sut.left).toBeUndefined();
    });

    it('leaves them there when coming for them fails or is cancelled', async () => {
      device.attachState = 'ended';
      device.fail('connect', new AppError('CONN_REFUSED', 'down', { retryable: true }));
      await expect(over(run({ resume: waiting, collectOnly: true }))).resolves.toMatchObject({ outcome: 'failed', error: { details: { collectable: true } } });
      expect(sut.left?.kind).toBe('files');
      control.apply({ ...unmarked, cancel_requested_at: new Date() });
      await expect(over(run({ resume: waiting, collectOnly: true }))).resolves.toMatchObject({ outcome: 'cancelled' });
      expect(sut.left?.kind).toBe('files');
      expect(device.calls).not.toContain('cleanup');
    });

    it('says so when the device has them no longer', async () => {
      device.attachState = 'absent';
      await expect(over(run({ resume: waiting, collectOnly: true }))).resolves.toMatchObject({ outcome: 'failed', error: { code: 'FILE_MISSING' } });
      expect(sut.left).toBeUndefined();
    });

    it('remembers what could not be removed', async () => {
      device.failures.set('cleanup', Array.from({ length: 5 }, () => new AppError('CLEANUP_FAILED', 'busy', { retryable: true })));
      const { outcome } = await begun({ durationSec: 1 });
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed', message: expect.stringContaining('CLEANUP_FAILED') });
      expect(sut.left).toMatchObject({ kind: 'debris', remote: { plan: PLAN } });
    });
  });

  it('keeps a file that lost packets, and fails with the numbers', async () => {
    device.packets = 9;
    const { outcome } = await begun({ durationSec: 1 });
    await expect(over(outcome)).resolves.toMatchObject({
      outcome: 'failed', captureBegan: true, metrics: { packets_captured: 5 }, error: { code: 'FILE_TRUNCATED', details: { packets_in_files: 5, packets_counted_by_device: 9 } },
    });
    expect(journal.artifacts[0]).toMatchObject({ kind: 'pcap', meta: { verified: false, truncated: true } });
  });

  it.each([
    [{ reason: 'limit', code: 'LIMIT_REACHED', message: 'time limit' }, { outcome: 'completed' }],
    [{ reason: 'died', code: 'DEVICE_LOST', message: 'killed' }, { outcome: 'failed', error: { code: 'DEVICE_LOST' } }],
  ] as const)('ends with the capture when that ends by itself: %j', async (end, expected) => {
    const { outcome } = await begun({ durationSec: 60 });
    device.pollEnd.resolve(end);
    await expect(over(outcome)).resolves.toMatchObject(expected);
    expect(journal.artifacts.map(({ kind }) => kind)).toEqual(['pcap', 'transcript']);
  });

  it('still collects when the device does not confirm the stop', async () => {
    device.fail('verifyStopped', new AppError('STOP_TIMEOUT', 'late'));
    const { outcome } = await begun({ durationSec: 1 });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'STOP_TIMEOUT' } });
    expect(journal.artifacts[0]).toMatchObject({ kind: 'pcap' });
  });

  it('says that something may be left when cleaning up fails', async () => {
    for (let time = 0; time < 3; time += 1) {
      device.fail('cleanup', new AppError('CLEANUP_FAILED', 'a process', { retryable: true }));
    }
    const { outcome } = await begun({ durationSec: 1 });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed', message: expect.stringContaining('CLEANUP_FAILED: something may be left on the device (a process)') });
  });

  it('does not touch the device when the task is lost', async () => {
    const { outcome } = await begun({ durationSec: null });
    const calls = device.calls.length;
    control.lose(new AppError('LEASE_LOST', 'another holder'));
    await expect(over(outcome)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(device.calls.slice(calls)).toEqual([]);
    expect(store.objects.size).toBe(0);
  });

  it('is given up when it is not ready in time', async () => {
    const original = device.dialogue.bind(device);
    device.dialogue = () => ({ ...original(), arm: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) });
    await expect(over(run({ readySec: 5 }))).resolves.toMatchObject({ outcome: 'failed', error: { code: 'ARM_TIMEOUT' }, captureBegan: false });
    expect(device.calls.at(-1)).toBe('cleanup');
  });

  it('ends early enough to be collected before its last deadline', async () => {
    const { outcome } = await begun({ durationSec: null, closeSec: 120 });
    await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed', message: expect.stringContaining('ended by its deadline') });
  });

  describe('taking over', () => {
    const left: RemoteRecord = { plan: PLAN, startSentAt: START - 5_000, startedAt: START - 4_990 };

    it('goes on with what runs, for the rest of its time', async () => {
      const outcome = run({ resume: left, durationSec: 10 });
      await clock.advance(1_000);
      expect(journal.states).toEqual(['capturing']);
      expect(journal.fields[0]).toMatchObject({ startedAt: START - 4_990 });
      await clock.advance(4_100);
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed', message: expect.stringContaining('taken over') });
      expect(device.calls).not.toContain('start');
    });

    it('collects what has ended', async () => {
      device.attachState = 'ended';
      await expect(over(run({ resume: left }))).resolves.toMatchObject({ outcome: 'completed' });
      expect(device.calls).not.toContain('poll');
    });

    it('begins anew when nothing had started and T0 is still to come', async () => {
      device.attachState = 'absent';
      const outcome = run({ resume: { plan: PLAN }, t0: START + 300, durationSec: 1 });
      control.startAt(START + 300);
      await expect(over(outcome)).resolves.toMatchObject({ outcome: 'completed' });
      expect(device.calls).toContain('start');
    });

    it('fails when T0 has passed without a start', async () => {
      device.attachState = 'absent';
      await expect(over(run({ resume: { plan: PLAN }, t0: START - 60_000 }))).resolves.toMatchObject({ outcome: 'failed', captureBegan: false, error: { code: 'START_FAILED', details: { reason: 'worker_lost' } } });
      expect(device.calls.at(-1)).toBe('cleanup');
    });

    it('says so when a begun capture has vanished', async () => {
      device.attachState = 'absent';
      await expect(over(run({ resume: left }))).resolves.toMatchObject({ outcome: 'failed', captureBegan: true, error: { code: 'FILE_MISSING' } });
    });

    it('only cleans up when everything was collected', async () => {
      const collected: TaskOutcome = { outcome: 'completed', metrics: { packets_captured: 1 }, captureBegan: true };
      await expect(over(run({ resume: { ...left, collected } }))).resolves.toEqual(collected);
      expect(device.calls).toEqual(['connect', 'authenticate', 'cleanup']);
    });
  });
});
