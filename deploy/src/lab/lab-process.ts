import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { AppError, Deferred } from '@capstan/kernel';
import { ROOT } from '../stack/settings';

/** A simulated target as the lab describes it; see `docs/lab.md`. */
export interface LabTarget {
  readonly name: string;
  readonly device_type: 'linux';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password?: string;
  readonly private_key: string;
  readonly interface: string;
  readonly can_capture: boolean;
  readonly accounts: readonly { readonly username: string; readonly password?: string; readonly rights: string }[];
}

/** A simulated device of the voice network as the lab describes it. */
export interface LabGear {
  readonly name: string;
  readonly device_type: 'cucm' | 'cube' | 'csr1000v' | 'expressway';
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly interface: string;
  readonly application_account?: { readonly username: string; readonly password: string };
}

/** A simulated receiver as the lab describes it; see `docs/lab.md`. */
export interface LabReceiver {
  readonly name: string;
  readonly protocol: 'kiwisdr' | 'rtl_tcp' | 'http_iq';
  readonly host: string;
  readonly port: number;
  readonly latitude: number;
  readonly longitude: number;
}

/** A simulated camera. */
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
  /** Milliseconds by which its frame numbers run behind the wall clock. */
  readonly phase_ms: number;
  readonly gop_sec: number;
}

/** A device with a command line: of the generated fleet, or the real router (`frr`). */
export interface LabCliDevice {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly platform: 'cisco_ios' | 'cisco_nxos' | 'arista_eos' | 'juniper_junos' | 'frr' | 'linux';
  readonly site: string;
  readonly role: string;
  readonly serial: string;
  readonly username: string;
  readonly password: string;
  readonly enable?: string;
  readonly faults: readonly string[];
}

/** A server that keeps the messages it is sent. */
export interface LabSink {
  readonly name: 'mail-sink' | 'webhook-sink';
  readonly host: string;
  readonly port: number;
  /** Where webhooks are posted to. */
  readonly url?: string;
}

/** What a lab offers. */
export interface LabInventory {
  readonly mode: 'namespaces' | 'loopback';
  readonly mode_reason: string;
  readonly network: { readonly cidr: string; readonly machine: string; readonly unused: string; readonly bridge?: string };
  readonly targets: readonly LabTarget[];
  readonly voice_gear: readonly LabGear[];
  readonly receivers: readonly LabReceiver[];
  readonly cameras: readonly LabCamera[];
  readonly cli_devices: readonly LabCliDevice[];
  readonly message_sinks: readonly LabSink[];
}

const START_TIMEOUT_MS = 60_000;

/**
 * The command line of the lab. Making network namespaces needs root; an ordinary user gets it through sudo without a
 * password, or else the lab's loopback mode, which says what it cannot do.
 */
export function labCommand(args: readonly string[]): [string, ...string[]] {
  const command: [string, ...string[]] = [process.execPath, path.join(ROOT, 'apps', 'lab', 'dist', 'main.js'), ...args];
  const isRoot = process.getuid?.() === 0;
  const maySudo = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return maySudo ? ['sudo', '-n', ...command] : command;
}

/** The lab as a child process, driven by lines of JSON. It is never imported: a service cannot come to depend on it. */
export class LabProcess {
  private nextId = 1;
  private readonly waiting = new Map<number, Deferred<Record<string, unknown>>>();

  private constructor(
    private readonly child: ChildProcess,
    readonly inventory: LabInventory,
  ) {}

  /** @param args e.g. `['--hosts', '20']` */
  static async start(args: readonly string[] = []): Promise<LabProcess> {
    const [program, ...words] = labCommand(['--json', ...args]);
    const child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Of its own, so that a Ctrl-C reaches us and we stop it after what uses it.
      detached: true,
    });
    const complaints: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    // Its end is seen below, not at its input.
    child.stdin?.on('error', () => undefined);
    const ready = new Deferred<LabInventory>();
    let lab: LabProcess | undefined;
    child.once('exit', (code, signal) => {
      const failure = new AppError('LAB_FAILED', `The lab ended with ${signal ?? `code ${code}`}: ${complaints.join('').trim()}`);
      ready.reject(failure);
      lab?.fail(failure);
    });
    const timer = setTimeout(() => ready.reject(new AppError('LAB_FAILED', `The lab was not ready within ${START_TIMEOUT_MS / 1_000} s: ${complaints.join('').trim()}`)), START_TIMEOUT_MS);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as Record<string, unknown>;
      if (message['event'] === 'ready') {
        ready.resolve(message as unknown as LabInventory);
      } else {
        lab?.settle(message);
      }
    });
    try {
      lab = new LabProcess(child, await ready.promise);
      return lab;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a control word, e.g. `{ do: 'ps', host: 'lab-linux-1' }`. @throws AppError with the lab's own code */
  async control(command: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      throw new AppError('LAB_FAILED', 'The lab has ended');
    }
    const id = this.nextId;
    this.nextId += 1;
    const answer = new Deferred<Record<string, unknown>>();
    this.waiting.set(id, answer);
    this.child.stdin?.write(`${JSON.stringify({ ...command, id })}\n`);
    return answer.promise;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const exited = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    // The end of its input, not a signal: one started through sudo is not ours to signal.
    this.child.stdin?.end();
    await exited;
  }

  /** Nobody answers any more. */
  private fail(failure: AppError): void {
    for (const waiting of this.waiting.values()) {
      waiting.reject(failure);
    }
    this.waiting.clear();
  }

  private settle(message: Record<string, unknown>): void {
    const id = Number(message['id']);
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (message['ok'] === true) {
      waiting?.resolve(message);
    } else {
      const error = message['error'] as { code: string; message: string } | undefined;
      waiting?.reject(new AppError(error?.code ?? 'LAB_FAILED', error?.message ?? 'The lab refused'));
    }
  }
}
