import type { StoreName, StoreUsage } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import type { StorageKeeper, StoredObjects } from '@capstan/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CameraObjects } from './camera-objects.repository';

interface Counted {
  items: string;
  bytes: string;
  oldest_at: Date | null;
  held_items: string;
  held_bytes: string;
}

/** What cameras keep beside sessions; how long is the affair of this service's own settings. */
@Injectable()
export class CameraStorage implements StorageKeeper {
  readonly objects: readonly StoredObjects[];

  constructor(
    private readonly dataSource: DataSource,
    cameras: CameraObjects,
  ) {
    this.objects = [cameras];
  }

  usage(): Promise<StoreUsage[]> {
    return Promise.all([
      this.count(
        'camera-snapshots',
        `SELECT count(*) AS items, coalesce(sum(size), 0) AS bytes, min(captured_at) AS oldest_at,
           count(*) FILTER (WHERE legal_hold) AS held_items, coalesce(sum(size) FILTER (WHERE legal_hold), 0) AS held_bytes FROM snapshots WHERE stored AND doomed_at IS NULL`,
      ),
      this.count('camera-films', `SELECT count(*) AS items, coalesce(sum(size), 0) AS bytes, min(created_at) AS oldest_at, 0 AS held_items, 0 AS held_bytes FROM films WHERE state = 'completed'`),
    ]);
  }

  private async count(store: StoreName, sql: string): Promise<StoreUsage> {
    const [row] = await rows<Counted>(this.dataSource, sql);
    return {
      store,
      items: Number(row?.items ?? 0),
      bytes: Number(row?.bytes ?? 0),
      oldest_at: timeOf(row?.oldest_at),
      held_items: Number(row?.held_items ?? 0),
      held_bytes: Number(row?.held_bytes ?? 0),
      quota: null,
    };
  }
}

function timeOf(instant: Date | null | undefined): string | null {
  return instant === null || instant === undefined ? null : isoTime(instant.getTime());
}
