import type { ObjectStore } from '@capstan/object-store';
import { rows } from '@capstan/persistence';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StreamKey } from './stream-key';

const CHUNK_FILE = /\/chunk_\d+_websdr_\d+\.npy$/;

/** Removes stored chunks that no row names: their worker died between storing and writing down. */
@Injectable()
export class Orphans {
  private readonly logger = new Logger(Orphans.name);

  constructor(
    private readonly dataSource: DataSource,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /**
   * Looks through everything that is stored for a recording. Only for those of which nothing is live any more: the newest
   * chunk of a running stream has no row yet.
   * @param only the one stream that has ended, while others may run
   * @returns how many objects were removed
   */
  async remove(sessionId: string, only?: StreamKey): Promise<number> {
    const named = new Set((await rows<{ key: string }>(this.dataSource, 'SELECT key FROM chunks WHERE session_id = $1 AND key IS NOT NULL', [sessionId])).map(({ key }) => key));
    const orphans: string[] = [];
    for await (const { key } of this.store.list(`sessions/${sessionId}/`)) {
      if (CHUNK_FILE.test(key) && !named.has(key) && (only === undefined || belongsTo(key, only))) {
        orphans.push(key);
      }
    }
    if (orphans.length > 0) {
      await this.store.remove(orphans);
      this.logger.warn(`Removed ${orphans.length} stored chunks of ${sessionId} that no row names`);
    }
    return orphans.length;
  }
}

function belongsTo(key: string, { receiverNo, frequencyHz }: StreamKey): boolean {
  const folder = /\/f(\d+)\//.exec(key)?.[1];
  return key.endsWith(`_websdr_${receiverNo}.npy`) && (folder === undefined || Number(folder) === frequencyHz);
}
