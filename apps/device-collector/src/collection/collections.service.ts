import { type Actor, CAPTURE_TYPES, type CollectionJob, type CollectionTarget, type RequestOf, type collectionRpc, sessionRpc, type SessionView } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CaptureCatalogue } from '../catalogue/capture-catalogue';
import { type CollectableDevice, DeviceDirectory } from '../devices/device-directory.repository';
import { PlatformCatalogue } from '../platforms';
import { Admission } from './admission.service';
import { CollectionJobs, type NewJobDevice } from './collection-jobs.repository';
import type { CollectionJobRow } from './collection-rows';
import { owedTypes } from './device-outcome';
import { isOver, jobView } from './job-views';

/** An order to collect. */
export type StartOrder = RequestOf<typeof collectionRpc.start>;

/** What is answered to every order. */
export interface Ordered {
  readonly job_id: string;
  readonly session_id: string;
  readonly message: string;
}

/** Errors after which nobody knows whether the session exists. */
const UNCERTAIN: readonly string[] = ['RPC_TIMEOUT', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];
/** Wrong devices that are named one by one. */
const MOST_ERRORS = 100;

/** What people do with collections. The work itself is a session of the engine with one target per device. */
@Injectable()
export class Collections {
  private readonly logger = new Logger(Collections.name);
  private readonly reloading = new Map<string, Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: CollectionJobs,
    private readonly directory: DeviceDirectory,
    private readonly platforms: PlatformCatalogue,
    private readonly catalogue: CaptureCatalogue,
    private readonly admission: Admission,
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Capture types of all platforms, Capstan's own first. */
  captureTypes(): { name: string; built_in: boolean; platforms: string[] }[] {
    const known: readonly string[] = CAPTURE_TYPES;
    const own = [...new Set(this.platforms.all.flatMap(({ types }) => types))].filter((type) => !known.includes(type)).sort();
    return [...known, ...own].map((name) => ({
      name,
      built_in: known.includes(name),
      platforms: this.platforms.all.filter((platform) => (platform.commands(name)?.steps.length ?? 0) > 0).map(({ name: platform }) => platform),
    }));
  }

  /**
   * Starts a collection. Everything is checked before anything is kept; the same order again is the same job.
   * @throws AppError `VALIDATION_FAILED` with the place of every wrong device and type
   */
  async start(order: StartOrder): Promise<Ordered> {
    const known = await this.jobs.bySession(order.session_id);
    if (known?.confirmed === true) {
      return { job_id: known.job_id, session_id: known.session_id, message: 'Collection started' };
    }
    const found = await this.directory.find(order.devices);
    this.check(order, found);
    const { max_workers: maxWorkers, auto_load_db: autoLoad, timeouts } = order.options;
    const targets = found.map((device): CollectionTarget => ({
      kind: 'collection',
      device_id: device.id,
      device_name: device.name,
      address: device.address,
      capture_types: order.capture_types,
      ...(order.credential_id === undefined ? {} : { credential_id: order.credential_id }),
      auto_load_db: autoLoad,
      max_workers: maxWorkers,
      ...(timeouts === undefined ? {} : { timeouts }),
    }));
    const name = order.name ?? `Collection of ${found.length} ${found.length === 1 ? 'device' : 'devices'}`;
    await this.jobs.create({
      sessionId: order.session_id,
      name,
      by: order.requested_by,
      captureTypes: order.capture_types,
      maxWorkers,
      autoLoad,
      filters: order.filters,
      devices: found.map((device) => jobDevice(device, order.credential_id)),
    });
    return this.begin(order.session_id, 'Collection started', () =>
      this.rpc.call(sessionRpc.create, { session_id: order.session_id, name, targets, requested_by: order.requested_by }, { timeoutMs: 25_000 }),
    );
  }

  /**
   * A new collection from the devices that failed or were cancelled. A device that failed is asked only for what it still owes.
   * @throws AppError `COLLECTION_NOT_FOUND`, `SESSION_NOT_READY`, `NOTHING_TO_RETRY`
   */
  async retry(jobId: string, newSessionId: string, by: Actor): Promise<Ordered> {
    const job = await this.jobs.byName(jobId);
    if (!isOver(job)) {
      throw new AppError('SESSION_NOT_READY', 'The collection has not ended yet');
    }
    const failed = (await this.jobs.devices(job.session_id)).filter(({ status }) => status === 'failed' || status === 'cancelled');
    if (failed.length === 0) {
      throw new AppError('NOTHING_TO_RETRY', 'Every device of this collection succeeded');
    }
    await this.jobs.create({
      sessionId: newSessionId,
      name: `${job.name} (retry)`.slice(0, 100),
      by,
      captureTypes: job.capture_types.filter((type) => failed.some((row) => owedTypes(row.status === 'failed' ? row.captures : [], job.capture_types).includes(type))),
      maxWorkers: job.max_workers,
      autoLoad: job.auto_load_db,
      filters: job.filters,
      retryOf: job.job_id,
      devices: failed.map((row) => ({ deviceId: row.device_id, name: row.device_name, address: row.address, site: row.site, bastion: row.bastion, credentialId: row.credential_id })),
    });
    const message = `Collecting again from ${failed.length} ${failed.length === 1 ? 'device' : 'devices'}`;
    return this.begin(newSessionId, message, () => this.rpc.call(sessionRpc.retry, { session_id: job.session_id, new_session_id: newSessionId, requested_by: by }, { timeoutMs: 25_000 }));
  }

  /**
   * Ends a collection. Nothing more is begun from here on; what is at work is let go of.
   * @throws AppError `COLLECTION_NOT_FOUND`, `SESSION_STATE_CONFLICT` when it is over
   */
  async cancel(jobId: string, by: Actor): Promise<Ordered> {
    const job = await this.jobs.byName(jobId);
    await this.jobs.requestCancel(job.session_id);
    await this.rpc.call(sessionRpc.cancel, { session_id: job.session_id, requested_by: by }, { timeoutMs: 12_000 });
    return { job_id: job.job_id, session_id: job.session_id, message: 'Collection is being cancelled' };
  }

  /**
   * Takes captures that are saved into the catalogue, in the background.
   * @throws AppError `COLLECTION_NOT_FOUND`, `SESSION_NOT_READY`, `NOTHING_TO_RELOAD`
   */
  async reload(jobId: string): Promise<Ordered> {
    const job = await this.jobs.byName(jobId);
    if (!isOver(job)) {
      throw new AppError('SESSION_NOT_READY', 'The collection has not ended yet');
    }
    const waiting = await this.catalogue.waiting(job.session_id);
    if (waiting === 0) {
      throw new AppError('NOTHING_TO_RELOAD', 'Every capture of this collection is loaded');
    }
    if (!this.reloading.has(job.session_id)) {
      const work = this.load(job).finally(() => this.reloading.delete(job.session_id));
      this.reloading.set(job.session_id, work);
    }
    return { job_id: job.job_id, session_id: job.session_id, message: `Loading ${waiting} ${waiting === 1 ? 'capture' : 'captures'}` };
  }

  /** A job as it is told. */
  view(job: CollectionJobRow): CollectionJob {
    return jobView(job, this.clock.now());
  }

  /** Notes a collection that was ordered as a plain session. */
  async adopt(session: SessionView): Promise<void> {
    const targets = session.targets.filter(({ kind }) => kind === 'collection').map(({ spec }) => spec as unknown as CollectionTarget);
    const [first] = targets;
    if (first === undefined || (await this.jobs.exists(this.dataSource, session.session_id))) {
      return;
    }
    const found = new Map((await this.directory.find(targets.map(({ device_id: id }) => id))).map((device) => [device.id, device]));
    const parent = session.retry_of === null ? undefined : await this.jobs.bySession(session.retry_of);
    await this.jobs.create({
      sessionId: session.session_id,
      name: session.name,
      by: session.created_by,
      captureTypes: [...new Set(targets.flatMap(({ capture_types: types }) => types))],
      maxWorkers: first.max_workers,
      autoLoad: first.auto_load_db,
      filters: {},
      ...(parent === undefined ? {} : { retryOf: parent.job_id }),
      devices: targets.map((target): NewJobDevice => {
        const device = found.get(target.device_id);
        return device === undefined
          ? { deviceId: target.device_id, name: target.device_name, address: target.address, site: null, bastion: null, credentialId: target.credential_id ?? null }
          : jobDevice(device, target.credential_id);
      }),
    });
  }

  /** Creates the session of a collection that is noted already; what was refused leaves nothing behind. */
  private async begin(sessionId: string, message: string, create: () => Promise<{ session: SessionView }>): Promise<Ordered> {
    try {
      const { session } = await create();
      await transaction(this.dataSource, (manager) => this.jobs.confirm(manager, session));
      this.admission.wake();
    } catch (error) {
      if (error instanceof AppError && !UNCERTAIN.includes(error.code)) {
        await this.jobs.withdraw(sessionId);
        throw inWordsOfOrder(error);
      }
      throw error;
    }
    const job = await this.jobs.bySession(sessionId);
    return { job_id: job?.job_id ?? '', session_id: sessionId, message };
  }

  private check({ devices, capture_types: types }: StartOrder, found: readonly CollectableDevice[]): void {
    const known = new Map(found.map((device) => [device.id, device]));
    const errors = types.flatMap((type, index): FieldError[] =>
      this.platforms.all.some((platform) => platform.commands(type) !== undefined) ? [] : [{ path: `capture_types.${index}`, code: 'CAPTURE_TYPE_UNKNOWN', message: 'no platform knows this capture type' }],
    );
    devices.forEach((id, index) => {
      if (!known.has(id)) {
        errors.push({ path: `devices.${index}`, code: 'DEVICE_NOT_FOUND', message: 'no such device' });
      }
    });
    if (errors.length > 0) {
      throw validationError(errors.slice(0, MOST_ERRORS));
    }
  }

  private async load(job: CollectionJobRow): Promise<void> {
    try {
      const { loaded, failed } = await this.catalogue.reload(job.session_id);
      const waiting = await this.catalogue.waiting(job.session_id);
      await this.jobs.loaded(job.session_id, waiting, `${loaded.length} captures loaded${failed.length > 0 ? `, ${failed.length} still wait` : ''}`);
    } catch (error) {
      this.logger.error('Captures could not be loaded again', { session_id: job.session_id }, error);
    }
  }
}

function jobDevice(device: CollectableDevice, credentialId: string | undefined): NewJobDevice {
  const [bastion] = device.jump;
  return {
    deviceId: device.id,
    name: device.name,
    address: device.address,
    site: device.site,
    bastion: bastion === undefined ? null : `${bastion.host}:${bastion.port}`,
    credentialId: credentialId ?? device.credentialId,
  };
}

/** What the engine says of target n is about device n of the order. */
function inWordsOfOrder(error: AppError): unknown {
  const errors = error.code === 'VALIDATION_FAILED' ? error.details?.['errors'] : undefined;
  if (!Array.isArray(errors)) {
    return error;
  }
  const words = (errors as FieldError[]).map(({ path, code, message }): FieldError => {
    const [, index, field] = /^targets\.(\d+)\.(.*)$/.exec(path) ?? [];
    return { path: index === undefined ? path : field?.startsWith('credential') === true ? `devices.${index}.credential_id` : `devices.${index}`, code, message };
  });
  return validationError(words.slice(0, MOST_ERRORS));
}
