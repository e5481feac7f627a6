import { type Actor, auditRecorded, type DeviceTestResult, type DeviceTestStep, type TestDeviceAnswer } from '@capstan/contracts';
import { AppError, type Clock, isoTime, withTimeout } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Credentials } from '../credentials/credentials.repository';
import { HostKeys } from '../host-keys/host-keys.repository';
import { PlatformCatalogue } from '../platforms';
import type { SshConnection } from '../ssh/ssh-connection.client';
import type { NegotiatedAlgorithms } from '../ssh/ssh-connector.client';
import { wayTo } from '../ssh/ssh-way';
import { type CollectableDevice, DeviceDirectory } from './device-directory.repository';
import { toDeviceView } from './device-view';
import { Devices } from './devices.repository';
import { isOther } from './fingerprint';
import { type Fingerprint, Fingerprinter } from './fingerprint.client';

/** Seconds for each part, where the device has no limits of its own. */
const DEFAULTS = { connect: 10, login: 20, prompt: 20, command: 30, idle: 15 } as const;
/** Answers to the browser come within the time of its question, see the RPC. */
const LONGEST_MS = 100_000;

/** What a test is to do. */
export interface TestWish {
  readonly credentialId: string | undefined;
  readonly setPlatform: boolean;
  readonly actor: Actor;
}

/** Goes to a device as a collection would, and tells how far it got. The password is sent at most once. */
@Injectable()
export class DeviceTest {
  constructor(
    private readonly dataSource: DataSource,
    private readonly devices: Devices,
    private readonly directory: DeviceDirectory,
    private readonly credentials: Credentials,
    private readonly hostKeys: HostKeys,
    private readonly platforms: PlatformCatalogue,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Never throws for what is wrong with the device: that is the answer.
   * @throws AppError `DEVICE_NOT_FOUND`
   */
  async run(deviceId: string, wish: TestWish): Promise<TestDeviceAnswer> {
    const [device] = await this.directory.find([deviceId]);
    if (device === undefined) {
      throw new AppError('DEVICE_NOT_FOUND', 'No such device');
    }
    const walk = new Walk(device, this.clock);
    const found = await withTimeout(this.clock, LONGEST_MS, 'DEVICE_TIMEOUT', `The test did not end within ${LONGEST_MS / 1_000} s`, (signal) => this.walk(device, wish, walk, signal)).catch((error: unknown) => {
      walk.fail(error);
      return undefined;
    });
    await this.audit(device, walk.commands, wish.actor);
    const change = found?.identity === null || found === undefined ? null : await this.directory.observeIdentity(deviceId, found.identity, new Date(this.clock.now()));
    if (found !== undefined && found.detected !== null && device.platform === null && wish.setPlatform) {
      await this.directory.learnPlatform(deviceId, found.detected);
    }
    const result = walk.result(found, change === 'changed');
    await this.devices.noteTest(deviceId, result);
    const view = toDeviceView(await this.devices.get(deviceId));
    return { success: result.success, device: view, result, identity: change === 'changed' ? (view.identity_alarm?.observed ?? null) : change === null ? null : view.identity, identity_change: change };
  }

  private async walk(device: CollectableDevice, wish: TestWish, walk: Walk, signal: AbortSignal): Promise<Fingerprint> {
    const { overrides } = device;
    const seconds = { connect: overrides.connect_timeout_sec ?? DEFAULTS.connect, login: overrides.login_timeout_sec ?? DEFAULTS.login };
    const pending = await walk.step('reach', seconds.connect + seconds.login, 'CONNECT_TIMEOUT', signal, async (until) => {
      if (device.problem !== null) {
        throw AppError.fromShape(device.problem);
      }
      const logins = await Promise.all(device.jump.map(({ credentialId }) => this.credentials.login(credentialId)));
      const jump = device.jump.map(({ host, port, credentialId }) => ({ host, port, credential_id: credentialId }));
      const { ssh: connector } = wayTo({ host: device.address, port: device.port, legacy_crypto: device.legacyCrypto, ...(jump.length === 0 ? {} : { jump }) }, logins, {
        clock: this.clock,
        hostKeys: this.hostKeys.policyFor(null),
        onNegotiated: () => undefined,
      });
      const login = await connector.connect({ host: device.address, port: device.port }, until);
      return { value: login, detail: algorithmsText(login.negotiated, device.jump.length) };
    });
    let connection: SshConnection | undefined;
    try {
      connection = await walk.step('login', seconds.login, 'LOGIN_TIMEOUT', signal, async (until) => {
        const credentialId = wish.credentialId ?? device.credentialId;
        if (credentialId === null) {
          throw new AppError('NO_CREDENTIAL', 'The device has no credential');
        }
        const login = await this.credentials.login(credentialId);
        return { value: await pending.authenticate(login, until), detail: `as ${login.username}` };
      });
      const open = connection;
      const limits = { promptSec: overrides.prompt_timeout_sec ?? DEFAULTS.prompt, commandSec: overrides.command_timeout_sec ?? DEFAULTS.command, idleSec: overrides.idle_timeout_sec ?? DEFAULTS.idle };
      return await walk.step('fingerprint', limits.promptSec + 4 * limits.commandSec, 'CMD_TIMEOUT', signal, async (until) => {
        const found = await new Fingerprinter(this.clock, this.platforms, (command) => walk.commands.push({ at: this.clock.now(), command })).identify(open, device.platform, limits, until);
        return { value: found, detail: this.fingerprintText(found) };
      });
    } finally {
      pending.abandonUnlessLoggedIn();
      await connection?.end(AbortSignal.timeout(2_000)).catch(() => undefined);
    }
  }

  private fingerprintText({ detected, prompt, identity }: Fingerprint): string {
    const title = detected === null ? 'unknown platform' : (this.platforms.find(detected)?.title ?? detected);
    const parts = [title, identity?.osVersion, identity?.model, identity !== null && identity.serials.length > 0 ? `serial ${identity.serials.join(', ')}` : undefined, prompt === null ? undefined : `prompt ${prompt}`];
    return parts.filter((part) => part !== undefined && part !== null).join(' · ');
  }

  private async audit(device: CollectableDevice, commands: readonly { at: number; command: string }[], actor: Actor): Promise<void> {
    if (commands.length > 0) {
      await transaction(this.dataSource, (manager) =>
        this.outbox.addAll(
          manager,
          commands.map(({ at, command }) => ({
            definition: auditRecorded,
            data: { at: isoTime(at), actor, action: 'device.command', subject: device.address, outcome: 'sent', details: { device_id: device.id, step: 'fingerprint', command } },
            options: { partitionKey: device.id },
          })),
        ),
      );
    }
  }
}

function algorithmsText({ kex, hostKey, cipher, weak }: NegotiatedAlgorithms, jumps: number): string {
  const way = jumps === 0 ? '' : `through ${jumps} jump host${jumps === 1 ? '' : 's'}, `;
  return `${way}${[kex, hostKey, cipher].join(', ')}${weak.length === 0 ? '' : `; outdated: ${weak.join(', ')}`}`;
}

/** The steps of one test. */
class Walk {
  readonly commands: { at: number; command: string }[] = [];
  private readonly steps: DeviceTestStep[] = [];
  private readonly startedAt: number;
  private failure: AppError | undefined;
  private current: { step: DeviceTestStep['step']; since: number } = { step: 'reach', since: 0 };

  constructor(
    private readonly device: CollectableDevice,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.monotonic();
    this.current = { step: 'reach', since: this.startedAt };
  }

  async step<T>(step: DeviceTestStep['step'], seconds: number, code: string, signal: AbortSignal, work: (until: AbortSignal) => Promise<{ value: T; detail: string }>): Promise<T> {
    this.current = { step, since: this.clock.monotonic() };
    const { value, detail } = await withTimeout(this.clock, seconds * 1_000, code, `${this.device.name} did not answer within ${seconds} s`, work, signal);
    this.steps.push({ step, ok: true, ms: this.since(this.current.since), detail: detail.slice(0, 500), error: null });
    return value;
  }

  fail(error: unknown): void {
    this.failure = AppError.from(error);
    const { code, message } = this.failure;
    this.steps.push({ step: this.current.step, ok: false, ms: this.since(this.current.since), detail: null, error: { code, message } });
  }

  result(found: Fingerprint | undefined, isStranger: boolean): DeviceTestResult {
    const configured = this.device.platform;
    const detected = found?.detected ?? null;
    const problem = this.failure ?? this.judge(found, configured, detected, isStranger);
    if (problem !== undefined && this.failure === undefined) {
      const last = this.steps.pop();
      this.steps.push({ step: 'fingerprint', ok: false, ms: last?.ms ?? 0, detail: last?.detail ?? null, error: { code: problem.code, message: problem.message } });
    }
    return {
      tested_at: isoTime(this.clock.now()),
      success: problem === undefined,
      message: problem?.message ?? `${this.device.name} answers: ${this.steps.at(-1)?.detail ?? ''}`,
      error_code: problem?.code ?? null,
      duration_ms: this.since(this.startedAt),
      steps: this.steps,
      platform: { detected, configured },
    };
  }

  private judge(found: Fingerprint | undefined, configured: string | null, detected: string | null, isStranger: boolean): AppError | undefined {
    if (isOther(configured, detected)) {
      return new AppError('PLATFORM_MISMATCH', `${this.device.name} says that it is ${detected}, and is configured as ${configured}`);
    }
    if (isStranger) {
      return new AppError('IDENTITY_CHANGED', `another device than ${this.device.name} answers at ${this.device.address}: its serial number is not the known one`);
    }
    if (detected === null && found?.answered !== true) {
      return new AppError('UNKNOWN_PLATFORM', `${this.device.name} lets us in, but does not say what it is; set its platform by hand`);
    }
    return undefined;
  }

  private since(start: number): number {
    return Math.round(this.clock.monotonic() - start);
  }
}
