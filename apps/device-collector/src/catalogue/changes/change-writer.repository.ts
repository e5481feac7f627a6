import { catalogueEvents, type RowOf, type TrackedType } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CaptureBlobs } from '../captures/capture-blobs.repository';
import type { CaptureHeadRow } from '../database/capture.entity';
import { SecretMasks } from '../captures/secret-masks.repository';
import type { NewCapture } from '../capture-catalogue';
import { type ChangeVerdict, verdictOfInventory, verdictOfText, verdictOfVersion } from './change-verdict';
import { compareRows, type RowChanges } from './row-changes';
import { diffTexts } from './text-diff';

/** A change before it is written. */
export interface FoundChange extends ChangeVerdict {
  readonly kind: 'text' | 'rows';
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
  readonly rows: RowChanges | null;
}

/** Finds out what changed, and tells it. */
@Injectable()
export class ChangeWriter {
  constructor(
    private readonly blobs: CaptureBlobs,
    private readonly masks: SecretMasks,
    private readonly outbox: Outbox,
  ) {}

  /**
   * What is different from the last good capture; undefined when nothing is after all: rules of normalisation may have
   * become better since it was recorded.
   */
  async find(capture: NewCapture, type: TrackedType, head: CaptureHeadRow): Promise<FoundChange | undefined> {
    if (head.blob_sha256 === null) {
      return undefined;
    }
    const { platform } = capture.device;
    const before = await this.blobs.read(head.blob_sha256);
    if (type === 'configs' || capture.parse?.status === 'unparsed') {
      const [from, to] = await Promise.all([this.masks.normalised(platform, type, before), this.masks.normalised(platform, type, capture.text)]);
      const diff = diffTexts(from.text, to.text, { context: 0 });
      return diff.added + diff.removed === 0
        ? undefined
        : { kind: 'text', added: diff.added, removed: diff.removed, modified: 0, rows: null, ...(type === 'configs' ? verdictOfText(diff) : { ...verdictOfText(diff), severity: 'moderate' }) };
    }
    const old = (this.masks.platform(platform)?.parse(type, before).rows ?? []) as RowOf<typeof type>[];
    const changes = compareRows(type, old, (capture.parse?.rows ?? []) as RowOf<typeof type>[]);
    const { added, removed, modified } = changes;
    return added.length + removed.length + modified.length === 0
      ? undefined
      : { kind: 'rows', added: added.length, removed: removed.length, modified: modified.length, rows: changes, ...(type === 'version' ? verdictOfVersion(changes) : verdictOfInventory(changes)) };
  }

  /** Keeps a change under the id that its capture names, and states it. */
  async write(manager: EntityManager, capture: NewCapture, type: TrackedType, { changeId, captureId }: { readonly changeId: string; readonly captureId: string }, head: CaptureHeadRow, change: FoundChange): Promise<void> {
    const { kind, severity, added, removed, modified, summary } = change;
    await rows(
      manager,
      `INSERT INTO device_changes (change_id, device_id, capture_type, kind, severity, detected_at, since, session_id, from_capture_id, to_capture_id, added, removed, modified, summary, actor, rules_hit, rows)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
      [
        changeId,
        capture.device.id,
        type,
        kind,
        severity,
        capture.capturedAt,
        head.captured_at,
        capture.sessionId,
        head.text_of,
        captureId,
        added,
        removed,
        modified,
        JSON.stringify(summary),
        capture.actor === null ? null : JSON.stringify(capture.actor),
        JSON.stringify(capture.normalised?.hits ?? {}),
        change.rows === null ? null : JSON.stringify(change.rows),
      ],
    );
    const { id, name, platform, site } = capture.device;
    const facts = { device: { device_id: id, name, platform, site }, change_id: changeId, session_id: capture.sessionId, severity, added, removed, summary, at: isoTime(capture.capturedAt.getTime()) };
    const about = { subject: id, correlationId: capture.sessionId };
    if (type === 'configs') {
      await this.outbox.add(manager, catalogueEvents.configChanged, { ...facts, type, actor: capture.actor }, about);
    } else {
      await this.outbox.add(manager, catalogueEvents.deviceChanged, { ...facts, type, modified }, about);
    }
  }
}
