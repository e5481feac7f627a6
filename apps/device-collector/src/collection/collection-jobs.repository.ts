import { type Actor, type CollectedCapture, collectionEvents, type CollectionStatus, type SessionView } from '@capstan/contracts';
import { AppError, Batches, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, type SqlRunner, sqlState, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import type { SessionKeeper } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { CollectionDeviceRow, CollectionJobRow } from './collection-rows';
import type { DeviceEnd } from './device-outcome';
import { type DeviceTurn, factOptions, finishedTurn, foldTurns, startedTurn } from './device-turns';
import { isOver, jobIdOf, jobView } from './job-views';

const UNIQUE_VIOLATION = '23505';
/** Names that are tried before another session id is needed. */
const MOST_NAMES = 8;

/** A collection to be. */
export interface NewJob {
  readonly sessionId: string;
  readonly name: string;
  readonly by: Actor;
  readonly captureTypes: readonly string[];
  readonly maxWorkers: number;
  readonly autoLoad: boolean;
  readonly filters: CollectionJobRow['filters'];
  /** Name of the job it repeats. */
  readonly retryOf?: string;
  readonly devices: readonly NewJobDevice[];
}

/** One device of it. */
export interface NewJobDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly address: string;
  readonly site: string | null;
  readonly bastion: string | null;
  readonly credentialId: string | null;
}

/** Which device of which session, and the task that works on it. */
export interface DeviceOfTask {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly taskId: string;
}

/** A device begins, or ends. */
interface DeviceStep {
  readonly device: DeviceOfTask;
  readonly end?: DeviceEnd;
}

/** A page of jobs. */
export interface JobQuery {
  readonly limit: number;
  readonly offset: number;
  readonly status?: CollectionStatus;
  readonly deviceId?: string;
}

/** Collections and their devices. Counters change with the device they count, in one transaction; each change is told. */
@Injectable()
export class CollectionJobs implements SessionKeeper {
  /** Each device of a collection changes the same row: what comes together is written together. */
  private readonly steps = new Batches<DeviceStep>((sessionId, steps) => this.take(sessionId, steps));

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Notes a collection before its session exists. @returns false when it is there already */
  async create(job: NewJob): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await transaction(this.dataSource, (manager) => this.insert(manager, job, jobIdOf(job.sessionId, tries)));
      } catch (error) {
        if (sqlState(error) !== UNIQUE_VIOLATION || tries >= MOST_NAMES) {
          throw error;
        }
      }
    }
  }

  /** Forgets a collection whose session was not created. */
  async withdraw(sessionId: string): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const gone = await rows(manager, `DELETE FROM collection_jobs WHERE session_id = $1 AND NOT confirmed RETURNING session_id`, [sessionId]);
      if (gone.length > 0) {
        await rows(manager, `DELETE FROM collection_devices WHERE session_id = $1`, [sessionId]);
      }
    });
  }

  /** The session exists: its devices may begin. Told once. Repeating is harmless. */
  async confirm(manager: EntityManager, session: Pick<SessionView, 'session_id' | 'targets'>): Promise<void> {
    const targets = session.targets.filter(({ kind }) => kind === 'collection');
    await rows(
      manager,
      `UPDATE collection_devices d SET target_id = t.target_id FROM unnest($2::uuid[], $3::uuid[]) AS t (device_id, target_id)
        WHERE d.session_id = $1 AND d.device_id = t.device_id AND d.target_id IS NULL`,
      [session.session_id, targets.map(({ spec }) => spec['device_id']), targets.map(({ target_id }) => target_id)],
    );
    const [job] = await rows<CollectionJobRow>(manager, `UPDATE collection_jobs SET confirmed = true WHERE session_id = $1 AND NOT confirmed RETURNING *`, [session.session_id]);
    if (job !== undefined) {
      await this.outbox.add(manager, collectionEvents.started, { job: this.view(job) }, factOptions(job));
    }
  }

  /** Whether a collection is known. */
  async exists(runner: SqlRunner, sessionId: string): Promise<boolean> {
    return (await rows(runner, `SELECT 1 AS one FROM collection_jobs WHERE session_id = $1`, [sessionId])).length > 0;
  }

  /** @throws AppError `COLLECTION_NOT_FOUND` */
  async byName(jobId: string): Promise<CollectionJobRow> {
    const [job] = await rows<CollectionJobRow>(this.dataSource, `SELECT * FROM collection_jobs WHERE job_id = $1 AND confirmed`, [jobId]);
    if (job === undefined) {
      throw new AppError('COLLECTION_NOT_FOUND', 'There is no collection of this name');
    }
    return job;
  }

  /** Undefined when it is not known. */
  async bySession(sessionId: string): Promise<CollectionJobRow | undefined> {
    const [job] = await rows<CollectionJobRow>(this.dataSource, `SELECT * FROM collection_jobs WHERE session_id = $1`, [sessionId]);
    return job;
  }

  /** Newest first, with how many there are. */
  async list({ limit, offset, status, deviceId }: JobQuery): Promise<{ jobs: CollectionJobRow[]; total: number }> {
    const where = `confirmed AND ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM collection_devices d WHERE d.session_id = j.session_id AND d.device_id = $2))`;
    const filter = [status ?? null, deviceId ?? null];
    const [counted] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM collection_jobs j WHERE ${where}`, filter);
    const jobs = await rows<CollectionJobRow>(this.dataSource, `SELECT * FROM collection_jobs j WHERE ${where} ORDER BY created_at DESC, session_id DESC LIMIT $3 OFFSET $4`, [...filter, limit, offset]);
    return { jobs, total: Number(counted?.total ?? 0) };
  }

  /** Devices of a collection in their order. */
  devices(sessionId: string): Promise<CollectionDeviceRow[]> {
    return rows<CollectionDeviceRow>(this.dataSource, `SELECT * FROM collection_devices WHERE session_id = $1 ORDER BY ordinal`, [sessionId]);
  }

  /** One device of a collection. */
  async device(sessionId: string, deviceId: string): Promise<CollectionDeviceRow | undefined> {
    const [found] = await rows<CollectionDeviceRow>(this.dataSource, `SELECT * FROM collection_devices WHERE session_id = $1 AND device_id = $2`, [sessionId, deviceId]);
    return found;
  }

  /** A task begins with a device, or goes on with it. */
  startDevice(device: DeviceOfTask): Promise<void> {
    return this.steps.add(device.sessionId, { device });
  }

  /** Keeps what a device that is still at work has given, for whoever goes on with it, and tells of it. */
  async checkpoint({ sessionId, deviceId, taskId }: DeviceOfTask, captures: readonly CollectedCapture[], news: readonly CollectedCapture[], logins: number): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const [device] = await rows<CollectionDeviceRow & { job_id: string }>(
        manager,
        `UPDATE collection_devices d SET captures = $4, attempts = $5 FROM collection_jobs j
          WHERE d.session_id = $1 AND d.device_id = $2 AND d.task_id = $3 AND d.status = 'running' AND j.session_id = d.session_id RETURNING d.*, j.job_id`,
        [sessionId, deviceId, taskId, JSON.stringify(captures), logins],
      );
      if (device !== undefined && news.length > 0) {
        const fact = { job_id: device.job_id, session_id: sessionId, device_id: deviceId, target_id: device.target_id ?? deviceId, device_name: device.device_name, attempt: logins, captures: [...news], at: isoTime(this.clock.now()) };
        await this.outbox.add(manager, collectionEvents.capturesCompleted, fact, factOptions(device));
      }
    });
  }

  /** A device is done. Counted and told once, whoever says it how often. */
  finishDevice(device: DeviceOfTask, end: DeviceEnd): Promise<void> {
    return this.steps.add(device.sessionId, { device, end });
  }

  /** The session is over: so is every device, also those no worker came to. */
  async finish(manager: EntityManager, session: Pick<SessionView, 'session_id' | 'state' | 'cancel_requested_at' | 'targets'>): Promise<void> {
    const job = await this.lock(manager, session.session_id);
    if (job === undefined || isOver(job)) {
      return;
    }
    const now = new Date(this.clock.now());
    const open = await rows<CollectionDeviceRow>(manager, `SELECT * FROM collection_devices WHERE session_id = $1 AND status IN ('queued', 'running') ORDER BY ordinal FOR UPDATE`, [session.session_id]);
    const errors = new Map(session.targets.map(({ spec, error }) => [spec['device_id'], error]));
    const endOf = ({ device_id: id }: CollectionDeviceRow) => {
      const error = errors.get(id) ?? null;
      return { status: error === null ? ('cancelled' as const) : ('failed' as const), error: error?.message ?? null, errorClass: error?.code ?? null };
    };
    const running = open.filter(({ status }) => status === 'running');
    await this.write(manager, foldTurns(job, running, (counted, device) => finishedTurn(counted, device, { ...endOf(device), attempts: device.attempts, durationMs: null, captures: device.captures, news: [] }, now)));
    const untouched = open
      .filter(({ status }) => status === 'queued')
      .map((device) => {
        const { status, error, errorClass } = endOf(device);
        return { device_id: device.device_id, status, error, error_class: errorClass };
      });
    await rows(
      manager,
      `UPDATE collection_devices d SET status = r.status, error = r.error, error_class = r.error_class
         FROM jsonb_to_recordset($2::jsonb) AS r (device_id uuid, status text, error text, error_class text) WHERE d.session_id = $1 AND d.device_id = r.device_id`,
      [session.session_id, JSON.stringify(untouched)],
    );
    const failed = untouched.filter(({ status }) => status === 'failed').length;
    const [ended] = await rows<CollectionJobRow>(
      manager,
      `UPDATE collection_jobs SET running = 0, failed = failed + $2, cancelled = cancelled + $3, completed_at = $4,
              status = CASE WHEN $5 THEN 'cancelled' WHEN succeeded = device_count THEN 'completed' WHEN succeeded > 0 THEN 'partial' ELSE 'failed' END
        WHERE session_id = $1 RETURNING *`,
      [session.session_id, failed, untouched.length - failed, now, session.cancel_requested_at !== null],
    );
    if (ended !== undefined) {
      await this.outbox.add(manager, collectionEvents.finished, { job: this.view(ended), failed_devices: await this.failures(manager, session.session_id) }, factOptions(ended));
    }
  }

  /** Somebody wants it to end: nothing of it begins any more. */
  async requestCancel(sessionId: string): Promise<void> {
    await rows(this.dataSource, `UPDATE collection_jobs SET cancel_requested_at = COALESCE(cancel_requested_at, $2) WHERE session_id = $1 AND completed_at IS NULL`, [sessionId, new Date(this.clock.now())]);
  }

  /** Captures were loaded afterwards. */
  async loaded(sessionId: string, waiting: number, message: string): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const [job] = await rows<CollectionJobRow>(manager, `UPDATE collection_jobs SET not_loaded = $2, auto_load_db = auto_load_db OR $2 = 0 WHERE session_id = $1 RETURNING *`, [sessionId, waiting]);
      if (job !== undefined) {
        await this.outbox.add(manager, collectionEvents.changed, { job: this.view(job), message }, factOptions(job));
      }
    });
  }

  async forgetSession(manager: EntityManager, sessionId: string): Promise<void> {
    await rows(manager, `DELETE FROM collection_devices WHERE session_id = $1`, [sessionId]);
    await rows(manager, `DELETE FROM collection_jobs WHERE session_id = $1`, [sessionId]);
  }

  private async insert(manager: EntityManager, job: NewJob, jobId: string): Promise<boolean> {
    const inserted = await rows(
      manager,
      `INSERT INTO collection_jobs (session_id, job_id, name, status, created_at, requested_by, capture_types, max_workers, auto_load_db, filters, retry_of, device_count)
       VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (session_id) DO NOTHING RETURNING session_id`,
      [job.sessionId, jobId, job.name, new Date(this.clock.now()), JSON.stringify(job.by), [...job.captureTypes], job.maxWorkers, job.autoLoad, JSON.stringify(job.filters), job.retryOf ?? null, job.devices.length],
    );
    if (inserted.length === 0) {
      return false;
    }
    const devices = job.devices.map((device, index) => ({
      session_id: job.sessionId,
      device_id: device.deviceId,
      ordinal: index + 1,
      device_name: device.name,
      address: device.address,
      site: device.site,
      bastion: device.bastion,
      credential_id: device.credentialId,
      status: 'queued',
      attempts: 0,
      captures: [],
    }));
    await rows(manager, `INSERT INTO collection_devices SELECT * FROM jsonb_populate_recordset(NULL::collection_devices, $1::jsonb)`, [JSON.stringify(devices)]);
    return true;
  }

  /** Devices that begin or end together, under one lock of their collection. */
  private async take(sessionId: string, steps: readonly DeviceStep[]): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const job = await this.lock(manager, sessionId);
      if (job === undefined || isOver(job)) {
        return;
      }
      const now = new Date(this.clock.now());
      const found = await rows<CollectionDeviceRow>(manager, `SELECT * FROM collection_devices WHERE session_id = $1 AND device_id = ANY ($2::uuid[]) ORDER BY ordinal FOR UPDATE`, [sessionId, steps.map(({ device }) => device.deviceId)]);
      const devices = new Map(found.map((device) => [device.device_id, device]));
      await this.write(
        manager,
        foldTurns(job, steps, (counted, { device: { deviceId, taskId }, end }) => {
          const device = devices.get(deviceId);
          const ends = end !== undefined && device?.status === 'running' && device.task_id === taskId;
          if (device === undefined || (end !== undefined && !ends)) {
            return undefined;
          }
          const turn = end === undefined ? startedTurn(counted, device, taskId, now) : finishedTurn(counted, device, end, now);
          devices.set(deviceId, turn.device);
          return turn;
        }),
      );
    });
  }

  /** What turns have made of devices and of their collection, and what is told of it. */
  private async write(manager: EntityManager, turns: readonly DeviceTurn[]): Promise<void> {
    const job = turns.at(-1)?.job;
    if (job === undefined) {
      return;
    }
    const devices = new Map(turns.map(({ device }) => [device.device_id, device]));
    await rows(
      manager,
      `UPDATE collection_devices d
          SET status = r.status, task_id = r.task_id, started_at = r.started_at, error = r.error, error_class = r.error_class, attempts = r.attempts, duration_ms = r.duration_ms, captures = r.captures, finished_at = r.finished_at
         FROM jsonb_populate_recordset(NULL::collection_devices, $2::jsonb) AS r WHERE d.session_id = $1 AND d.device_id = r.device_id`,
      [job.session_id, JSON.stringify([...devices.values()])],
    );
    await rows(
      manager,
      `UPDATE collection_jobs SET status = $2, running = $3, succeeded = $4, failed = $5, cancelled = $6, captures_created = $7, captures_failed = $8, captures_unsupported = $9, changes_detected = $10, not_loaded = $11
        WHERE session_id = $1`,
      [
        job.session_id,
        job.status,
        job.running,
        job.succeeded,
        job.failed,
        job.cancelled,
        JSON.stringify(job.captures_created),
        JSON.stringify(job.captures_failed),
        JSON.stringify(job.captures_unsupported),
        job.changes_detected,
        job.not_loaded,
      ],
    );
    await this.outbox.addAll(manager, turns.flatMap(({ fact }) => fact ?? []));
  }

  private async failures(runner: SqlRunner, sessionId: string): Promise<{ name: string; error: string; error_class: string | null }[]> {
    const failed = await rows<CollectionDeviceRow>(runner, `SELECT * FROM collection_devices WHERE session_id = $1 AND status = 'failed' ORDER BY ordinal`, [sessionId]);
    return failed.map((device) => ({ name: device.device_name, error: device.error ?? 'failed', error_class: device.error_class }));
  }

  private async lock(manager: EntityManager, sessionId: string): Promise<CollectionJobRow | undefined> {
    const [job] = await rows<CollectionJobRow>(manager, `SELECT * FROM collection_jobs WHERE session_id = $1 FOR UPDATE`, [sessionId]);
    return job;
  }

  private view(job: CollectionJobRow) {
    return jobView(job, this.clock.now());
  }
}
