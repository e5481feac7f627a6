import { type Clock } from '@capstan/kernel';
import { rows, type SqlRunner, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { admitTasks } from '@capstan/tasks';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { admit, type Candidate, type CredentialStanding, rampAt } from './admission';
import type { CollectionRampRow, CredentialBreakerRow } from './collection-rows';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import { PROVEN_FOR_MS, REFUSALS_IN_A_ROW } from './credential-breakers.repository';

/** Between two looks when nobody says that something has changed: another replica's devices may be done. */
const LOOK_EVERY_MS = 250;
/** Devices that are done within this time are replaced together: a look costs the same for one and for ten. */
const TOGETHER_MS = 25;
/** Waiting devices of one session that are looked at: more than can begin at once, so that one limit does not hide the rest. */
const LOOK_AHEAD = 200;
/** Any number, as long as nobody else in this schema uses it. */
const LOCK = 7_301_449;

interface CandidateRow {
  readonly task_id: string;
  readonly session_id: string;
  readonly device_id: string;
  readonly site: string | null;
  readonly bastion: string | null;
  readonly credential_id: string | null;
  readonly max_workers: number;
}

/**
 * Lets devices of collections in, one place after the other: as many as the session, the site, the bastion, the credential
 * and the whole installation bear, and no faster than the ramp. Every replica tries; one at a time decides.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Admission.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private woken = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
  }

  /** Something has changed: a device is done, a credential was accepted. */
  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  /** One look. @returns how many were let in */
  async look(): Promise<number> {
    // Most looks find nobody, and need neither the lock nor a transaction for that.
    if ((await this.waiting(this.dataSource)).length === 0) {
      return 0;
    }
    return transaction(this.dataSource, async (manager) => {
      const [lock] = await rows<{ mine: boolean }>(manager, `SELECT pg_try_advisory_xact_lock($1) AS mine`, [LOCK]);
      if (lock?.mine !== true) {
        return 0;
      }
      const waiting = await this.waiting(manager);
      if (waiting.length === 0) {
        return 0;
      }
      const running = await this.running(manager);
      const limits = {
        all: this.config.CAPSTAN_COLLECTION_LIMIT,
        perSite: this.config.CAPSTAN_COLLECTION_PER_SITE,
        perBastion: this.config.CAPSTAN_COLLECTION_PER_BASTION,
        perCredential: this.config.CAPSTAN_COLLECTION_PER_CREDENTIAL,
        refusals: REFUSALS_IN_A_ROW,
        rampPerSec: this.config.CAPSTAN_COLLECTION_RAMP_PER_SEC,
      };
      const now = this.clock.now();
      const [kept] = await rows<CollectionRampRow>(manager, `SELECT * FROM collection_ramp WHERE id = 1`);
      const ramp = rampAt(kept === undefined ? { ceiling: 0, at: 0 } : { ceiling: kept.ceiling, at: kept.at.getTime() }, running.length, now, limits);
      // After those at work: who is refused and ends in between is then counted twice, never missed.
      const standings = await this.standings(manager, [...new Set(waiting.flatMap(({ credentialId }) => credentialId ?? []))]);
      const admitted = admit(waiting, running, limits, ramp.ceiling, standings);
      await rows(manager, `INSERT INTO collection_ramp (id, ceiling, at) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET ceiling = $1, at = $2`, [ramp.ceiling, new Date(now)]);
      return admitted.length === 0 ? 0 : admitTasks(manager, 'device-collector', admitted);
    });
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.woken = false;
      try {
        await this.look();
      } catch (error) {
        this.logger.warn('Waiting devices could not be looked at; it will be tried again', error);
      }
      if (this.woken) {
        await this.clock.sleep(TOGETHER_MS, signal).catch(() => undefined);
        continue;
      }
      const pause = new AbortController();
      const woken = new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
      await Promise.race([this.clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, pause.signal])).catch(() => undefined), woken]);
      pause.abort();
    }
  }

  private async waiting(runner: SqlRunner): Promise<Candidate[]> {
    const found = await rows<CandidateRow>(
      runner,
      `SELECT t.task_id, t.session_id, d.device_id, d.site, d.bastion, d.credential_id, j.max_workers
         FROM collection_jobs j
        CROSS JOIN LATERAL (
              SELECT task_id, session_id, spec, created_at FROM tasks
               WHERE session_id = j.session_id AND kind = 'collection' AND finished_at IS NULL AND admitted_at IS NULL
                 AND cancel_requested_at IS NULL AND stop_requested_at IS NULL
               ORDER BY created_at, task_id LIMIT ${LOOK_AHEAD}) t
         JOIN collection_devices d ON d.session_id = t.session_id AND d.device_id = (t.spec ->> 'device_id')::uuid
        WHERE j.completed_at IS NULL AND j.confirmed AND j.cancel_requested_at IS NULL
        ORDER BY j.created_at, t.created_at, t.task_id`,
    );
    return found.map(candidateOf);
  }

  private async running(manager: EntityManager): Promise<Candidate[]> {
    const found = await rows<CandidateRow>(
      manager,
      `SELECT t.task_id, t.session_id, d.device_id, d.site, d.bastion, d.credential_id, 0 AS max_workers
         FROM tasks t JOIN collection_devices d ON d.session_id = t.session_id AND d.device_id = (t.spec ->> 'device_id')::uuid
        WHERE t.kind = 'collection' AND t.finished_at IS NULL AND t.admitted_at IS NOT NULL`,
    );
    return found.map(candidateOf);
  }

  private async standings(manager: EntityManager, credentialIds: readonly string[]): Promise<Map<string, CredentialStanding>> {
    const now = this.clock.now();
    const found = await rows<CredentialBreakerRow>(manager, `SELECT * FROM credential_breakers WHERE credential_id = ANY($1)`, [credentialIds]);
    return new Map(
      found.map(({ credential_id: id, refused, proven_at: provenAt, retry_at: retryAt }) => [
        id,
        { proven: (provenAt?.getTime() ?? 0) > now - PROVEN_FOR_MS, refused: refused.length, suspended: (retryAt?.getTime() ?? 0) > now },
      ]),
    );
  }
}

function candidateOf(row: CandidateRow): Candidate {
  return { taskId: row.task_id, sessionId: row.session_id, deviceId: row.device_id, site: row.site, bastion: row.bastion, credentialId: row.credential_id, maxWorkers: row.max_workers };
}
