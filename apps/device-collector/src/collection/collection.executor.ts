import { type ArtifactView, type CollectedCapture, collectionTarget, type CollectionTarget, fieldProblems } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, type Random } from '@capstan/kernel';
import { CLOCK, RANDOM } from '@capstan/service-kit';
import type { TaskExecutor, TaskOutcome, TaskRun } from '@capstan/tasks';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { CaptureCatalogue, type KnownCaptures } from '../catalogue/capture-catalogue';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import { Credentials } from '../credentials/credentials.repository';
import { type CollectableDevice, DeviceDirectory } from '../devices/device-directory.repository';
import { DriverSteps } from '../drivers/driver-steps.service';
import { HostKeys } from '../host-keys/host-keys.repository';
import { type Platform, PlatformCatalogue } from '../platforms';
import { Admission } from './admission.service';
import { Bastions } from './bastions.client';
import { CaptureSink } from './capture-sink';
import { Checkpoints } from './checkpoints';
import { CollectionJobs, type DeviceOfTask } from './collection-jobs.repository';
import type { CollectionDeviceRow } from './collection-rows';
import { CredentialBreakers } from './credential-breakers.repository';
import { type DeviceEnd, deviceEnd, readingOrder, taskOutcome } from './device-outcome';
import { DeviceRun } from './device-run';
import { observedIdentity } from './observed-identity';
import { logIn } from './sessions/device-login.client';
import { patienceOf } from './timeouts';
import { failedReading, type TypeReading } from './type-reading';

const MEGABYTE = 1_048_576;

/** Targets of kind `collection`: one device each, read over one login. */
@Injectable()
export class CollectionExecutor implements TaskExecutor, BeforeApplicationShutdown {
  readonly kind = 'collection';
  private readonly bastions: Bastions;

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly credentials: Credentials,
    private readonly hostKeys: HostKeys,
    private readonly platforms: PlatformCatalogue,
    private readonly jobs: CollectionJobs,
    private readonly breakers: CredentialBreakers,
    private readonly admission: Admission,
    private readonly catalogue: CaptureCatalogue,
    private readonly driverSteps: DriverSteps,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {
    this.bastions = new Bastions(clock);
  }

  beforeApplicationShutdown(): void {
    this.bastions.close();
  }

  async check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]> {
    const [errors = []] = await this.checkAll([spec]);
    return errors;
  }

  async checkAll(specs: readonly Readonly<Record<string, unknown>>[]): Promise<FieldError[][]> {
    const parsed = specs.map((spec) => collectionTarget.safeParse(spec));
    const targets = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
    const devices = new Map((await this.directory.find([...new Set(targets.map(({ device_id: id }) => id))])).map((device) => [device.id, device]));
    const credentials = await this.knownCredentials([...targets.map(({ credential_id: id }) => id), ...[...devices.values()].map(({ credentialId }) => credentialId)]);
    return parsed.map(({ data, error }, index) => (data === undefined ? fieldProblems(error.issues, specs[index]) : this.checkTarget(data, devices.get(data.device_id), credentials)));
  }

  async execute(run: TaskRun): Promise<TaskOutcome> {
    const { task, control, journal } = run;
    const target = collectionTarget.parse(task.spec);
    const mine: DeviceOfTask = { sessionId: task.session_id, deviceId: target.device_id, taskId: task.task_id };
    if (control.cancel.aborted || control.stop.aborted) {
      return { outcome: 'cancelled', metrics: {}, captureBegan: false };
    }
    const row = await this.jobs.device(mine.sessionId, mine.deviceId);
    const resumed = row?.task_id === task.task_id ? row : undefined;
    if (resumed !== undefined && resumed.finished_at !== null) {
      // An earlier holder came to the end, and was lost before it could say so.
      return taskOutcome(endOf(resumed));
    }
    await journal.advance('capturing', { startedAt: this.clock.now() });
    await this.jobs.startDevice(mine);
    const end = await this.collect(run, target, mine, resumed);
    control.lost.throwIfAborted();
    await this.jobs.finishDevice(mine, end);
    if (end.captures.some(({ status }) => status === 'success')) {
      await this.directory.noteCollected(mine.deviceId, new Date(this.clock.now()));
    }
    return taskOutcome(end);
  }

  settled(): void {
    this.admission.wake();
  }

  /** From the first byte to the last capture. Fails only when the task is lost, or handed back. */
  private async collect(run: TaskRun, target: CollectionTarget, mine: DeviceOfTask, resumed: CollectionDeviceRow | undefined): Promise<DeviceEnd> {
    const { control } = run;
    const begun = this.clock.monotonic();
    const done: CollectedCapture[] = [...(resumed?.captures ?? [])];
    const state = { logins: resumed?.attempts ?? 0, told: done.length };
    const artifacts: ArtifactView[] = [];
    const limit = new AbortController();
    const over = new AbortController();
    const signal = AbortSignal.any([control.cancel, control.stop, control.lost, limit.signal]);
    const finish = (error: AppError | undefined): DeviceEnd => {
      const missing = target.capture_types.filter((type) => !done.some(({ capture_type: known }) => known === type));
      const failure = error ?? new AppError('CANCELLED', 'The collection was ended before its turn came');
      const captures = [...done, ...missing.map((type) => toldFailure(type, failure))];
      const facts = { attempts: state.logins, durationMs: Math.round(this.clock.monotonic() - begun), news: captures.slice(state.told), error };
      const end = deviceEnd(captures, facts);
      return control.cancel.aborted && end.status === 'failed' ? { ...end, status: 'cancelled', error: null, errorClass: null, captures: done, news: done.slice(state.told) } : end;
    };
    try {
      const order = await this.prepare(target);
      const known = await this.catalogue.known(target.device_id, mine.taskId);
      this.clock.sleep(order.patience.deviceMs, over.signal).then(
        () => limit.abort(new AppError('DEVICE_TIMEOUT', `${order.device.address} was not done within ${order.patience.deviceMs / 1_000} s`)),
        () => undefined,
      );
      const checkpoints = new Checkpoints(this.clock, async (captures, news) => {
        // What the next holder does not ask for again must be among the artifacts of the task.
        await run.journal.named(artifacts.splice(0));
        await this.jobs.checkpoint(mine, captures, news, state.logins);
        state.told = captures.length;
      });
      const sink = this.sink(run, target, order, known, (capture, artifact) => {
        done.push(capture);
        artifacts.push(...(artifact === undefined ? [] : [artifact]));
        checkpoints.consider(done, state.told);
      });
      const types = readingOrder(target.capture_types).filter((type) => !done.some(({ capture_type: known }) => known === type));
      const ended = await new DeviceRun(
        { platform: order.platform, types, patience: order.patience, loginsBefore: state.logins },
        {
          clock: this.clock,
          random: this.random,
          open: (until) => this.driverSteps.with(order.platform.name)('login', () => this.open(run, order, types, until)),
          take: (reading) => {
            this.driverSteps.took(order.platform.name, reading.type, reading.status, reading.durationMs);
            sink.take(reading);
          },
          lastGoodChars: (type) => (type === 'configs' ? (known.get(type)?.head?.chars ?? null) : null),
          onLogin: (attempt) => (state.logins = attempt),
        },
      )
        .run(signal)
        .finally(() => sink.settled().catch(() => undefined))
        .finally(() => checkpoints.settled());
      await sink.settled();
      if (run.handsBack(ended.error)) {
        throw ended.error;
      }
      return finish(ended.error);
    } catch (error) {
      control.lost.throwIfAborted();
      // Written down, it would be what every next holder finds.
      if (run.handsBack(error)) {
        throw error;
      }
      return finish(limit.signal.aborted ? (limit.signal.reason as AppError) : AppError.from(error));
    } finally {
      over.abort();
      if (!control.lost.aborted && artifacts.length > 0) {
        await run.journal.named(artifacts);
      }
    }
  }

  /** Everything that is known before the device is touched. @throws AppError `DEVICE_NOT_FOUND`, `DEVICE_DISABLED`, `PLATFORM_UNKNOWN`, `CREDENTIAL_MISSING` */
  private async prepare(target: CollectionTarget) {
    const [device] = await this.directory.find([target.device_id]);
    if (device === undefined) {
      throw new AppError('DEVICE_NOT_FOUND', `${target.device_name || target.device_id} is not in the inventory any more`);
    }
    if (!device.enabled) {
      throw new AppError('DEVICE_DISABLED', `${device.name} is switched off in the inventory`);
    }
    if (device.problem !== null) {
      throw AppError.fromShape(device.problem);
    }
    const platform = device.platform === null ? undefined : this.platforms.find(device.platform);
    if (platform === undefined) {
      throw new AppError('PLATFORM_UNKNOWN', device.platform === null ? `Nobody knows the platform of ${device.name}; a test of the device finds it out` : `There is no platform ${device.platform}`);
    }
    const credentialId = target.credential_id ?? device.credentialId;
    if (credentialId === null) {
      throw new AppError('CREDENTIAL_MISSING', `${device.name} has no credential, and the collection names none`);
    }
    return { device, platform, credentialId, patience: patienceOf(target.timeouts, device.overrides) };
  }

  private async open({ task, journal }: TaskRun, order: Awaited<ReturnType<CollectionExecutor['prepare']>>, types: readonly string[], signal: AbortSignal) {
    const { device, platform, credentialId, patience } = order;
    await this.breakers.pass(credentialId);
    const login = await this.credentials.login(credentialId);
    const hostKeys = this.hostKeys.policyFor(task.session_id);
    const privileged = types.some((type) => platform.commands(type)?.steps.some(({ choices }) => choices.some((choice) => choice.privileged === true)) === true);
    try {
      return await logIn(
        { host: device.address, port: device.port, platform, login, legacyCrypto: device.legacyCrypto, patience, privileged },
        {
          clock: this.clock,
          hostKeys,
          sockets: this.bastions.through(device.jump, { clock: this.clock, hostKeys, login: (id) => this.credentials.login(id) }),
          maxOutput: this.config.CAPSTAN_COLLECTION_ANSWER_MB * MEGABYTE,
          onCommand: (command) => journal.audit({ at: this.clock.now(), step: 'collect', command }),
          onAccepted: () => {
            this.breakers.accepted(credentialId).then(
              (news) => (news ? this.admission.wake() : undefined),
              () => undefined,
            );
          },
        },
        signal,
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'AUTH_FAILED') {
        await this.breakers.refused({ credentialId, deviceId: device.id, deviceName: device.name, sessionId: task.session_id });
      }
      throw error;
    }
  }

  private sink({ task, artifacts, control }: TaskRun, target: CollectionTarget, { device, platform }: { readonly device: CollectableDevice; readonly platform: Platform }, known: KnownCaptures, onStored: (capture: CollectedCapture, artifact: ArtifactView | undefined) => void): CaptureSink {
    return new CaptureSink(
      {
        sessionId: task.session_id,
        taskId: task.task_id,
        device: { id: device.id, name: device.name, platform: platform.name, site: device.site },
        platform,
        known,
        autoLoad: target.auto_load_db,
      },
      { clock: this.clock, random: this.random, catalogue: this.catalogue, artifacts, signal: control.lost, observe: this.observer(device), onStored },
    );
  }

  /** The first capture that tells who answered decides for all that follow. */
  private observer(device: CollectableDevice): (reading: TypeReading) => Promise<boolean> {
    let verdict: boolean | undefined;
    return async ({ type, parse }) => {
      const identity = verdict === undefined ? observedIdentity(type, parse) : undefined;
      if (identity !== undefined) {
        verdict = (await this.directory.observeIdentity(device.id, identity, new Date(this.clock.now()))) === 'changed';
      }
      // An alarm nobody has acknowledged stands, also where this collection does not ask who answers.
      return verdict ?? device.identityAlarm;
    };
  }

  private checkTarget(target: CollectionTarget, device: CollectableDevice | undefined, credentials: ReadonlySet<string>): FieldError[] {
    if (device === undefined) {
      return [{ path: 'device_id', code: 'DEVICE_NOT_FOUND', message: 'no such device' }];
    }
    const errors = target.capture_types.flatMap((type, index): FieldError[] => (this.platforms.all.some((platform) => platform.commands(type) !== undefined) ? [] : [{ path: `capture_types.${index}`, code: 'CAPTURE_TYPE_UNKNOWN', message: 'no platform knows this capture type' }]));
    const own = target.credential_id ?? device.credentialId;
    if (own === null) {
      errors.push({ path: 'credential_id', code: 'CREDENTIAL_REQUIRED', message: `${device.name} has no credential of its own` });
    } else if (!credentials.has(own)) {
      errors.push({ path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
    }
    if (!device.enabled) {
      errors.push({ path: 'device_id', code: 'DEVICE_DISABLED', message: `${device.name} is switched off` });
    }
    return errors;
  }

  private async knownCredentials(ids: readonly (string | null | undefined)[]): Promise<Set<string>> {
    const asked = [...new Set(ids.flatMap((id) => (id === null || id === undefined ? [] : [id])))];
    const found = await Promise.all(asked.map(async (id) => ((await this.credentials.exists(id)) ? [id] : [])));
    return new Set(found.flat());
  }
}

function toldFailure(type: string, error: AppError): CollectedCapture {
  const { status, errorClass, message } = failedReading(type, error);
  return { capture_type: type, status, error_class: errorClass, message, rows: null, bytes: 0, duration_ms: 0, loaded: false, change: null, capture_id: null };
}

function endOf(row: CollectionDeviceRow): Parameters<typeof taskOutcome>[0] {
  const status = row.status === 'success' || row.status === 'cancelled' ? row.status : 'failed';
  return { status, error: row.error, errorClass: row.error_class, attempts: row.attempts, durationMs: row.duration_ms, captures: row.captures };
}
