import { systemClock } from '@capstan/kernel';
import { callPackets, type IosXeRouter, type IosXeRouterOptions, type RouterPackets, startIosXeRouter, VoiceCalls, type VoiceDevice } from '@capstan/lab';
import type { CollectorPlatform, RunWish } from './collector-platform';

export const ROUTER_ACCOUNT = { username: 'admin', password: 'router-Pa55-of-the-test' } as const;

/** Calls that have been going on for a minute. */
export function calls(): VoiceCalls {
  return new VoiceCalls({ seed: 7, epoch: systemClock.now() - 60_000, callEveryMs: 1_000 });
}

/** Large frames at a steady rate, for buffers that are to be filled. */
export function steadyTraffic(frameBytes: number, everyMs: number): RouterPackets {
  return {
    *packets(from, to) {
      for (let tick = Math.ceil(from / everyMs); tick * everyMs < to; tick += 1) {
        const at = tick * everyMs;
        yield { at, deviceTime: at, protocol: 17, source: { address: '10.0.0.1', port: 5_000 }, destination: { address: '10.0.0.2', port: 5_001 }, frame: Buffer.alloc(frameBytes, 0x5a) };
      }
    },
  };
}

/** Routers for one spec, each with an account, on a free port, with calls passing through. */
export class Routers {
  private readonly started: IosXeRouter[] = [];

  constructor(
    private readonly platform: CollectorPlatform,
    private readonly credentialId: string,
  ) {}

  async start(options: Partial<IosXeRouterOptions> & { readonly as?: VoiceDevice } = {}): Promise<IosXeRouter> {
    const { as = 'csr1000v', ...rest } = options;
    const router = await startIosXeRouter({ accounts: [ROUTER_ACCOUNT], traffic: callPackets(calls(), as), ...rest });
    this.started.push(router);
    return router;
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.splice(0).map(({ gear }) => gear.stop()));
  }

  run(router: IosXeRouter, wish: RunWish = {}) {
    return this.platform.run(router.gear, { credentialId: this.credentialId, ...wish, spec: { device_type: 'csr1000v', interface: 'GigabitEthernet1', ...wish.spec } });
  }

  /** Until the capture runs. */
  async running(router: IosXeRouter, wish: RunWish = {}) {
    const task = await this.run(router, { durationSec: null, ...wish });
    await this.platform.reaches(task, 'ready');
    await this.platform.start([task]);
    await this.platform.reaches(task, 'capturing');
    return task;
  }

  /** From the order to the end, with a capture of one second when nothing else is wished. */
  async capture(router: IosXeRouter, wish: RunWish = {}) {
    const task = await this.run(router, { durationSec: 1, ...wish });
    await this.platform.reaches(task, 'ready');
    await this.platform.start([task]);
    return this.ended(task);
  }

  /** What became of a task. */
  async ended(task: Parameters<CollectorPlatform['ends']>[0]) {
    const finished = await this.platform.ends(task);
    const artifacts = this.platform.artifacts(task);
    const read = async (kind: string): Promise<Buffer> => {
      const artifact = artifacts.find((candidate) => candidate.kind === kind);
      return artifact === undefined ? Buffer.alloc(0) : this.platform.read(artifact.key);
    };
    return { task, finished, pcap: artifacts.find(({ kind }) => kind === 'pcap'), file: await read('pcap'), transcript: (await read('transcript')).toString() };
  }
}

/** What is left on a router that is not foreign. */
export function leftOn({ state }: IosXeRouter, foreign: readonly string[] = []): string[] {
  return [...state.points.keys(), ...state.lists.keys(), ...state.flash.keys()].filter((name) => !foreign.includes(name));
}
