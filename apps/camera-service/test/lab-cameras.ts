import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const REPOSITORY = join(__dirname, '../../..');
const READY_MS = 30_000;

/** A camera of the lab. */
export interface LabCamera {
  readonly name: string;
  readonly rtsp_url: string;
  readonly snapshot_url: string;
  readonly onvif_url: string;
  readonly auth: 'none' | 'basic' | 'digest';
  readonly username: string;
  readonly password: string;
  readonly codec: 'h264' | 'h265' | 'mjpeg';
  readonly resolution: string;
  readonly fps: number;
}

/** The cameras of the lab, as a process of their own. */
export class LabCameras {
  private orders = 0;
  private readonly answers = new Map<number, (answer: Record<string, unknown>) => void>();

  private constructor(
    private readonly child: ChildProcess,
    readonly cameras: readonly LabCamera[],
    lines: (listener: (line: string) => void) => void,
  ) {
    lines((line) => {
      const answer = JSON.parse(line) as Record<string, unknown>;
      this.answers.get(Number(answer['id']))?.(answer);
    });
  }

  static async start(...args: string[]): Promise<LabCameras> {
    const child = spawn(process.execPath, ['-r', join(REPOSITORY, 'libs/testing/jest/source-hook.cjs'), join(REPOSITORY, 'apps/lab/src/main.ts'), '--json', '--hosts', '0', ...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd: REPOSITORY });
    const complaints: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
    const reader = createInterface(child.stdout);
    const cameras = await new Promise<LabCamera[]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the lab is not ready: ${complaints.join('')}`)), READY_MS);
      reader.once('line', (line) => {
        clearTimeout(timer);
        resolve((JSON.parse(line) as { cameras: LabCamera[] }).cameras);
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the lab ended with ${code}: ${complaints.join('')}`));
      });
    });
    if (cameras.length === 0) {
      throw new Error(`the lab has no cameras: ${complaints.join('')}`);
    }
    return new LabCameras(child, cameras, (listener) => reader.on('line', listener));
  }

  /** Camera number `n`, from 1. */
  camera(n: number): LabCamera {
    const camera = this.cameras[n - 1];
    if (camera === undefined) {
      throw new Error(`the lab has no camera ${n}`);
    }
    return camera;
  }

  async fault(camera: LabCamera, fault: string): Promise<void> {
    await this.order({ do: 'camera-fault', host: camera.name, fault });
  }

  async counts(camera: LabCamera): Promise<{ sessions_opened: number; watching: number; refused_logins: number; stills: number }> {
    return (await this.order({ do: 'camera-counts', host: camera.name })) as never;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.stdin?.end();
      await exited;
    }
  }

  private async order(order: object): Promise<Record<string, unknown>> {
    const id = (this.orders += 1);
    const answer = new Promise<Record<string, unknown>>((resolve) => this.answers.set(id, resolve));
    this.child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    const result = await answer;
    if (result['ok'] !== true) {
      throw new Error(JSON.stringify(result['error']));
    }
    return result;
  }
}
