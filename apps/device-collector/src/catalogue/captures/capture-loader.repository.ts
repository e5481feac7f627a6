import type { CaptureOutcome } from '@capstan/contracts';
import { AppError, type IdSource } from '@capstan/kernel';
import { rows, transaction } from '@capstan/persistence';
import { IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CaptureCatalogue, type NewCapture, type RecordedCapture, type ReloadReport } from '../capture-catalogue';
import { ChangeWriter, type FoundChange } from '../changes/change-writer.repository';
import type { CaptureHeadRow } from '../database/capture.entity';
import { Sightings } from '../observations/sightings.repository';
import { SearchTexts } from '../search/search-texts.repository';
import { CaptureBlobs } from './capture-blobs.repository';
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
    private readonly texts: SearchTexts,
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

  async lastGoodLength(deviceId: string, type: string): Promise<number | null> {
    const [head] = await rows<{ chars: number }>(this.dataSource, `SELECT chars FROM capture_heads WHERE device_id = $1 AND capture_type = $2`, [deviceId, type]);
    return head?.chars ?? null;
  }

  async mask(platform: string, text: string): Promise<string> {
    return (await this.masks.mask(platform, text)).text;
  }

  async forgetDevice(manager: EntityManager, deviceId: string): Promise<void> {
    // Everything else hangs on it.
    await rows(manager, `DELETE FROM captured_devices WHERE device_id = $1`, [deviceId]);
    this.written.delete(deviceId);
  }

  private async load(capture: NewCapture): Promise<RecordedCapture> {
    const verdict = judgeCapture(capture);
    for (let attempt = 1; ; attempt += 1) {
      const known = await this.find(capture);
      if (known !== undefined) {
        return known;
      }
      const plan = await this.plan(capture, verdict);
      const recorded = await transaction(this.dataSource, (manager) => this.write(manager, capture, verdict, plan));
      if (recorded !== undefined) {
        this.written.set(capture.device.id, deviceText(capture));
        return recorded;
      }
      if (attempt >= MOST_PLANS) {
        throw new AppError('CAPTURE_CONTENDED', 'The device is being recorded by too many at once', { retryable: true });
      }
    }
  }

  private async plan(capture: NewCapture, verdict: CaptureVerdict): Promise<Plan> {
    const head = await this.head(this.dataSource.manager, capture);
    const outcome = outcomeOf(capture, verdict, head);
    if (outcome === 'unchanged' && !verdict.hasRest && (head?.blob_sha256 ?? null) !== null) {
      return { head, outcome, blob: null, change: undefined, masked: undefined };
    }
    const change = outcome === 'changed' && head !== undefined && isTracked(capture.type) ? await this.changes.find(capture, capture.type, head) : undefined;
    const same = outcome === 'changed' && isTracked(capture.type) && change === undefined && (head?.blob_sha256 ?? null) !== null;
    const masked = verdict.good && isIndexed(capture.type) ? (await this.masks.mask(capture.device.platform, capture.text)).text : undefined;
    return { head, outcome: same ? 'unchanged' : outcome, blob: await this.blobs.put(capture.text), change, masked };
  }

  /** @returns undefined when the plan is out of date */
  private async write(manager: EntityManager, capture: NewCapture, verdict: CaptureVerdict, { head, outcome, blob, change, masked }: Plan): Promise<RecordedCapture | undefined> {
    await rows(manager, `SELECT pg_advisory_xact_lock(hashtextextended($1, 4)) AS locked`, [`${capture.device.id}/${capture.type}`]);
    const now = await this.head(manager, capture);
    if (now?.capture_id !== head?.capture_id) {
      return undefined;
    }
    await this.writeDevice(manager, capture);
    const captureId = this.ids.next();
    const changeId = change === undefined || head === undefined || !isTracked(capture.type) ? null : await this.changes.write(manager, capture, capture.type, captureId, head, change);
    const text = blob === null ? { blob: head?.blob_sha256 ?? null, of: head?.text_of ?? captureId } : { blob, of: captureId };
    const inserted = await this.insert(manager, capture, verdict, { captureId, outcome, changeId, text });
    if (!inserted) {
      // Somebody else has just recorded it. It moved no head, or we had seen that: so there is no change of ours to take back.
      return undefined;
    }
    if (blob !== null && masked !== undefined) {
      await this.texts.index(manager, blob, masked);
    }
    if (verdict.good && outcome !== 'late') {
      const settled = head !== undefined && !head.missing && head.closed_at?.getTime() === head.captured_at.getTime() && head.normalised_sha256 === verdict.normalisedSha256;
      const missing = hasIntervals(capture.type) && !(verdict.closes && settled) ? await this.sightings.record(manager, capture, capture.type, head, verdict.closes) : (head?.missing ?? false);
      await this.moveHead(manager, capture, verdict, { captureId, text, missing });
    }
    return { captureId, outcome, changeId, rows: capture.parse?.rows.length ?? 0 };
  }

  private async find({ taskId, type }: NewCapture): Promise<RecordedCapture | undefined> {
    const [row] = await rows<{ capture_id: string; outcome: CaptureOutcome; change_id: string | null; row_count: number }>(
      this.dataSource,
      `SELECT capture_id, outcome, change_id, row_count FROM device_captures WHERE task_id = $1 AND capture_type = $2`,
      [taskId, type],
    );
    return row === undefined ? undefined : { captureId: row.capture_id, outcome: row.outcome, changeId: row.change_id, rows: row.row_count };
  }

  private async head(manager: EntityManager, { device, type }: NewCapture): Promise<CaptureHeadRow | undefined> {
    return (await rows<CaptureHeadRow>(manager, `SELECT * FROM capture_heads WHERE device_id = $1 AND capture_type = $2`, [device.id, type]))[0];
  }

  private async writeDevice(manager: EntityManager, capture: NewCapture): Promise<void> {
    const { id, name, platform, site } = capture.device;
    if (this.written.get(id) !== deviceText(capture)) {
      await rows(
        manager,
        `INSERT INTO captured_devices (device_id, name, platform, site) VALUES ($1, $2, $3, $4)
         ON CONFLICT (device_id) DO UPDATE SET name = EXCLUDED.name, platform = EXCLUDED.platform, site = EXCLUDED.site
          WHERE (captured_devices.name, captured_devices.platform, captured_devices.site) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.platform, EXCLUDED.site)`,
        [id, name, platform, site],
      );
    }
  }

  private async insert(
    manager: EntityManager,
    capture: NewCapture,
    verdict: CaptureVerdict,
    { captureId, outcome, changeId, text }: { captureId: string; outcome: CaptureOutcome; changeId: string | null; text: { blob: string | null; of: string } },
  ): Promise<boolean> {
    const inserted = await rows(
      manager,
      `INSERT INTO device_captures (capture_id, session_id, task_id, device_id, platform, capture_type, captured_at, commands, complete, error_class, parse_status, row_count, unparsed_count,
                                    bytes, raw_sha256, normalised_sha256, blob_sha256, text_of, outcome, change_id, rules_hit, identity_changed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) ON CONFLICT (task_id, capture_type) DO NOTHING RETURNING 1 AS one`,
      [
        captureId,
        capture.sessionId,
        capture.taskId,
        capture.device.id,
        capture.device.platform,
        capture.type,
        capture.capturedAt,
        JSON.stringify(capture.commands),
        capture.complete,
        capture.errorClass,
        capture.parse?.status ?? null,
        capture.parse?.rows.length ?? 0,
        capture.parse?.unparsed.length ?? 0,
        capture.bytes,
        sha256(capture.text),
        verdict.normalisedSha256,
        text.blob,
        text.of,
        outcome,
        changeId,
        JSON.stringify(capture.normalised?.hits ?? {}),
        capture.identityChanged,
      ],
    );
    return inserted.length > 0;
  }

  private async moveHead(manager: EntityManager, capture: NewCapture, { closes, normalisedSha256 }: CaptureVerdict, { captureId, text, missing }: { captureId: string; text: { blob: string | null; of: string }; missing: boolean }): Promise<void> {
    await rows(
      manager,
      `INSERT INTO capture_heads (device_id, capture_type, capture_id, normalised_sha256, text_of, blob_sha256, chars, captured_at, closed_at, missing)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $9::boolean THEN $8::timestamptz END, $10)
       ON CONFLICT (device_id, capture_type) DO UPDATE
         SET capture_id = EXCLUDED.capture_id, normalised_sha256 = EXCLUDED.normalised_sha256, text_of = EXCLUDED.text_of, blob_sha256 = EXCLUDED.blob_sha256, chars = EXCLUDED.chars,
             captured_at = EXCLUDED.captured_at, closed_at = coalesce(EXCLUDED.closed_at, capture_heads.closed_at), missing = EXCLUDED.missing`,
      [capture.device.id, capture.type, captureId, normalisedSha256, text.of, text.blob, capture.text.length, capture.capturedAt, closes, missing],
    );
  }
}

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
