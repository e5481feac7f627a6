import { execFile } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { freePort, storedSecret } from '@capstan/backing-services';
import { routes, type SessionEvent, sessionMachine, type SessionView, type SystemView } from '@capstan/contracts';
import { ApiClient, extractMember, inspectBundle, type LabGear, LabProcess, type LabTarget, LocalStack, type LocalStackOptions, readLauncherSettings } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { SinkGate } from './sink-gate.client';

const run = promisify(execFile);

/** How long a killed process stays away. */
export const AWAY_MS = 5_000;
const CAPTURE_SEC = 20;
/** A session of 20 s, a process away for 5 s, leases of 15 s: everything beyond this is a hang. */
const TERMINAL_WITHIN_MS = 120_000;

/** Three real hosts, the voice gear, no cameras. */
const LAB_ARGS = ['--hosts', '3', '--cameras', '0'] as const;
/** Devices for collections; they think, so that there is time to kill something. */
const FLEET_ARGS = ['--fleet', '100', '--fleet-think', '50,500'] as const;
/** Servers that messages are sent to. */
const SINK_ARGS = ['--mail-sink', '--webhook-sink'] as const;

/** What a scene may have beside the usual. */
export interface SceneOptions {
  /** Processes of every service; 1 by default. */
  readonly replicas?: number;
  readonly labArgs?: readonly string[];
  /** Settings of the launcher. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly between?: LocalStackOptions['between'];
  readonly rootOf?: LocalStackOptions['rootOf'];
}

/** A stack, a lab and a signed-in client, shared by the faults of one run. */
export class Scene {
  private constructor(
    readonly stack: LocalStack,
    readonly lab: LabProcess,
    readonly sinkGate: SinkGate,
    readonly replicas: number,
    readonly dataDir: string,
    readonly password: string,
  ) {}

  static async set(log: (line: string) => void, { replicas = 1, labArgs = [...LAB_ARGS, ...FLEET_ARGS, ...SINK_ARGS], environment = {}, between, rootOf }: SceneOptions = {}): Promise<Scene> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-chaos-'));
    const password = storedSecret(path.join(dataDir, 'admin-password'));
    const sinkPort = await freePort();
    const sinkGate = await SinkGate.open(sinkPort);
    const settings = {
      ...readLauncherSettings({
        ...process.env,
        CAPSTAN_DATA_DIR: dataDir,
        CAPSTAN_PORT: '0',
        CAPSTAN_REPLICAS: String(replicas),
        CAPSTAN_RESTART_DELAY_MS: String(AWAY_MS),
        // One port serves one process: with several, each takes a sink of its own, which no gate stands before.
        ...(replicas === 1 ? { CAPSTAN_SFTP_SINK_PORT: String(sinkPort), CAPSTAN_SFTP_SINK_ADDRESS: sinkGate.host, CAPSTAN_SFTP_SINK_ADVERTISED_PORT: String(sinkGate.port) } : {}),
        CAPSTAN_WEBHOOK_NETWORKS: '127.0.0.0/8',
        ...environment,
      }),
      CAPSTAN_ADMIN_PASSWORD: password,
    };
    const stack = await LocalStack.start({ settings, tools: ['tcpdump', 'tshark', 'sshd', 'ip', 'sudo', 'ps'], log, ...(between === undefined ? {} : { between }), ...(rootOf === undefined ? {} : { rootOf }) });
    try {
      return new Scene(stack, await LabProcess.start(labArgs), sinkGate, replicas, dataDir, password);
    } catch (error) {
      await stack.stop();
      await sinkGate.close();
      throw error;
    }
  }

  async clear(): Promise<void> {
    await this.lab.stop();
    await this.stack.stop();
    await this.sinkGate.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async client(): Promise<ApiClient> {
    const api = new ApiClient(this.stack.address);
    await patiently('sign-in', 60_000, () => api.signIn('admin', this.password));
    return api;
  }

  /** Starts a capture; on the three hosts unless told. */
  async capture(api: ApiClient, name: string, devices: readonly (LabTarget | LabGear)[] = this.lab.inventory.targets, durationSec = CAPTURE_SEC): Promise<string> {
    const targets = devices.map(({ device_type, host, port, interface: networkInterface, username, password = '' }) => ({ device_type, host, port, interface: networkInterface, username, password }));
    const answer = await api.call(routes.createCaptureSession, { body: { name, duration_sec: durationSec, targets } });
    return answer.session_id;
  }

  /** The lab's voice gear of these types. */
  gear(...types: readonly LabGear['device_type'][]): LabGear[] {
    return this.lab.inventory.voice_gear.filter(({ device_type: type }) => types.includes(type));
  }

  /** What Capstan has left on the targets; what belongs to colleagues is not counted. */
  async left(): Promise<string[]> {
    const hosts = await Promise.all(this.lab.inventory.targets.map(async ({ name }) => (await this.tcpdumps(name)).filter((command) => !command.includes(FOREIGN_MARK)).map((command) => `${name}: ${command}`)));
    const gear = await Promise.all(this.lab.inventory.voice_gear.map(async ({ name }) => leftOnGear(await this.lab.control({ do: 'gear-state', host: name })).map((thing) => `${name}: ${thing}`)));
    return [...hosts, ...gear].flat();
  }

  /** Command lines of the processes named tcpdump on a host. */
  async tcpdumps(host: string): Promise<string[]> {
    const { processes } = await this.lab.control({ do: 'ps', host });
    return (processes as { command: string }[]).map(({ command }) => command).filter((command) => /(^|\/)tcpdump\b/.test(command));
  }
}

/** A colleague's capture on a host is told from ours by where it writes. */
export const FOREIGN_MARK = '/dev/null';
/** A colleague's capture point. */
export const FOREIGN_POINT = 'COLLEAGUE';

/** The lab's account of a device, without what belongs to colleagues. */
function leftOnGear(state: Readonly<Record<string, unknown>>): string[] {
  const { points = [], lists = [], files = [], captures = 0, running = null } = state as { points?: { name: string }[]; lists?: string[]; files?: string[]; captures?: number; running?: string | null };
  return [
    ...points.filter(({ name }) => name !== FOREIGN_POINT).map(({ name }) => `capture point ${name}`),
    ...lists.map((name) => `access list ${name}`),
    ...files.map((name) => `file ${name}`),
    ...(captures > 0 ? [`${captures} captures`] : []),
    ...(running === 'api' ? ['diagnostic logging'] : []),
  ];
}

/** Counts of packets in a session's bundle by capinfos, and every way in which the bundle is not what it says. */
export async function readBundle(api: ApiClient, sessionId: string): Promise<{ packets: Map<string, number>; differences: readonly string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-bundle-'));
  try {
    const response = await api.fetch(routes.downloadSession, { params: { id: sessionId } });
    const bundle = path.join(folder, 'bundle.zip');
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(bundle));
    const report = await inspectBundle(bundle);
    const packets = new Map<string, number>();
    for (const { name } of report.members.filter((member) => /\.pcap\d*$/.test(member.name))) {
      const file = path.join(folder, 'member.pcap');
      await extractMember(bundle, name, file);
      const { stdout } = await run('capinfos', ['-Mrc', '-T', file]);
      packets.set(name, Number(stdout.trim().split('\t').at(-1)));
    }
    return { packets, differences: report.differences };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tries again until it works; what a person with a browser does while a part is away. */
export async function patiently<T>(what: string, withinMs: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = systemClock.monotonic() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (systemClock.monotonic() > deadline) {
        throw new Error(`${what} did not work within ${withinMs / 1_000} s: ${(error as Error).message}`, { cause: error });
      }
      await systemClock.sleep(250);
    }
  }
}

/** Waits until a session is in one of the states, or terminal. */
export async function until(api: ApiClient, sessionId: string, arrived: (session: SessionView) => boolean): Promise<SessionView> {
  return patiently(`session ${sessionId}`, TERMINAL_WITHIN_MS, async () => {
    const { session } = await api.call(routes.getSession, { params: { id: sessionId } });
    if (!arrived(session)) {
      throw new Error(`is ${session.state}: ${session.targets.map((target) => `${target.title} ${target.state}`).join(', ')}`);
    }
    return session;
  });
}

/** The whole durable history of a session. */
export async function history(api: ApiClient, sessionId: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (;;) {
    const page = await api.call(routes.sessionEvents, { params: { id: sessionId }, query: { after: events.at(-1)?.sequence ?? 0 } });
    if (page.events.length === 0) {
      return events;
    }
    events.push(...page.events);
  }
}

/** Everything that is not as it must be after a fault; empty when all is well. */
export async function defectsAfter(scene: Scene, api: ApiClient, session: SessionView): Promise<string[]> {
  const defects: string[] = [];
  const events = await history(api, session.session_id);
  const ends = events.filter(({ target_id, data }) => target_id === null && data['from'] !== undefined && sessionMachine.isTerminal(data['state'] as SessionView['state']));
  if (ends.length !== 1) {
    defects.push(`${ends.length} terminal states in the history instead of one`);
  }
  const completed = session.targets.filter((target) => target.state === 'completed').length;
  const truth = completed === session.targets.length ? 'completed' : completed === 0 ? 'failed' : 'partial';
  if (session.state !== truth) {
    defects.push(`the session says ${session.state}, its targets make it ${truth}`);
  }
  if (session.download_available) {
    const { packets, differences } = await readBundle(api, session.session_id);
    defects.push(...differences);
    const counted = [...packets.values()].reduce((sum, count) => sum + count, 0);
    const claimed = session.targets.reduce((sum, target) => sum + (target.state === 'completed' ? (target.metrics['packets_captured'] ?? 0) : 0), 0);
    if (counted < claimed || (completed === session.targets.length && counted !== claimed)) {
      defects.push(`${claimed} packets claimed, capinfos counts ${counted}`);
    }
  } else if (completed > 0) {
    defects.push('targets completed but nothing can be downloaded');
  }
  const left = await scene.left();
  if (left.length > 0) {
    defects.push(`left on the targets: ${left.join('; ')}`);
  }
  const system = await settled(api);
  for (const service of system.services) {
    if (!service.ready || (service.parked ?? 0) > 0 || (service.outbox_pending ?? 0) > 0) {
      defects.push(`${service.service}: ready ${service.ready}, parked ${service.parked}, outbox ${service.outbox_pending}`);
    }
  }
  return defects;
}

/** The system's own view once its queues had time to drain. */
export async function settled(api: ApiClient): Promise<SystemView> {
  let last: SystemView | undefined;
  return patiently('draining', 30_000, async () => {
    last = await api.call(routes.system);
    if (!last.ready || last.services.some((service) => (service.outbox_pending ?? 0) > 0)) {
      throw new Error(JSON.stringify(last.services));
    }
    return last;
  }).catch((error: unknown) => {
    if (last) {
      return last;
    }
    throw error;
  });
}
