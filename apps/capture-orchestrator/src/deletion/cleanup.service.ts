import { sessionEvents, taskCommands } from '@capstan/contracts';
import { backoffDelay, type BackoffPolicy, type Clock, type Random } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { transaction } from '@capstan/persistence';
import { CLOCK, OBJECT_STORE, RANDOM } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sessionPrefix } from '../sessions/engine/naming';
import { factOptions } from '../sessions/session-messages';
import { type CleanupJob, CleanupRepository } from './cleanup.repository';

const PAUSE_MS = 1_000;
/** Longer than a store needs to remove the largest session; another instance takes the job over afterwards. */
const LEASE_MS = 10 * 60_000;
const RETRY: BackoffPolicy = { initialMs: 1_000, maxMs: 5 * 60_000 };
/** Keys removed with one request. */
const REMOVE_AT_ONCE = 500;

/**
 * Removes objects: all of a deleted session, or those that lost and cancelled attempts left behind. Objects go first and
 * rows last, so that a crash in between leaves a session that is tried again, never an object nobody knows of.
 */
@Injectable()
export class CleanupService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(CleanupService.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: CleanupRepository,
    private readonly outbox: Outbox,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Does one job, if there is any. @returns whether there was one */
  async runOne(): Promise<boolean> {
    const job = await this.repository.claim(this.dataSource, this.clock.now(), LEASE_MS);
    if (job === undefined) {
      return false;
    }
    try {
      await (job.deletes ? this.delete(job) : this.sweep(job));
    } catch (error) {
      this.log.warn(`Objects of session ${job.sessionId} could not be removed: ${error instanceof Error ? error.message : String(error)}`);
      await this.repository.postpone(this.dataSource, job, this.clock.now() + backoffDelay(RETRY, job.attempt, this.random()));
    }
    return true;
  }

  private async delete(job: CleanupJob): Promise<void> {
    const prefix = sessionPrefix(job.sessionId);
    await this.store.removePrefix(prefix);
    await transaction(this.dataSource, async (manager) => {
      const workers = await this.repository.remove(manager, job);
      const options = factOptions(job);
      for (const worker of workers ?? []) {
        await this.outbox.add(manager, taskCommands[worker].discard, { session_id: job.sessionId, key_prefix: prefix }, options);
      }
      if (workers !== undefined) {
        const by = job.deletedBy ?? undefined;
        await this.outbox.add(manager, sessionEvents.deleted, { session_id: job.sessionId, requested_by: by }, options);
      }
    });
  }

  private async sweep(job: CleanupJob): Promise<void> {
    const { prefixes, kept } = await this.repository.leftovers(this.dataSource, job.sessionId);
    for (const prefix of prefixes) {
      const orphans: string[] = [];
      for await (const { key } of this.store.list(prefix)) {
        if (!kept.has(key)) {
          orphans.push(key);
        }
      }
      for (let index = 0; index < orphans.length; index += REMOVE_AT_ONCE) {
        await this.store.remove(orphans.slice(index, index + REMOVE_AT_ONCE));
      }
    }
    await this.repository.done(this.dataSource, job);
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const busy = await this.runOne().catch((error: unknown) => {
        this.log.warn(`No look for objects to remove: ${error instanceof Error ? error.message : String(error)}`);
        return false;
      });
      if (!busy) {
        await this.clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
  }
}
