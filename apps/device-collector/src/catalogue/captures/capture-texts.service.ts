import { Readable } from 'node:stream';
import { CAPTURE_ROWS_LIMIT, CAPTURE_TEXT_LIMIT, type CaptureContent, type CaptureDiff, catalogueRpc, type compareQuery, DIFF_LINES_LIMIT, type RowOf, type z } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, validationError } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { CLOCK, IDS, OBJECT_STORE } from '@capstan/service-kit';
import { type ReceivedSealingKey, sealFor, Secret } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { compareRows } from '../changes/row-changes';
import { diffTexts, linesOf } from '../changes/text-diff';
import { CaptureBlobs } from './capture-blobs.repository';
import { hasRows } from './capture-verdict';
import { Captures, type StoredCapture } from './captures.repository';
import { SecretMasks } from './secret-masks.repository';

/** Objects that were made for one download; housekeeping removes them. */
export const VIEW_PREFIX = 'catalogue/views/';
/** Characters of one sealed piece; a sealed text has a largest length. */
const PIECE = 60_000;
/** What may be revealed at once, in characters. */
const REVEAL_LIMIT = 8_000_000;

type Form = 'raw' | 'normalised';

/** Texts of captures as people may see them: masked, unless they may see more. */
@Injectable()
export class CaptureTexts {
  constructor(
    private readonly captures: Captures,
    private readonly blobs: CaptureBlobs,
    private readonly masks: SecretMasks,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** A capture with its texts and rows. */
  async content({ view, blob }: StoredCapture): Promise<CaptureContent> {
    if (blob === null) {
      return { capture: view, raw: null, normalised: null, truncated: false, rows: [], row_total: view.row_count, unparsed: [], masked: 0 };
    }
    const text = await this.blobs.read(blob);
    const [raw, normalised] = await Promise.all([this.masks.mask(view.platform, text), this.masks.normalised(view.platform, view.capture_type, text)]);
    const parsed = hasRows(view.capture_type) ? this.masks.platform(view.platform)?.parse(view.capture_type, text) : undefined;
    const unparsed = await Promise.all((parsed?.unparsed ?? []).slice(0, 200).map(async ({ number, text: words }) => ({ line: number, text: (await this.masks.mask(view.platform, words)).text })));
    return {
      capture: view,
      raw: raw.text.slice(0, CAPTURE_TEXT_LIMIT),
      normalised: normalised.text.slice(0, CAPTURE_TEXT_LIMIT),
      truncated: Math.max(raw.text.length, normalised.text.length) > CAPTURE_TEXT_LIMIT,
      rows: ((parsed?.rows ?? []) as readonly object[] as Record<string, unknown>[]).slice(0, CAPTURE_ROWS_LIMIT),
      row_total: parsed?.rows.length ?? 0,
      unparsed,
      masked: Object.values(raw.hits).reduce((sum, count) => sum + count, 0),
    };
  }

  /** Makes a masked text an object, for as long as a download takes. */
  async makeFile(captureId: string, form: Form): Promise<StoredObject & { name: string }> {
    const stored = await this.captures.get(captureId);
    const text = await this.masked(stored, form);
    const { device_name: device, capture_type: type } = stored.view;
    const file = await this.store.put(`${VIEW_PREFIX}${this.ids.next()}/${captureId}.txt`, Readable.from([Buffer.from(text)]), { mediaType: 'text/plain' });
    return { ...file, name: `${device.replace(/[^A-Za-z0-9._-]+/g, '_')}_${type}${form === 'raw' ? '' : '_normalised'}.txt` };
  }

  /** The text with its secrets, sealed in pieces for whoever may read them. @throws AppError `BODY_TOO_LARGE` */
  async reveal(captureId: string, recipient: ReceivedSealingKey): Promise<string[]> {
    const { blob } = await this.captures.get(captureId);
    const text = await this.blobs.read(blob ?? '');
    if (text.length > REVEAL_LIMIT) {
      throw new AppError('BODY_TOO_LARGE', `The text has ${text.length} characters; at most ${REVEAL_LIMIT} can be revealed at once`);
    }
    const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / PIECE)) }, (_, index) => text.slice(index * PIECE, (index + 1) * PIECE));
    return Promise.all(pieces.map((piece) => sealFor(recipient, new Secret(piece), { purpose: catalogueRpc.reveal.type, clock: this.clock })));
  }

  /** Compares two captures, or the current ones of two devices. */
  async compare({ from, to, from_device, to_device, capture_type: type, context }: z.output<typeof compareQuery>): Promise<CaptureDiff> {
    const side = (capture: string | undefined, device: string | undefined, field: string): Promise<StoredCapture> => {
      if (capture !== undefined) {
        return this.captures.get(capture);
      }
      if (device !== undefined) {
        return this.captures.current(device, type);
      }
      throw validationError([{ path: field, code: 'REQUIRED', message: `${field} or ${field}_device is needed` }]);
    };
    const [before, after] = [await side(from, from_device, 'from'), await side(to, to_device, 'to')];
    return this.diff(before, after, context);
  }

  /** What is different between two captures. Rows are compared as rows where both sides have them. */
  async diff(before: StoredCapture, after: StoredCapture, context: number): Promise<CaptureDiff> {
    const [from, to] = await Promise.all([this.masked(before, 'normalised'), this.masked(after, 'normalised')]);
    const type = before.view.capture_type;
    const text = diffTexts(from, to, { context, maxLines: DIFF_LINES_LIMIT });
    const rows = type === after.view.capture_type && hasRows(type) ? compareRows(type, (await this.rows(before)) as RowOf<typeof type>[], (await this.rows(after)) as RowOf<typeof type>[]) : undefined;
    return {
      from: sideOf(before, from),
      to: sideOf(after, to),
      kind: rows === undefined ? 'text' : 'rows',
      method: text.method,
      added: rows?.added.length ?? text.added,
      removed: rows?.removed.length ?? text.removed,
      modified: rows?.modified.length ?? 0,
      hunks: [...text.hunks],
      rows: rows ?? { added: [], removed: [], modified: [] },
      truncated: text.truncated,
    };
  }

  private async masked({ view, blob }: StoredCapture, form: Form): Promise<string> {
    const text = await this.blobs.read(blob ?? '');
    return (form === 'raw' ? await this.masks.mask(view.platform, text) : await this.masks.normalised(view.platform, view.capture_type, text)).text;
  }

  private async rows({ view, blob }: StoredCapture): Promise<readonly unknown[]> {
    return this.masks.platform(view.platform)?.parse(view.capture_type, await this.blobs.read(blob ?? '')).rows ?? [];
  }
}

function sideOf({ view }: StoredCapture, text: string): CaptureDiff['from'] {
  const { capture_id, device_id, device_name, capture_type, captured_at } = view;
  return { capture_id, device_id, device_name, capture_type, captured_at, line_count: linesOf(text).length };
}
