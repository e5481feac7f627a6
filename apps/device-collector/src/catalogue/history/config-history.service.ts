import { Readable } from 'node:stream';
import type { configHistoryQuery, z } from '@capstan/contracts';
import type { IdSource } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { rows } from '@capstan/persistence';
import { IDS, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../../platforms';
import { CaptureBlobs } from '../captures/capture-blobs.repository';
import { VIEW_PREFIX } from '../captures/capture-texts.service';
import { SecretMasks } from '../captures/secret-masks.repository';
import { commitStart, fileChange, HistoryPaths, STREAM_END, STREAM_START } from './git-stream';

interface HistoryRow {
  readonly session_id: string;
  readonly began_at: Date;
  readonly device_id: string;
  readonly name: string;
  readonly site: string | null;
  readonly platform: string;
  readonly blob_sha256: string;
  readonly added: number | null;
  readonly removed: number | null;
  readonly actor: Actor | null;
}

/** The history of the configurations as a stream that `git fast-import` makes a repository of. The catalogue itself does not use git. */
@Injectable()
export class ConfigHistory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly blobs: CaptureBlobs,
    private readonly masks: SecretMasks,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Makes the stream an object: a commit for each collection that brought something new, a file for each device, secrets masked. */
  async make(query: z.output<typeof configHistoryQuery>): Promise<{ file: StoredObject & { name: string }; commits: number }> {
    const found = await this.read(query);
    const key = `${VIEW_PREFIX}${this.ids.next()}/configs.fast-import`;
    const file = await this.store.put(key, Readable.from(this.stream(found)), { mediaType: 'application/octet-stream' });
    return { file: { ...file, name: 'configs.fast-import' }, commits: new Set(found.map(({ session_id: id }) => id)).size };
  }

  private read({ site, device_id: deviceId }: z.output<typeof configHistoryQuery>): Promise<HistoryRow[]> {
    return rows<HistoryRow>(
      this.dataSource,
      `SELECT c.session_id, min(c.captured_at) OVER (PARTITION BY c.session_id) AS began_at, c.device_id, d.name, d.site, c.platform, c.blob_sha256, h.added, h.removed, h.actor
         FROM device_captures c JOIN captured_devices d USING (device_id) LEFT JOIN device_changes h ON h.change_id = c.change_id
        WHERE c.capture_type = 'configs' AND c.outcome IN ('first', 'changed') AND c.blob_sha256 IS NOT NULL
          AND ($1::text IS NULL OR d.site = $1) AND ($2::uuid IS NULL OR c.device_id = $2)
        ORDER BY began_at, c.session_id, c.captured_at, c.capture_id`,
      [site ?? null, deviceId ?? null],
    );
  }

  /** One text in memory at a time. */
  private async *stream(found: readonly HistoryRow[]): AsyncGenerator<Buffer> {
    const paths = new HistoryPaths();
    yield STREAM_START;
    for (const [index, row] of found.entries()) {
      if (found[index - 1]?.session_id !== row.session_id) {
        const together = found.filter(({ session_id: id }) => id === row.session_id);
        yield commitStart({ at: Math.floor(row.began_at.getTime() / 1_000), message: messageOf(row.session_id, together) });
      }
      const { text } = await this.masks.mask(row.platform, await this.blobs.read(row.blob_sha256));
      yield fileChange({ path: paths.of({ deviceId: row.device_id, name: row.name, site: row.site }), text });
    }
    yield STREAM_END;
  }
}

function messageOf(sessionId: string, together: readonly HistoryRow[]): string {
  const [first] = together;
  const title = together.length === 1 && first !== undefined ? first.name : `${together.length} devices`;
  const lines = together.map(({ name, added, removed, actor }) => `${name}: ${added === null ? 'first' : `+${added} -${removed ?? 0}`}${actor === null ? '' : `, by ${actor.user}`}`);
  return `${title}\n\n${lines.join('\n')}\n\nSession: ${sessionId}\n`;
}
