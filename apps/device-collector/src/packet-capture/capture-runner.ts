import type { ArtifactView } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import type { Metrics, TaskArtifacts, TaskOutcome } from '@capstan/tasks';
import { abortable } from '../abortable';
import { conclude, failed, fileMeta } from './capture-conclusion';
import type { AttachState, CaptureDialogue, CaptureEnd, CaptureSample } from './capture-driver';
import type { CaptureControl, CaptureJournal, RemoteRecord } from './capture-journal';
import { CaptureLink } from './capture-link';
import { clockMetrics, sampleMetrics, stopMetrics } from './capture-run-state';
import { type AroundStep, CaptureSteps, isDeviceLost, isStoreAway } from './capture-steps';
import type { ClockOffset } from './clock-offset';
import { transcriptFileName } from './file-name';
import { isLater, judgeFiles } from './file-verdict';
import type { StartBarrier } from './start-barrier';
import { filterFiles, type KeptCapture, storeFiles } from './stored-files';
import type { PostFilter } from './post-filter.client';
import type { Transcript } from './transcript';

/** What a runner needs to know of its task. Times in Unix milliseconds. */
export interface CaptureAssignment {
  readonly host: string;
  readonly interface: string;
  readonly durationSec: number | null;
  /** By when the target must be ready. */
  readonly readyBy: number;
  /** By when everything must be over. */
  readonly closeBy: number;
  /** What an earlier holder left; undefined for a fresh task. */
  readonly resume?: RemoteRecord;
  /** T0, when it is known already. */
  readonly t0?: number;
  /** Whether `resume` is another task's, whose files wait on the device: they are collected, and nothing is captured. */
  readonly collectOnly?: boolean;
  /** Milliseconds to wait for an object store that is away before the files are left on the device; default 15 minutes. */
  readonly storePatienceMs?: number;
}

/** What is on the device when a run is over. */
export interface Leftover {
  /** `files` wait to be collected; `debris` could not be removed. */
  readonly kind: 'files' | 'debris';
  readonly remote: RemoteRecord;
}

/** What a runner works with. */
export interface CaptureRunnerPorts {
  readonly clock: Clock;
  readonly openDialogue: () => CaptureDialogue;
  readonly artifacts: TaskArtifacts;
  readonly journal: CaptureJournal;
  readonly control: CaptureControl;
  readonly barrier: StartBarrier;
  readonly transcript: Transcript;
  /** Makes the filtered copies of what the device could only capture wider; undefined when it applied the whole filter. */
  readonly postFilter?: PostFilter;
  /** What is noticed about the connection, beside what the dialogue says. */
  readonly findings?: { readonly metrics: Metrics; readonly remarks: readonly string[] };
  /** Measures the steps; left out where nobody does. */
  readonly aroundStep?: AroundStep;
  /** Whether an error ends this run and not the capture: the next holder goes on with it. Left out where there is none. */
  readonly handsBack?: (error: unknown) => boolean;
  /** Waits until a device that takes one capture at a time is free, and keeps it; left out where captures may run side by side. */
  readonly reserve?: (until: AbortSignal) => Promise<void>;
}

/** A start that is further behind T0 than this is no start together any more. */
const LATE_START_MS = 5_000;
const CANCELLED = 'CANCELLED';
/** A device that is found again each time and lost again each time has something that waiting does not heal. */
const MAX_LOSSES = 100;
/** Kept free before the last deadline for stopping and collecting. */
const COLLECT_RESERVE_MS = 60_000;
/** Between two tries to store files. */
const STORE_PAUSE_MS = 5_000;
const STORE_PATIENCE_MS = 900_000;
/** Failures of a collection behind which the files are still on the device, as far as anybody knows. */
const FILES_WAIT = /^(?:EXPORT_|DISK_LOW|OBJECT_STORE_|CONN|HOST_UNREACHABLE|DEVICE_LOST|RETRIEVE_STALLED|DEADLINE_EXCEEDED)/;
/** Failure of a collection that brought some files and left others. */
const SOME_WAIT = /^EXPORT_/;

/**
 * One capture on one target, from the first byte to the last fact. Knows the order of the steps and what each failure
 * means; what a step does on a platform is the driver's affair.
 *
 * A lost connection is no failure while the device captures on by itself: it is found again, and the capture goes on.
 */
export class CaptureRunner {
  private readonly steps: CaptureSteps;
  private readonly link: CaptureLink;
  private remote: RemoteRecord | undefined;
  private metrics: Metrics = {};
  private readonly remarks: string[] = [];
  private end: CaptureEnd | undefined;
  private clockBefore: ClockOffset | undefined;
  private storeAwaySince: number | undefined;
  private leftBehind: Leftover | undefined;

  constructor(
    private readonly assignment: CaptureAssignment,
    private readonly ports: CaptureRunnerPorts,
  ) {
    const { clock, openDialogue, transcript, control } = ports;
    this.remote = assignment.resume;
    this.steps = new CaptureSteps(assignment.host, clock, control.lost, assignment.closeBy, ports.aroundStep);
    this.link = new CaptureLink(openDialogue, this.steps, clock, transcript);
  }

  /** What is left on the device; after {@link run}. */
  get left(): Leftover | undefined {
    return this.leftBehind;
  }

  /**
   * Runs to the end and says how it went; the caller states that as the task's last fact.
   * @throws the reason of `control.lost`, what the journal throws, and what is handed back: then nothing may be stated
   */
  async run(): Promise<TaskOutcome> {
    const { lost } = this.ports.control;
    try {
      const result = await this.outcome();
      const waits = this.filesWait(result);
      const outcome = waits ? collectable(result) : result;
      const leftover = this.remote === undefined || waits ? undefined : await this.link.cleanUp(this.remote.plan, lost);
      if (this.remote !== undefined && (waits || leftover !== undefined)) {
        this.leftBehind = { kind: waits ? 'files' : 'debris', remote: waits ? { ...this.remote, collected: undefined } : this.remote };
      }
      await this.link.disconnect(lost);
      if (outcome.outcome === 'cancelled') {
        // What cannot be removed now goes with the session's other objects when that is swept.
        await this.ports.artifacts.discard().catch(() => undefined);
      } else {
        await this.keepTranscript(outcome);
      }
      return leftover === undefined ? outcome : { ...outcome, message: [outcome.message, leftover].filter((part) => part !== undefined).join('; ') };
    } finally {
      await this.link.disconnect(AbortSignal.abort(new AppError('DEVICE_LOST', 'The capture is over')));
      this.steps.dispose();
    }
  }

  private async outcome(): Promise<TaskOutcome> {
    if (this.remote?.collected !== undefined) {
      return this.remote.collected;
    }
    try {
      return await this.capture();
    } catch (error) {
      this.ports.control.lost.throwIfAborted();
      // The device goes on capturing, and the next holder finds it.
      if (this.ports.handsBack?.(error) === true) {
        throw error;
      }
      return this.failure(error);
    }
  }

  private async capture(): Promise<TaskOutcome> {
    let state = this.remote === undefined ? 'absent' : await this.takeOver();
    if (state === 'absent') {
      state = await this.prepareAndStart();
    }
    for (let losses = 0; ; losses += 1) {
      try {
        if (state === 'running' && this.end === undefined) {
          await this.untilItEnds();
        }
        await this.stop();
        return await this.collect();
      } catch (error) {
        this.throwIfOver();
        if (isStoreAway(error)) {
          this.throwIfStoreStaysAway(error);
          // The device keeps the files until they are stored.
          this.ports.journal.progress(this.metrics, 'the object store is away; the files wait on the device');
          await this.ports.clock.sleep(Math.min(STORE_PAUSE_MS, this.assignment.storePatienceMs ?? STORE_PAUSE_MS), this.untilCancelled());
          state = 'ended';
          continue;
        }
        if (!isDeviceLost(error) || losses >= MAX_LOSSES) {
          throw error;
        }
        this.ports.journal.progress(this.metrics, 'the connection to the device is lost; looking for it');
        state = this.stillThere(await this.link.findAgain(this.known().plan, this.known().startedAt !== undefined, this.untilCancelled()));
      }
    }
  }

  private async prepareAndStart(): Promise<AttachState> {
    const { journal, control, barrier, transcript } = this.ports;
    const { host, readyBy } = this.assignment;
    const { dialogue } = this.link;
    const late = new AppError('ARM_TIMEOUT', `${host} was not ready in time`, { retryable: true });
    const until = this.steps.before(readyBy, late, [this.cancelledOrStopped()]);
    await journal.advance('configuring');
    await this.ports.reserve?.(until);
    await this.link.connect(until);
    const report = await this.steps.run('preflight', (signal) => dialogue.preflight(signal), until);
    this.clockBefore = report.clock;
    this.metrics = { ...this.ports.findings?.metrics, ...clockMetrics(report.clock) };
    const warnings = [...(this.ports.findings?.remarks ?? []), ...report.warnings];
    this.remarks.push(...warnings);
    this.remote = { plan: dialogue.plan(), ...(report.addresses === undefined ? {} : { addresses: report.addresses }) };
    await journal.saveRemote(this.remote);
    await this.steps.run('configure', (signal) => dialogue.configure(signal), until);
    await this.steps.run('armed', (signal) => dialogue.arm(signal), until);
    await journal.advance('ready', { metrics: this.metrics, ...(warnings.length > 0 ? { message: warnings.join('; ') } : {}) });

    const held = this.steps.during([this.cancelledOrStopped()]);
    const broken = dialogue.broken().then((error) => Promise.reject(error));
    broken.catch(() => undefined);
    const t0 = await abortable(Promise.race([control.go, broken]), held);
    // Nothing is written between the order and the start line: all that could only make this target late.
    const startSentAt = await barrier.startAt(t0, () => dialogue.start(), held);
    transcript.sent('start', `go, ${startSentAt - t0} ms behind T0`);
    await journal.advance('starting', { startSentAt });
    return this.awaitEvidence(dialogue, startSentAt);
  }

  private async awaitEvidence(dialogue: CaptureDialogue, startSentAt: number): Promise<AttachState> {
    const { journal, clock } = this.ports;
    let state: AttachState = 'running';
    let startedAt: number;
    try {
      startedAt = await this.steps.run('verify_running', (signal) => dialogue.verifyRunning(signal), this.untilCancelled());
    } catch (error) {
      this.throwIfOver();
      if (!isDeviceLost(error)) {
        throw error;
      }
      state = await this.link.findAgain(this.known().plan, this.known().startedAt !== undefined, this.untilCancelled());
      if (state === 'absent' || state === 'armed') {
        throw new AppError('START_FAILED', `${this.assignment.host} was lost in the moment of the start`, { retryable: true, cause: error });
      }
      startedAt = clock.now();
    }
    this.remote = { ...this.known(), startSentAt, startedAt };
    await journal.saveRemote(this.remote);
    await journal.advance('capturing', { startSentAt, startedAt, metrics: this.metrics });
    return state;
  }

  /** @returns `absent` when everything has to be done anew, with a new dialogue */
  private async takeOver(): Promise<AttachState> {
    const { journal, clock, transcript } = this.ports;
    const remote = this.known();
    if (this.assignment.collectOnly === true) {
      return this.takeWaiting(remote);
    }
    transcript.note('connect', 'taken over from another holder; its part of the transcript is lost');
    await this.link.connect(this.untilCancelled());
    const state = await this.link.attach(remote.plan, remote.startedAt !== undefined, this.untilCancelled());
    if (state === 'running' || state === 'ended') {
      this.metrics = { ...this.metrics, ...this.ports.findings?.metrics };
      this.remarks.push('taken over after the loss of a worker', ...(this.ports.findings?.remarks ?? []));
      const startedAt = remote.startedAt ?? clock.now();
      this.remote = { ...remote, startSentAt: remote.startSentAt ?? startedAt, startedAt };
      await journal.saveRemote(this.remote);
      await journal.advance('capturing', { startSentAt: this.remote.startSentAt, startedAt });
      return state;
    }
    if (remote.startedAt !== undefined) {
      return this.stillThere(state);
    }
    const { t0 } = this.assignment;
    if (t0 !== undefined && t0 + LATE_START_MS < clock.now()) {
      throw new AppError('START_FAILED', 'The worker was lost before the capture started', { retryable: true, details: { reason: 'worker_lost' } });
    }
    await this.link.cleanUp(remote.plan, this.ports.control.lost);
    this.remote = undefined;
    await this.link.renew();
    return 'absent';
  }

  /** Comes for the files of another task. */
  private async takeWaiting(remote: RemoteRecord): Promise<AttachState> {
    const { journal, transcript, findings } = this.ports;
    const until = this.untilCancelled();
    await journal.advance('configuring');
    await this.ports.reserve?.(until);
    transcript.note('connect', 'comes for the files of an earlier capture; nothing is captured');
    await this.link.connect(until);
    this.metrics = { ...findings?.metrics };
    this.remarks.push('collected afterwards', ...(findings?.remarks ?? []));
    await journal.saveRemote(remote);
    this.stillThere(await this.link.attach(remote.plan, true, until));
    return 'ended';
  }

  /** Whether the files stay on the device for another collection. What was told to be thrown away goes, unless this run only came to collect. */
  private filesWait({ outcome, error }: TaskOutcome): boolean {
    if (this.remote?.stoppedAt === undefined || outcome === 'completed') {
      return false;
    }
    if (this.remote.collected !== undefined) {
      return outcome === 'failed' && SOME_WAIT.test(error?.code ?? '');
    }
    return this.assignment.collectOnly === true ? error?.code !== 'FILE_MISSING' : outcome === 'failed' && FILES_WAIT.test(error?.code ?? '');
  }

  private throwIfStoreStaysAway(error: unknown): void {
    const { clock } = this.ports;
    const { closeBy, storePatienceMs = STORE_PATIENCE_MS } = this.assignment;
    this.storeAwaySince ??= clock.monotonic();
    if (clock.monotonic() - this.storeAwaySince >= storePatienceMs || clock.now() > closeBy - COLLECT_RESERVE_MS / 2) {
      throw error;
    }
  }

  /** Until the device, the time or somebody ends it. */
  private async untilItEnds(): Promise<void> {
    const { control, clock } = this.ports;
    const { durationSec, closeBy } = this.assignment;
    const timeOver = new AbortController();
    const timer = new AbortController();
    // Ended by the last deadline, a capture would lose what it has; so it ends early enough to be collected.
    const latest = closeBy - COLLECT_RESERVE_MS;
    const wanted = durationSec === null ? latest : (this.known().startedAt ?? clock.now()) + durationSec * 1_000;
    clock.sleep(Math.max(0, Math.min(wanted, latest) - clock.now()), timer.signal).then(
      () => {
        if (wanted > latest || durationSec === null) {
          this.remarks.push('ended by its deadline');
        }
        timeOver.abort(new AppError('DURATION_OVER', 'The capture has lasted as long as it may'));
      },
      () => undefined,
    );
    try {
      this.end = await this.link.dialogue.poll((sample) => this.show(sample), this.steps.during([control.cancel, control.stop, timeOver.signal]));
    } catch (error) {
      this.throwIfOver();
      if (!control.stop.aborted && !timeOver.signal.aborted) {
        throw error;
      }
    } finally {
      timer.abort();
    }
  }

  private show(sample: CaptureSample): void {
    const { journal } = this.ports;
    this.metrics = { ...this.metrics, ...sampleMetrics(sample) };
    journal.progress(this.metrics, sample.warning);
    if (sample.warning !== undefined && !this.remarks.includes(sample.warning)) {
      this.remarks.push(sample.warning);
      // Whoever holds the task no longer is told by the next write that is waited for.
      journal.advance('capturing', { message: sample.warning, metrics: this.metrics }).catch(() => undefined);
    }
  }

  private async stop(): Promise<void> {
    const { journal, clock } = this.ports;
    const until = this.untilCancelled();
    const { dialogue } = this.link;
    const stoppedBefore = this.known().stoppedAt !== undefined;
    let stopUnconfirmed: true | undefined;
    await journal.advance('stopping', { metrics: this.metrics, ...(this.end === undefined ? {} : { message: this.end.message }) });
    try {
      await this.steps.run('stop', (signal) => dialogue.stop(signal), until);
      const report = await this.steps.run('verify_stopped', (signal) => dialogue.verifyStopped(signal), until);
      this.metrics = { ...this.metrics, ...stopMetrics(report) };
      this.remarks.push(...report.warnings);
      // What was stopped before did not end by itself, however it looks to a new connection.
      this.end ??= stoppedBefore ? undefined : report.end;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'STOP_TIMEOUT') {
        throw error;
      }
      // What there is can still be collected, and cleaning up ends what runs.
      this.end = { reason: 'died', code: error.code, message: error.message };
      stopUnconfirmed = true;
    }
    this.remote = { ...this.known(), stoppedAt: this.known().stoppedAt ?? clock.now(), stopUnconfirmed };
    await journal.saveRemote(this.remote);
  }

  private async collect(): Promise<TaskOutcome> {
    const { journal, artifacts } = this.ports;
    const { host } = this.assignment;
    const { stoppedAt } = this.known();
    const until = this.untilCancelled();
    const { dialogue } = this.link;
    await journal.advance('collecting', { stoppedAt, metrics: this.metrics });
    const clockAfter = await this.steps.run('preflight', (signal) => dialogue.clockOffset(signal), until);
    const { captures, logs } = await storeFiles(dialogue.retrieve(until), artifacts, this.assignment, until);
    if (this.assignment.collectOnly === true && isLater(captures.map(({ file }) => file.content), stoppedAt, clockAfter)) {
      await artifacts.discard();
      throw new AppError('FILE_MISSING', `The files on ${host} are of a later capture: those that were to be collected are gone`);
    }
    const verdict = judgeFiles(captures.map(({ file }) => file.content), dialogue.expectation());
    const kept = captures.filter(({ file }) => file.stored.size > 0);
    const bytes = kept.reduce((sum, { file }) => sum + file.stored.size, 0);
    this.metrics = { ...this.metrics, packets_captured: verdict.packets, bytes, files: kept.length };
    const { filtered, remarks } = await filterFiles(kept, this.ports.postFilter, artifacts, until);
    const outcome = conclude({ host, metrics: this.metrics, stoppedAt, verdict, end: this.end, remarks: [...this.remarks, ...remarks] });
    this.remote = { ...this.known(), collected: outcome };
    const context = { clockBefore: this.clockBefore, clockAfter, addresses: this.known().addresses };
    const pcap = (kind: 'pcap' | 'filtered-pcap', { file, interface: name, meta }: KeptCapture): ArtifactView =>
      artifacts.describe(kind, file.name, file.stored, { ...fileMeta(file.content, verdict, { ...context, interface: name }), ...meta });
    await journal.collected(
      [
        ...kept.map((capture) => pcap('pcap', capture)),
        ...filtered.map((capture) => pcap('filtered-pcap', capture)),
        ...logs.map(({ name, stored }) => artifacts.describe('log', name, stored, {})),
      ],
      this.remote,
    );
    return outcome;
  }

  private async keepTranscript(outcome: TaskOutcome): Promise<void> {
    const { artifacts, transcript, control, journal } = this.ports;
    // A holder that only had to clean up must not write over the transcript of the one who did the work.
    const name = transcriptFileName(this.assignment.host, this.assignment.resume?.collected === undefined ? '' : 'cleanup');
    const told = await artifacts.putBytes(name, transcript.toString(), 'text/plain', control.lost).catch(() => undefined);
    control.lost.throwIfAborted();
    if (told !== undefined) {
      await journal.collected([artifacts.describe('transcript', name, told, {})], this.remote === undefined ? undefined : { ...this.remote, collected: outcome });
    }
  }

  private failure(error: unknown): TaskOutcome {
    const { control, transcript } = this.ports;
    const facts = { metrics: this.metrics, captureBegan: this.remote?.startedAt !== undefined, stoppedAt: this.remote?.stoppedAt, clean: (text: string) => transcript.clean(text) };
    if (control.cancel.aborted || (error instanceof AppError && error.code === CANCELLED)) {
      return { outcome: 'cancelled', metrics: facts.metrics, captureBegan: facts.captureBegan };
    }
    const outcome = failed(error, facts);
    transcript.note('cleanup', `failed: ${outcome.error?.code ?? ''}: ${outcome.error?.message ?? ''}`);
    return outcome;
  }

  private stillThere(state: AttachState): AttachState {
    if (state === 'absent' || state === 'armed') {
      throw new AppError('FILE_MISSING', `${this.assignment.host} has nothing left of the capture`);
    }
    return state;
  }

  private throwIfOver(): void {
    const { lost, cancel } = this.ports.control;
    lost.throwIfAborted();
    cancel.throwIfAborted();
    this.steps.throwIfLate();
  }

  private untilCancelled(): AbortSignal {
    return this.steps.during([this.ports.control.cancel]);
  }

  /** Before anything is captured, a stop has nothing to keep and is a cancellation. */
  private cancelledOrStopped(): AbortSignal {
    const { cancel, stop } = this.ports.control;
    const both = new AbortController();
    const abort = (): void => both.abort(new AppError(CANCELLED, 'The capture was ended before it had begun'));
    for (const signal of [cancel, stop]) {
      if (signal.aborted) {
        abort();
      }
      signal.addEventListener('abort', abort, { once: true });
    }
    return both.signal;
  }

  private known(): RemoteRecord {
    if (this.remote === undefined) {
      throw new AppError('INTERNAL_ERROR', 'A capture went on before its plan was known');
    }
    return this.remote;
  }
}

/** The failure, with word that the files can still be had. */
function collectable(outcome: TaskOutcome): TaskOutcome {
  const { error, message } = outcome;
  return {
    ...outcome,
    ...(error === undefined ? {} : { error: { ...error, details: { ...error.details, collectable: true } } }),
    message: [message ?? error?.message, 'the files wait on the device and can be collected again'].filter((part) => part !== undefined).join('; '),
  };
}
