import { Readable } from 'node:stream';
import type { Clock, IdSource } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { CLOCK, IDS, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';

/** Milliseconds within which whoever asked begins to read. */
const KEPT_MS = 60_000;

/**
 * Pictures and films made for one who asks: each has a place of its own, because the next one who asks may get another
 * one before the first has read his. No row names them; what a process leaves behind that dies is found by the sweeper.
 */
@Injectable()
export class PassingObjects {
  /** Oldest first. */
  private readonly made: { readonly key: string; readonly until: number }[] = [];

  constructor(
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** @param extension without a dot. @throws those of the object store */
  async put(cameraId: string, extension: string, bytes: Buffer, mediaType: string): Promise<StoredObject> {
    const stored = await this.store.put(`cameras/${cameraId}/passing/${this.ids.next()}.${extension}`, Readable.from([bytes]), { mediaType });
    this.made.push({ key: stored.key, until: this.clock.monotonic() + KEPT_MS });
    return stored;
  }

  /** Removes what has been there long enough. @throws those of the object store; nothing is forgotten then */
  async tidy(): Promise<void> {
    const now = this.clock.monotonic();
    const over = this.made.filter(({ until }) => until <= now);
    if (over.length > 0) {
      await this.store.remove(over.map(({ key }) => key));
      this.made.splice(0, over.length);
    }
  }
}
