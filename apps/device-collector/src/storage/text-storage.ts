import type { StoreUsage } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import type { StorageKeeper, StorageSweepRow, StoredObjects } from '@capstan/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TextObjects } from './text-objects.repository';

/** Texts of captures; how long they are kept is the affair of this service's own settings. */
@Injectable()
export class TextStorage implements StorageKeeper {
  readonly objects: readonly StoredObjects[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly texts: TextObjects,
  ) {
    this.objects = [texts];
  }

  async usage(): Promise<StoreUsage[]> {
    const [count] = await rows<{ items: string }>(this.dataSource, `SELECT count(*) AS items FROM capture_blobs`);
    const [oldest] = await rows<{ captured_at: Date }>(this.dataSource, `SELECT captured_at FROM device_captures WHERE blob_sha256 IS NOT NULL ORDER BY captured_at LIMIT 1`);
    // Rows know how long a text is, not how small it became: the last comparison has weighed the objects.
    const [sweep] = await rows<Pick<StorageSweepRow, 'report'>>(this.dataSource, `SELECT report FROM storage_sweeps WHERE prefix = $1`, [this.texts.prefix]);
    return [
      {
        store: 'capture-texts',
        items: Number(count?.items ?? 0),
        bytes: sweep?.report?.bytes ?? null,
        oldest_at: oldest === undefined ? null : isoTime(oldest.captured_at.getTime()),
        held_items: 0,
        held_bytes: 0,
        quota: null,
      },
    ];
  }
}
