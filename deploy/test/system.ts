import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CaptureSessionInfo, routes, type ServerMessages, type SessionView } from '@capstan/contracts';
import { eventually, type TestVhost, testVhost } from '@capstan/testing';
import { io, type Socket } from 'socket.io-client';
import { ApiClient, type LabGear, LabProcess, type LabTarget, LocalStack, ProblemError, readLauncherSettings } from '../src';

/** The whole of Capstan with a lab, for one test file. Needs the build (`npm test` makes it). */
export class System {
  private constructor(
    readonly stack: LocalStack,
    readonly lab: LabProcess,
    readonly api: ApiClient,
    readonly dataDir: string,
    readonly adminPassword: string,
    private readonly vhost: TestVhost | undefined,
  ) {}

  /**
   * @param options `oneTimePassword`: as after a person's first `npm start`; the administrator is not signed in. `ownBroker`: with
   * its users and rights, as the launcher makes them, instead of a virtual host of the broker of all tests. `environment`: settings of the launcher
   */
  static async start(labArgs: readonly string[] = [], options: { oneTimePassword?: boolean; ownBroker?: boolean; environment?: Readonly<Record<string, string>> } = {}): Promise<System> {
    const vhost = options.ownBroker === true ? undefined : await testVhost();
    const dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-e2e-'));
    // With the tables in it that were made once for all tests; ownership matters to PostgreSQL.
    execFileSync('cp', ['-a', `${process.env['CAPSTAN_E2E_TABLES']}/.`, dataDir]);
    const chosen = options.oneTimePassword === true ? undefined : 'correct horse battery staple';
    const settings = { ...readLauncherSettings({ ...process.env, CAPSTAN_DATA_DIR: dataDir, CAPSTAN_PORT: '0', CAPSTAN_RESTART_DELAY_MS: '500', ...(vhost === undefined ? {} : { RABBITMQ_URL: vhost.url }), ...options.environment }), CAPSTAN_ADMIN_PASSWORD: chosen };
    const stack = await LocalStack.start({ settings, log: () => undefined });
    try {
      const lab = await LabProcess.start(labArgs);
      const api = new ApiClient(stack.address);
      if (chosen !== undefined) {
        await api.signIn('admin', chosen);
      }
      return new System(stack, lab, api, dataDir, chosen ?? stack.oneTimePassword ?? '', vhost);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.lab.stop();
    await this.stack.stop();
    await this.vhost?.remove();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Host number `n` of the lab, from 1. */
  host(n: number): LabTarget {
    const target = this.lab.inventory.targets[n - 1];
    if (target === undefined) {
      throw new Error(`the lab has no host ${n}`);
    }
    return target;
  }

  /** The lab's first device of a type of voice gear. */
  gear(type: LabGear['device_type']): LabGear {
    const gear = this.lab.inventory.voice_gear.find(({ device_type: each }) => each === type);
    if (gear === undefined) {
      throw new Error(`the lab has no ${type}`);
    }
    return gear;
  }

  /** Starts a capture. */
  async capture(targets: readonly object[], extra: object = {}): Promise<string> {
    const answer = await this.api.call(routes.createCaptureSession, { body: { duration_sec: 10, targets, ...extra } as never });
    return answer.session_id;
  }

  async session(id: string): Promise<SessionView> {
    return (await this.api.call(routes.getSession, { params: { id } })).session;
  }

  /** Waits until a session has ended. */
  async ended(id: string, timeoutMs = 60_000): Promise<CaptureSessionInfo> {
    return eventually(
      async () => {
        const { session } = await this.api.call(routes.getCaptureSession, { params: { id } });
        if (session.completed_at === null) {
          throw new Error(`${session.status}: ${session.targets.map((target) => `${target.host} ${target.status} ${target.message ?? ''}`).join('; ')}`);
        }
        return session;
      },
      { timeoutMs },
    );
  }

  /** Waits until all targets of a session capture. */
  async capturing(id: string): Promise<void> {
    await eventually(
      async () => {
        const { state, targets } = await this.session(id);
        expect({ state, targets: targets.map((target) => target.state) }).toEqual({ state: 'capturing', targets: targets.map(() => 'capturing') });
      },
      { timeoutMs: 30_000 },
    );
  }

  /** A connected socket that remembers everything of one session. */
  async follow(id: string): Promise<{ socket: Socket; seen: { [Name in keyof ServerMessages]?: ServerMessages[Name][] } }> {
    const socket = io(this.api.address, { transports: ['websocket'], auth: { token: this.api.token }, forceNew: true });
    const seen: Record<string, unknown[]> = {};
    socket.onAny((name: string, message: unknown) => (seen[name] ??= []).push(message));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const ack = (await socket.timeout(5_000).emitWithAck('subscribe', { channels: [`session:${id}`] })) as { ok: boolean };
    expect(ack).toMatchObject({ ok: true });
    return { socket, seen: seen as never };
  }

  /** Commands that run on a host now. */
  async processes(host: LabTarget): Promise<string[]> {
    const { processes } = (await this.lab.control({ do: 'ps', host: host.name })) as { processes: { command: string }[] };
    return processes.map(({ command }) => command);
  }

  /** How often a password was tried on a host, and how often it was wrong. */
  async passwordAttempts(host: LabTarget): Promise<{ accepted: number; failed: number }> {
    const { password } = (await this.lab.control({ do: 'login-attempts', host: host.name })) as { password: { accepted: number; failed: number } };
    return password;
  }
}

/** What a capture needs of a host. */
export function targetOf(host: LabTarget): { device_type: 'linux'; host: string; port: number; interface: string; username: string; password: string } {
  return { device_type: host.device_type, host: host.host, port: host.port, interface: host.interface, username: host.username, password: host.password ?? '' };
}

/** The problem a call is answered with. */
export async function problemOf(call: Promise<unknown>): Promise<ProblemError['problem']> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProblemError) {
      return error.problem;
    }
    throw error;
  }
  throw new Error('the call succeeded');
}
