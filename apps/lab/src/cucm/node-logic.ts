import { type GearContext, type GearHook, type GearLogic, HOOK_INTERRUPTED } from '../ssh-gear/gear-platform';
import { render } from '../ssh-gear/template';
import { type CaptureWords, readCaptureWords } from './capture-words';
import { NodeFiles, type NodePackets, RunningCapture } from './node-captures';
import type { NodeEdition } from './node-editions';
import { PushClient } from './push-client.client';

const LOOK_EVERY_MS = 100;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const TOTAL_KIB = 49_573_612;
const two = (value: number): string => String(value).padStart(2, '0');

/** What a node does that its script cannot say. */
export class NodeLogic implements GearLogic {
  readonly files = new NodeFiles();
  readonly running = new Set<RunningCapture>();
  /** Fingerprints of servers it has pushed to. */
  private readonly knownServers = new Map<string, string>();
  private readonly pushes: PushClient;

  /** @param clockOffsetMs the node's clock minus the true time */
  constructor(
    private readonly context: GearContext,
    private readonly edition: NodeEdition,
    private readonly traffic: NodePackets,
    private readonly clockOffsetMs: number,
  ) {
    this.pushes = new PushClient(edition.algorithms === 'legacy');
  }

  readonly values: GearLogic['values'] = {
    node_name: () => this.context.name,
    node_date: () => this.shownDate(),
    node_clock: () => this.shownDate().split(' ').at(-1) ?? '',
    disk_free: () => Math.floor((TOTAL_KIB * (100 - this.number('disk_used'))) / 100),
    disk_used_kib: () => Math.floor((TOTAL_KIB * this.number('disk_used')) / 100),
    ntp: () => 'on',
    gathered: (session) => render(this.edition.gathered, (name) => session.get(name)),
  };

  readonly hooks: Readonly<Record<string, GearHook>> = {
    check: async ({ words, session }) => {
      const read = this.read(words['line'] ?? '');
      if (!read.ok) {
        session.set('wrong', read.wrong);
        return read.why;
      }
      Object.entries(read.shown).forEach(([name, value]) => session.set(name, value));
      return this.number('disk_used') >= 85 ? 'disk' : undefined;
    },
    capture: async ({ session, signal }) => this.capture(session, signal),
    list: async ({ words, session }) => {
      const found = this.find(words['pattern'] ?? '');
      const lines = found.map(({ name, bytes, changedAt }) => `${this.listedTime(changedAt)}   ${bytes.length.toLocaleString('en-US').padStart(10)}  ${name}\n`);
      session.set('listing', `${lines.join('')}dir count = 0, file count = ${found.length}\n`);
      return undefined;
    },
    gather: async ({ words, session }) => {
      const found = this.find(words['pattern'] ?? '');
      const bytes = found.reduce((sum, file) => sum + file.bytes.length, 0);
      session.set('get_files', found.length).set('get_bytes', bytes).set('get_kbytes', (bytes / 1_024).toFixed(2));
      return found.length === 0 ? 'none' : undefined;
    },
    probe: async ({ session }) => {
      const { host, port } = this.target(session);
      const real = this.context.device.get('sink_away') === 'yes' ? undefined : await this.pushes.probe({ host, port });
      // Somebody who sits between would show another key.
      const fingerprint = real === undefined ? undefined : String(this.context.device.get('shown_fingerprint') ?? real);
      if (fingerprint === undefined) {
        return 'refused';
      }
      session.set('get_fingerprint', fingerprint);
      return this.knownServers.get(`${host}:${port}`) === fingerprint ? undefined : 'stranger';
    },
    push: async ({ session }) => {
      const target = this.target(session);
      this.knownServers.set(`${target.host}:${target.port}`, String(session.get('get_fingerprint')));
      const stamp = new Date(this.context.clock.now()).toISOString().replace(/[:.]/g, '-');
      const result = await this.pushes.push(target, `${this.context.host}/${stamp}/platform/cli`, this.find(String(session.get('get_pattern'))));
      return result === 'refused' ? 'broken' : result;
    },
    delete: async ({ words, session }) => {
      const found = this.find(words['pattern'] ?? '');
      found.forEach(({ name }) => this.files.remove(name));
      session.set('deleted_files', found.length);
      return undefined;
    },
  };

  /** A file by its name, as the log collection service reads it. */
  readFile(name: string): Buffer | undefined {
    return this.find(name)[0]?.bytes;
  }

  private async capture(session: Map<string, string | number>, signal: AbortSignal): Promise<string | undefined> {
    const read = this.read(String(session.get('line')));
    if (!read.ok) {
      return undefined;
    }
    const limit = this.number('packet_limit');
    const order = limit > 0 && read.order.count !== undefined ? { ...read.order, count: limit } : read.order;
    const capture = new RunningCapture(order, this.traffic, this.files, this.context.clock);
    this.running.add(capture);
    try {
      for (;;) {
        await this.context.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
        const full = capture.advance();
        if (signal.aborted || full) {
          session.set('trailer', this.edition.trailer ? `${capture.captured} packets captured\n${capture.captured} packets received by filter\n0 packets dropped by kernel\n` : '');
          // The end of a session ends its capture too, and keeps the file.
          return signal.reason === HOOK_INTERRUPTED ? 'interrupted' : 'limit';
        }
      }
    } finally {
      this.running.delete(capture);
    }
  }

  private find(pattern: string) {
    this.running.forEach((capture) => capture.advance());
    return this.files.find(pattern);
  }

  private read(line: string): CaptureWords {
    return readCaptureWords(line, this.edition.rotatedNames === 'padded');
  }

  private target(session: ReadonlyMap<string, string | number>) {
    const text = (name: string): string => String(session.get(name) ?? '');
    return { host: text('get_host'), port: Number(text('get_port') || 22), username: text('get_user'), password: text('get_password'), folder: text('get_folder') };
  }

  private number(name: string): number {
    return Number(this.context.device.get(name) ?? 0);
  }

  private shownDate(): string {
    const at = new Date(this.context.clock.now() + this.clockOffsetMs);
    return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()}, ${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)}`;
  }

  private listedTime(changedAt: number): string {
    const at = new Date(changedAt + this.clockOffsetMs);
    return `${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]},${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)}`;
  }
}
