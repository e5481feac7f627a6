import { CAPTURE_DEFAULTS, packetCaptureTarget, type PacketCaptureTarget } from '@capstan/contracts';
import { AppError, type Clock, type FieldError } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import type { TaskExecutor, TaskJournal, TaskOutcome, TaskRow, TaskRun } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { Credentials } from '../credentials/credentials.repository';
import { DriverRegistry } from '../drivers/registry';
import { HostKeys } from '../host-keys/host-keys.repository';
import { directTcp } from '../ssh/socket-opener.client';
import { SshConnector } from '../ssh/ssh-connector.client';
import type { CaptureTarget } from './capture-driver';
import type { RemoteRecord } from './capture-journal';
import { CaptureRunner } from './capture-runner';
import { toFieldErrors } from './field-errors';
import { StartBarrier } from './start-barrier';
import { Transcript } from './transcript';

/** Fills in port and interface where the target names none. */
export function completeTarget<Target extends Pick<PacketCaptureTarget, 'device_type' | 'port' | 'interface'>>(target: Target): Target & { port: number; interface: string } {
  const defaults = CAPTURE_DEFAULTS[target.device_type];
  return { ...target, port: target.port ?? defaults.port, interface: target.interface ?? defaults.interface };
}

const BUSY_RESERVE_MS = 2_000;

/** Targets of kind `packet-capture`. */
@Injectable()
export class PacketCaptureExecutor implements TaskExecutor {
  readonly kind = 'packet-capture';
  private readonly barrier: StartBarrier;

  constructor(
    private readonly drivers: DriverRegistry,
    private readonly credentials: Credentials,
    private readonly hostKeys: HostKeys,
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
    if (!(await this.credentials.exists(target.credential_id))) {
      errors.push({ path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
    }
    return errors;
  }

  async execute({ task, control, journal, artifacts, reserve }: TaskRun): Promise<TaskOutcome> {
    const target = completeTarget(packetCaptureTarget.parse(task.spec));
    const driver = this.drivers.find(target.device_type);
    if (driver === undefined) {
      throw this.noDriver(target.device_type);
    }
    const login = await this.credentials.login(target.credential_id);
    const transcript = new Transcript(this.clock, [login.password, login.passphrase], (command) => journal.audit(command));
    const ssh = new SshConnector(this.clock, directTcp, this.hostKeys.policyFor(task.session_id));
    const claimedAt = task.claimed_at?.getTime() ?? this.clock.now();
    const runner = new CaptureRunner(
      {
        host: target.host,
        interface: target.interface,
        durationSec: task.duration_sec,
        readyBy: new Date(task.deadlines.ready_by).getTime(),
        closeBy: Math.min(new Date(task.deadlines.close_by).getTime(), claimedAt + task.deadlines.close_within_sec * 1_000),
        ...(task.remote === null ? {} : { resume: task.remote as RemoteRecord }),
        ...(task.t0 === null ? {} : { t0: task.t0.getTime() }),
      },
      {
        clock: this.clock,
        openDialogue: () => driver.open({ taskId: task.task_id, target, durationSec: task.duration_sec, login, ssh, clock: this.clock, transcript }),
        artifacts,
        journal,
        control,
        barrier: this.barrier,
        transcript,
        ...(driver.exclusive === true ? { reserve: (until) => this.reserve(target, task, journal, reserve, until) } : {}),
      },
    );
    return runner.run();
  }

  private reserve(target: CaptureTarget, task: TaskRow, journal: TaskJournal, reserve: TaskRun['reserve'], signal: AbortSignal): Promise<void> {
    return reserve(`${target.host.toLowerCase()}:${target.port}`, {
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
    try {
      driver.preview(target);
      return [];
    } catch (error) {
      return toFieldErrors(error);
    }
  }

  private noDriver(deviceType: string): AppError {
    return new AppError('DEVICE_TYPE_UNAVAILABLE', `packets cannot be captured on ${deviceType} yet; available: ${this.drivers.available().join(', ')}`);
  }
}
