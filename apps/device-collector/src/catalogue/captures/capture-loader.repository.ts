import type { CaptureOutcome } from '@capstan/contracts';
import { AppError, type IdSource } from '@capstan/kernel';
import { rows, sqlState, type SqlRunner, transaction } from '@capstan/persistence';
import { IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CaptureCatalogue, type KnownBefore, type KnownCaptures, type NewCapture, NOTHING_KNOWN, type RecordedCapture, type ReloadReport } from '../capture-catalogue';
import { ChangeWriter, type FoundChange } from '../changes/change-writer.repository';
import type { CaptureHeadRow } from '../database/capture.entity';
import { Sightings } from '../observations/sightings.repository';
import { CaptureBlobs, type StagedBlob } from './capture-blobs.repository';
import { lookUp, writeCapture, writeMissing } from './capture-record.repository';
import { type CaptureVerdict, hasIntervals, isTracked, judgeCapture, sha256 } from './capture-verdict';
import { SecretMasks } from './secret-masks.repository';
import { WaitingCaptures } from './waiting-captures.repository';

/** Somebody else may record the same device and type meanwhile; then the plan is made again. */
const MOST_PLANS = 5;

/** What is going to be written, made before the transaction: it may read and write texts. */
interface Plan {
  readonly head: CaptureHeadRow | undefined;
  readonly outcome: CaptureOutcome;
  /** Hash of the text this capture keeps for itself; null when it shares that of the last good one. */
  readonly blob: string | null;
  /** Its object, where that is new. */
  readonly staged: StagedBlob | undefined;
  readonly change: FoundChange | undefined;
  /** For the search; undefined when there is nothing new to be found. */
  readonly masked: string | undefined;
}

/** Loads captures: one transaction each, and nothing in it but statements. */
@Injectable()
export class CaptureLoader extends CaptureCatalogue {
  private readonly logger = new Logger(CaptureLoader.name);
  /** Devices as they were written last, so that they need not be written with each capture. */
  private readonly written = new Map<string, string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly blobs: CaptureBlobs,
    private readonly masks: SecretMasks,
    private readonly changes: ChangeWriter,
    private readonly sightings: Sightings,
    private readonly waitingCaptures: WaitingCaptures,
    @Inject(IDS) private readonly ids: IdSource,
  ) {
    super();
  }

  async record(capture: NewCapture): Promise<RecordedCapture> {
    try {
      return await this.load(capture);
    } catch (error) {
      await this.waitingCaptures.keep(capture);
      this.logger.warn(`A capture (${capture.type} of ${capture.device.name}) is kept, but could not be loaded: ${AppError.from(error).code}`, error);
      throw new AppError('CAPTURE_NOT_LOADED', 'The capture is saved, but could not be loaded', { retryable: true, cause: error });
    }
  }

  keep(capture: NewCapture): Promise<void> {
    return this.waitingCaptures.keep(capture);
  }

  async reload(sessionId: string): Promise<ReloadReport> {
    const report: { loaded: RecordedCapture[]; failed: { taskId: string; type: string; code: string }[] } = { loaded: [], failed: [] };
    for (const waiting of await this.waitingCaptures.list(sessionId)) {
      try {
        report.loaded.push(await this.load(await this.waitingCaptures.read(waiting)));
        await this.waitingCaptures.forget(waiting);
      } catch (error) {
        report.failed.push({ taskId: waiting.taskId, type: waiting.type, code: AppError.from(error).code });
      }
    }
    return report;
  }

  async waiting(sessionId: string): Promise<number> {
    return (await this.waitingCaptures.list(sessionId)).length;
  }

  known(deviceId: string, taskId: string): Promise<KnownCaptures> {
    return lookUp(this.dataSource, deviceId, taskId);
  }

  async mask(platform: string, text: string): Promise<string> {
    return (await this.masks.mask(platform, text)).text;
  }

  async forgetDevice(manager: EntityManager, deviceId: string): Promise<void> {
    // Nearly everything else hangs on it. It also waits for whoever is recording the device, so that no interval comes after this.
    await rows(manager, `DELETE FROM captured_devices WHERE device_id = $1`, [deviceId]);
    await this.sightings.forgetDevice(manager, deviceId);
    this.written.delete(deviceId);
  }

  private async load(capture: NewCapture): Promise<RecordedCapture> {
    const verdict = judgeCapture(capture);
    for (let attempt = 1; ; attempt += 1) {
      // What is written holds only while the head is as it was here, so that one look at the beginning is enough.
      const before = (attempt === 1 ? capture.known : undefined) ?? (await this.known(capture.device.id, capture.taskId)).get(capture.type) ?? NOTHING_KNOWN;
      if (before.recorded !== undefined) {
        return before.recorded;
      }
      const plan = await this.plan(capture, verdict, before);
      const recorded = await this.carryOut(capture, verdict, plan);
      if (recorded !== undefined) {
        this.written.set(capture.device.id, deviceText(capture));
        return recorded;
      }
      if (attempt >= MOST_PLANS) {
        throw new AppError('CAPTURE_CONTENDED', 'The device is being recorded by too many at once', { retryable: true });
      }
    }
  }

  private async plan(capture: NewCapture, verdict: CaptureVerdict, { head, storedText }: KnownBefore): Promise<Plan> {
    const outcome = outcomeOf(capture, verdict, head);
    if (outcome === 'unchanged' && !verdict.hasRest && (head?.blob_sha256 ?? null) !== null) {
      return { head, outcome, blob: null, staged: undefined, change: undefined, masked: undefined };
    }
    const change = outcome === 'changed' && head !== undefined && isTracked(capture.type) ? await this.changes.find(capture, capture.type, head) : undefined;
    const same = outcome === 'changed' && isTracked(capture.type) && change === undefined && (head?.blob_sha256 ?? null) !== null;
    const masked = verdict.good && isIndexed(capture.type) ? (capture.masked ?? (await this.masks.mask(capture.device.platform, capture.text)).text) : undefined;
    const planned = { head, outcome: same ? 'unchanged' : outcome, change, masked } as const;
    return storedText === sha256(capture.text) ? { ...planned, blob: await this.blobs.put(capture.text), staged: undefined } : { ...planned, blob: sha256(capture.text), staged: await this.blobs.stage(capture.text) };
  }

  /** @returns undefined when the plan is out of date; its text is not kept then */
  private async carryOut(capture: NewCapture, verdict: CaptureVerdict, plan: Plan): Promise<RecordedCapture | undefined> {
    const { head, outcome, staged } = plan;
    const moves = verdict.good && outcome !== 'late';
    const settled = head !== undefined && !head.missing && head.closed_at?.getTime() === head.captured_at.getTime() && head.normalised_sha256 === verdict.normalisedSha256;
    const sees = moves && hasIntervals(capture.type) && !(verdict.closes && settled);
    let written: { blobKey: string | null; recorded: RecordedCapture } | undefined;
    try {
      // Alone, a statement is a transaction of its own: two round trips less.
      written =
        sees || plan.change !== undefined
          ? await transaction(this.dataSource, (manager) => this.write(manager, capture, verdict, plan, sees))
          : await this.writeRecord(this.dataSource, capture, verdict, plan, { captureId: this.ids.next(), changeId: null, missing: head?.missing ?? false, device: this.isNew(capture) });
    } catch (error) {
      // What PostgreSQL refused is not there; of a connection that broke nobody knows, and a text too many is better than one too few.
      if (staged !== undefined && (error instanceof Outdated || sqlState(error) !== undefined)) {
        await this.blobs.discard(staged);
      }
      if (!(error instanceof Outdated)) {
        throw error;
      }
      return undefined;
    }
    if (staged !== undefined && written?.blobKey !== staged.key) {
      await this.blobs.discard(staged);
    }
    return written?.recorded;
  }

  /** With what else the capture changes. */
  private async write(manager: EntityManager, capture: NewCapture, verdict: CaptureVerdict, plan: Plan, sees: boolean): Promise<{ blobKey: string | null; recorded: RecordedCapture }> {
    const { head, change } = plan;
    const captureId = this.ids.next();
    const known = head?.missing ?? false;
    const changeId = change === undefined ? null : this.ids.next();
    // First, for it locks the head: of two that record the same device and type one waits here, and then finds its plan out of date.
    const written = await this.writeRecord(manager, capture, verdict, plan, { captureId, changeId, missing: known, device: this.isNew(capture) });
    if (written === undefined) {
      // What of it was written goes with the transaction.
      throw new Outdated();
    }
    if (change !== undefined && changeId !== null && head !== undefined && isTracked(capture.type)) {
      await this.changes.write(manager, capture, capture.type, { changeId, captureId }, head, change);
    }
    const missing = sees && hasIntervals(capture.type) ? await this.sightings.record(manager, capture, capture.type, head, verdict.closes) : known;
    if (missing !== known) {
      await writeMissing(manager, capture, missing);
    }
    return written;
  }

  /** Whether the device has to be written with the capture. */
  private isNew(capture: NewCapture): boolean {
    return this.written.get(capture.device.id) !== deviceText(capture);
  }

  private async writeRecord(
    runner: SqlRunner,
    capture: NewCapture,
    verdict: CaptureVerdict,
    { head, outcome, blob, staged, masked }: Plan,
    { captureId, changeId, missing, device }: { captureId: string; changeId: string | null; missing: boolean; device: boolean },
  ): Promise<{ blobKey: string | null; recorded: RecordedCapture } | undefined> {
    const text = blob === null ? { blob: head?.blob_sha256 ?? null, of: head?.text_of ?? captureId } : { blob, of: captureId };
    const moves = verdict.good && outcome !== 'late';
    const written = await writeCapture(runner, {
      capture,
      verdict,
      captureId,
      outcome,
      changeId,
      text,
      staged,
      masked: blob === null ? undefined : masked,
      device,
      head: moves ? { expected: head?.capture_id ?? null, missing } : undefined,
    });
    return written === undefined ? undefined : { blobKey: written.blobKey, recorded: { captureId, outcome, changeId, rows: capture.parse?.rows.length ?? 0 } };
  }
}

/** Takes back what was written for a plan that is out of date. */
class Outdated extends Error {}

function outcomeOf(capture: NewCapture, { good, normalisedSha256 }: CaptureVerdict, head: CaptureHeadRow | undefined): CaptureOutcome {
  if (!good) {
    return 'kept-incomplete';
  }
  if (head === undefined) {
    return 'first';
  }
  if (capture.capturedAt.getTime() <= head.captured_at.getTime()) {
    return 'late';
  }
  return head.normalised_sha256 === normalisedSha256 ? 'unchanged' : 'changed';
}

/** Tables that have a search of their own are not searched as text: they are new with each run. */
function isIndexed(type: string): boolean {
  return type !== 'arp' && type !== 'mac' && type !== 'routes';
}

function deviceText({ device }: NewCapture): string {
  return JSON.stringify([device.name, device.platform, device.site]);
}
