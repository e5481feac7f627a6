import type { ArtifactView, RunTask } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { CUCM_14, type CucmNode, type CucmNodeOptions, type NodePackets, startCucmNode } from '@capstan/lab';
import type { CollectorPlatform, RunWish } from './collector-platform';
import { eventually } from './ssh-server';

/** Account of the command line of every node. */
export const NODE_ACCOUNT = { username: 'ccmadmin', password: 'node-Pa55-of-the-test' } as const;
/** Account of the log collection service. */
export const APP_ACCOUNT = { username: 'capstan-app', password: 'app-Pa55-of-the-test' } as const;

const EVERY_MS = 10;
const PHONE = { address: '10.10.21.7', port: 5_060 };
const NODE = { address: '10.10.20.5', port: 5_060 };

/** A SIP packet every ten milliseconds, of so many bytes. */
export function steadyPackets(bytes = 400): NodePackets {
  return {
    *packets(from, to) {
      for (let at = Math.ceil(from / EVERY_MS) * EVERY_MS; at < to; at += EVERY_MS) {
        const [source, destination] = (at / EVERY_MS) % 2 === 0 ? [PHONE, NODE] : [NODE, PHONE];
        yield { device: 'cucm', at, deviceTime: at, source, destination, frame: frame(source, destination, bytes) } as never;
      }
    },
  };
}

function frame(source: typeof PHONE, destination: typeof PHONE, bytes: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt16BE(0x0800, 12);
  const ip = packet.subarray(14);
  ip[0] = 0x45;
  ip.writeUInt16BE(ip.length, 2);
  ip[8] = 64;
  ip[9] = 17;
  Buffer.from(source.address.split('.').map(Number)).copy(ip, 12);
  Buffer.from(destination.address.split('.').map(Number)).copy(ip, 16);
  ip.writeUInt16BE(source.port, 20);
  ip.writeUInt16BE(destination.port, 22);
  ip.writeUInt16BE(ip.length - 20, 24);
  return packet;
}

/** What a capture came to. */
export interface Ended {
  readonly task: RunTask;
  readonly finished: Awaited<ReturnType<CollectorPlatform['ends']>>;
  readonly pcaps: ArtifactView[];
  readonly files: Buffer[];
  readonly transcript: string;
}

let addresses = 0;

/** The nodes of a test, and captures on them. */
export class CucmNodes {
  private readonly nodes: CucmNode[] = [];

  constructor(
    private readonly platform: CollectorPlatform,
    readonly credentialId: string,
  ) {}

  /** A node at an address of its own. */
  async start(options: Partial<CucmNodeOptions> = {}): Promise<CucmNode> {
    addresses += 1;
    const node = await startCucmNode({ host: `127.33.${process.pid % 250}.${addresses}`, edition: CUCM_14, accounts: [NODE_ACCOUNT], traffic: steadyPackets(), ...options });
    this.nodes.push(node);
    return node;
  }

  async run(node: CucmNode, wish: RunWish = {}): Promise<RunTask> {
    return this.platform.run(node.gear, { credentialId: this.credentialId, ...wish, spec: { device_type: 'cucm', interface: 'eth0', ...wish.spec } });
  }

  /** A capture that runs. */
  async running(node: CucmNode, wish: RunWish = {}): Promise<RunTask> {
    const task = await this.run(node, wish);
    await this.platform.reaches(task, 'ready');
    await this.platform.start([task], 100);
    await this.platform.reaches(task, 'capturing');
    return task;
  }

  /** A capture that is stopped when the node has captured something, or ends by itself. */
  async capture(node: CucmNode, wish: RunWish & { readonly captureMs?: number } = {}): Promise<Ended> {
    const task = await this.running(node, wish);
    await this.platform.reaches(task, 'capturing');
    const until = systemClock.now() + (wish.captureMs ?? 500);
    await eventually(() => systemClock.now() > until);
    await this.platform.stop(task);
    return this.ended(task);
  }

  async ended(task: RunTask, ms = 40_000): Promise<Ended> {
    const finished = await this.platform.ends(task, ms);
    const artifacts = this.platform.artifacts(task);
    const pcaps = artifacts.filter(({ kind }) => kind === 'pcap');
    const files = await Promise.all(pcaps.map(({ key }) => this.platform.read(key)));
    const transcript = artifacts.find(({ kind }) => kind === 'transcript');
    return { task, finished, pcaps, files, transcript: transcript === undefined ? '' : (await this.platform.read(transcript.key)).toString() };
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.splice(0).map((node) => node.stop()));
  }
}

/** Names of the capture files on a node. */
export function filesOn(node: CucmNode): string[] {
  return node.files.find('*').map(({ name }) => name);
}
