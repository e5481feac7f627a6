import path from 'node:path';
import { freePort, type RunningS3, startSwiftS3 } from '@capstan/backing-services';
import { TcpProxy } from '@capstan/testing';
import { Scene } from '../scenario';
import type { Wire } from './plan';

/** How long a killed process or engine stays away. */
const AWAY_MS = 1_500;
/** Few of everything: three processes of each service share this machine with the engines. */
export const LAB = ['--hosts', '3', '--cameras', '3', '--kiwi', '3', '--fleet', '16', '--fleet-think', '30,200', '--fleet-payload', 'small', '--calls-per-min', '6', '--webhook-sink'] as const;

/** A stack of several replicas on an S3 server, and a wire between each set of replicas and each engine. */
export class Stage {
  private constructor(
    readonly scene: Scene,
    private readonly store: RunningS3,
    private readonly wires: ReadonlyMap<string, TcpProxy>,
    /** What the launcher said of processes that ended without a signal. */
    readonly endedThemselves: readonly string[],
  ) {}

  static async set(replicas: number, folder: string, log: (line: string) => void): Promise<Stage> {
    const wires = new Map<string, TcpProxy>();
    const endedThemselves: string[] = [];
    const note = (line: string): void => void (/ended \(exit code/.test(line) && endedThemselves.push(line));
    const store = await startSwiftS3({ dir: path.join(folder, 's3'), dieWithParent: true, log });
    try {
      const storeWire = await TcpProxy.start({ port: store.port });
      wires.set(nameOf('store', 0), storeWire);
      const scene = await Scene.set(note, {
        replicas,
        labArgs: [...LAB, '--fleet-port', String(await freePort())],
        environment: {
          CAPSTAN_RESTART_DELAY_MS: String(AWAY_MS),
          S3_ENDPOINT: `http://127.0.0.1:${storeWire.port}`,
          S3_ACCESS_KEY: store.accessKey,
          S3_SECRET_KEY: store.secretKey,
          S3_REGION: store.region,
          S3_BUCKET: 'capstan-storm',
        },
        between: async (engine, replica, port) => {
          const wire = await TcpProxy.start({ port });
          wires.set(nameOf(engine, replica), wire);
          return wire.port;
        },
      });
      return new Stage(scene, store, wires, endedThemselves);
    } catch (error) {
      await Promise.all([...wires.values()].map((wire) => wire.close()));
      await store.stop();
      throw error;
    }
  }

  /** @throws Error when there is none */
  wire(wire: Wire, replica: number): TcpProxy {
    const found = this.wires.get(nameOf(wire, replica));
    if (found === undefined) {
      throw new Error(`there is no wire of replica ${replica} to the ${wire}`);
    }
    return found;
  }

  /** Ends every fault of every wire. */
  async mend(): Promise<void> {
    await Promise.all([...this.wires.values()].map((wire) => wire.restore()));
  }

  async clear(): Promise<void> {
    await this.scene.clear();
    await Promise.all([...this.wires.values()].map((wire) => wire.close()));
    await this.store.stop();
  }
}

const nameOf = (wire: Wire, replica: number): string => `${wire} ${replica}`;
