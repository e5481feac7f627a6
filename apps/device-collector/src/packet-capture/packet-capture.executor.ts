import { CAPTURE_DEFAULTS, packetCaptureTarget, type PacketCaptureTarget, sshTargetFields } from '@capstan/contracts';
import { AppError, type Clock, type FieldError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import type { SentCommand, TaskExecutor, TaskJournal, TaskOutcome, TaskRow, TaskRun } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import { Credentials } from '../credentials/credentials.repository';
import { DriverSteps } from '../drivers/driver-steps.service';
import { DriverRegistry } from '../drivers/registry';
import { HostKeys } from '../host-keys/host-keys.repository';
import { HttpsConnector } from '../https/https-connector.client';
import type { LeftoverRow } from '../leftovers/leftover.entity';
import { Leftovers } from '../leftovers/leftovers.repository';
import { SFTP_SINK, type SftpSink } from '../sftp-sink/sftp-sink';
import { wayTo } from '../ssh/ssh-way';
import type { CaptureTarget, StartMark } from './capture-driver';
import type { RemoteRecord } from './capture-journal';
import { CaptureLink } from './capture-link';
import { CaptureRunner } from './capture-runner';
import { CaptureSteps } from './capture-steps';
import { checkTarget } from './check-target';
import { PostFilter } from './post-filter.client';
import { StartBarrier } from './start-barrier';
import { SshFindings } from './ssh-findings';
import { Transcript } from './transcript';

/** Fills in port and interface where the target names none. */
export function completeTarget<Target extends Pick<PacketCaptureTarget, 'device_type' | 'port' | 'interface'>>(target: Target): Target & { port: number; interface: string } {
  const defaults = CAPTURE_DEFAULTS[target.device_type];
  return { ...target, port: target.port ?? defaults.port, interface: target.interface ?? defaults.interface };
}

const BUSY_RESERVE_MS = 2_000;
/** Time to connect and to remove what is left. */
const CLEAN_MS = 120_000;

/** Whether a device has said that a capture is over. */
function isOver(record: RemoteRecord | null): boolean {
  return record?.stoppedAt !== undefined && record.stopUnconfirmed !== true;
}

/** Name of a device among those that take one capture at a time. */
function deviceOf({ host, port }: CaptureTarget): string {
  return `${host.toLowerCase()}:${port}`;
}

/** What says how SSH is to be spoken with the device means nothing to one without SSH, and is refused rather than dropped in silence. Jump hosts speak SSH themselves. */
function withoutSsh(target: CaptureTarget): FieldError[] {
  const given = Object.keys(sshTargetFields).filter((field) => field !== 'jump' && target[field as keyof typeof sshTargetFields] !== undefined);
  return target.device_type === 'expressway' ? given.map((path) => ({ path, code: 'UNSUPPORTED_OPTION', message: 'an Expressway is reached over HTTPS' })) : [];
}

/** Targets of kind `packet-capture`. */
@Injectable()
export class PacketCaptureExecutor implements TaskExecutor {
  readonly kind = 'packet-capture';
  private readonly barrier: StartBarrier;

  constructor(
    private readonly drivers: DriverRegistry,
    private readonly credentials: Credentials,
    private readonly hostKeys: HostKeys,
    private readonly leftovers: Leftovers,
    private readonly driverSteps: DriverSteps,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(SFTP_SINK) private readonly sftpSink: SftpSink,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.barrier = new StartBarrier(clock);
  }

  async check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]> {
    const parsed = packetCaptureTarget.safeParse(spec);
    if (!parsed.success) {
      return parsed.error.issues.map((issue) => ({
        path: issue.path.map(String).join('.'),
        code: issue.code === 'custom' && typeof issue.params?.['code'] === 'string' ? issue.params['code'] : issue.code.toUpperCase(),
        message: issue.message,
      }));
    }
    const target = completeTarget(parsed.data);
    const errors = this.checkDriver(target);
    const jumps = (target.jump ?? []).map((hop, index): [string, string | undefined] => [`jump.${index}.credential_id`, hop.credential_id]);
    for (const [path, id] of [['credential_id', target.credential_id], ['app_credential_id', target.app_credential_id], ...jumps] as [string, string | undefined][]) {
      if (id !== undefined && !(await this.credentials.exists(id))) {
        errors.push({ path, code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
      }
    }
    if (target.collect_from !== undefined && (await this.leftovers.find(target.collect_from)) === undefined) {
      errors.push({ path: 'collect_from', code: 'NOTHING_TO_COLLECT', message: 'no files of this task wait on a device' });
    }
    return [...errors, ...withoutSsh(target)];
  }

  async execute({ task, control, journal, artifacts, reserve, handsBack }: TaskRun): Promise<TaskOutcome> {
    const { collect_from: collectFrom } = packetCaptureTarget.parse(task.spec);
    const waiting = collectFrom === undefined ? undefined : await this.leftovers.take(task.task_id, collectFrom);
    const order = { ...task, spec: waiting?.spec ?? task.spec };
    const resume = (task.remote ?? waiting?.remote ?? null) as RemoteRecord | null;
    const claimedAt = task.claimed_at?.getTime() ?? this.clock.now();
    const closeBy = Math.min(new Date(task.deadlines.close_by).getTime(), claimedAt + task.deadlines.close_within_sec * 1_000);
    const start: StartMark = { t0Known: task.t0 !== null, sentAt: resume?.startSentAt, over: isOver(resume) };
    control.go.then(() => (start.t0Known = true), () => undefined);
    const { target, driver, transcript, findings, openDialogue } = await this.prepare(order, { closeBy, start, onCommand: (command) => journal.audit(command) });
    const { postFilter } = driver.preview(target);
    const runner = new CaptureRunner(
      {
        host: target.host,
        interface: target.interface,
        durationSec: task.duration_sec,
        readyBy: new Date(task.deadlines.ready_by).getTime(),
        closeBy,
        ...(resume === null ? {} : { resume }),
        ...(waiting === undefined ? {} : { collectOnly: true }),
        storePatienceMs: this.config.CAPSTAN_STORE_PATIENCE_SEC * 1_000,
        ...(task.t0 === null ? {} : { t0: task.t0.getTime() }),
      },
      {
        clock: this.clock,
        openDialogue,
        artifacts,
        journal,
        control,
        barrier: this.barrier,
        transcript,
        ...(postFilter === null ? {} : { postFilter: new PostFilter(postFilter, this.store) }),
        findings,
        aroundStep: this.driverSteps.with(target.device_type),
        handsBack,
        ...(driver.exclusive === true ? { reserve: (until) => this.reserve(target, task, journal, reserve, until) } : {}),
      },
    );
    const outcome = await runner.run();
    await this.leftovers.settle(order, runner.left, collectFrom);
    return outcome;
  }

  /**
   * Removes what a task left on its device.
   * @throws AppError as a login and a cleanup do; `DEVICE_BUSY` (retryable) while a capture has the device to itself
   */
  async clean(left: Pick<LeftoverRow, 'task_id' | 'session_id' | 'spec' | 'remote'>, signal: AbortSignal): Promise<void> {
    const closeBy = this.clock.now() + CLEAN_MS;
    const start: StartMark = { t0Known: true, sentAt: left.remote.startSentAt, over: isOver(left.remote) };
    const { target, driver, transcript, openDialogue } = await this.prepare({ ...left, duration_sec: null }, { closeBy, start, onCommand: () => undefined });
    if (driver.exclusive === true && (await this.leftovers.isBusy(deviceOf(target)))) {
      throw new AppError('DEVICE_BUSY', `${target.host} is busy with a capture`, { retryable: true });
    }
    const steps = new CaptureSteps(target.host, this.clock, signal, closeBy, this.driverSteps.with(target.device_type));
    const link = new CaptureLink(openDialogue, steps, this.clock, transcript);
    try {
      await link.connect(signal);
      await link.cleanOnce(left.remote.plan, signal);
    } finally {
      await link.disconnect(signal);
      steps.dispose();
    }
  }

  /** Everything a dialogue needs, with the secrets it may use. */
  private async prepare(
    task: Pick<TaskRow, 'task_id' | 'session_id' | 'spec' | 'duration_sec'>,
    { closeBy, start, onCommand }: { closeBy: number; start: StartMark; onCommand: (command: SentCommand) => void },
  ) {
    const target = completeTarget(packetCaptureTarget.parse(task.spec));
    const driver = this.drivers.find(target.device_type);
    if (driver === undefined) {
      throw this.noDriver(target.device_type);
    }
    const login = await this.credentials.login(target.credential_id);
    const appLogin = target.app_credential_id === undefined ? undefined : await this.credentials.appLogin(target.app_credential_id);
    const jumps = await Promise.all((target.jump ?? []).map((hop) => this.credentials.login(hop.credential_id)));
    const secrets = [...[login, ...jumps].flatMap(({ password, passphrase, enableSecret }) => [password, passphrase, enableSecret]), appLogin?.password];
    const transcript = new Transcript(this.clock, secrets, onCommand);
    const findings = new SshFindings(transcript);
    const { ssh, sockets } = wayTo(target, jumps, {
      clock: this.clock,
      hostKeys: this.hostKeys.policyFor(task.session_id),
      onNegotiated: (endpoint, negotiated) => findings.add(endpoint, negotiated),
    });
    const https = new HttpsConnector(this.clock, sockets, this.hostKeys.certificatePolicyFor(task.session_id, target.tls_fingerprint));
    const openDialogue = () =>
      driver.open({
        taskId: task.task_id,
        target,
        durationSec: task.duration_sec,
        login,
        ssh,
        https,
        start,
        ...(appLogin === undefined ? {} : { appLogin }),
        sftpSink: this.sftpSink,
        clock: this.clock,
        transcript,
        closeWithinSec: Math.max(1, Math.ceil((closeBy - this.clock.now()) / 1_000)),
      });
    return { target, driver, transcript, findings, openDialogue };
  }

  private reserve(target: CaptureTarget, task: TaskRow, journal: TaskJournal, reserve: TaskRun['reserve'], signal: AbortSignal): Promise<void> {
    return reserve(deviceOf(target), {
      // Before the orchestrator would give the target up for being late: it does not know what for.
      by: new Date(task.deadlines.ready_by).getTime() - BUSY_RESERVE_MS,
      signal,
      onWait: (sessionId) => journal.advance('configuring', { message: `waits for the device, which session ${sessionId} uses` }),
    });
  }

  private checkDriver(target: CaptureTarget): FieldError[] {
    const driver = this.drivers.find(target.device_type);
    if (driver === undefined) {
      const { code, message } = this.noDriver(target.device_type);
      return [{ path: 'device_type', code, message }];
    }
    return checkTarget(driver, target);
  }

  private noDriver(deviceType: string): AppError {
    return new AppError('DEVICE_TYPE_UNAVAILABLE', `packets cannot be captured on ${deviceType} yet; available: ${this.drivers.available().join(', ')}`);
  }
}
