import { createHash } from 'node:crypto';
import type { CaptureType } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import type { GearLogic, GearPlatform, HookCall } from '../ssh-gear/gear-platform';
import { SshGear } from '../ssh-gear/ssh-gear.client';
import { deviceAnswers } from './device-answers';
import { type DeviceEdit, type DeviceState, edited, UNTOUCHED } from './device-state';
import type { DeviceView } from './device-tables';
import { fleetFault, type TextFault } from './fleet-faults';
import type { DevicePlan } from './fleet-plan';
import type { FleetPlatform } from './fleet-platform';
import { type ThinkTime, thinkMs } from './think-time';

/** What the devices of a fleet share. */
export interface FleetShared {
  readonly plans: readonly DevicePlan[];
  readonly clock: Clock;
  readonly think: ThinkTime;
  readonly port: number;
  readonly account: { readonly username: string; readonly password: string };
  readonly enableSecret: string;
}

/** What is true about one capture type of a device. */
export interface TypeTruth {
  readonly type: CaptureType;
  /** As every client sends it. */
  readonly command: string;
  /** Of the answer: UTF-8, lines ended by `\n`, without blank lines at either end, ending with one `\n`. */
  readonly sha256: string;
  readonly bytes: number;
  /** Rows the type comes to; absent where nobody counts. */
  readonly rows?: number;
}

/** What happened at a device since its counters were set to zero. */
export interface DeviceCounts {
  readonly connections: number;
  readonly logins: number;
  /** Passwords that were refused. */
  readonly refused: number;
  readonly commands: number;
  /** Most connections at a time. */
  readonly most_open: number;
  /** Time it spent thinking about commands. */
  readonly think_ms: number;
  /** Characters of its answers. */
  readonly characters: number;
}

/** Texts that are read from memory and not put together. */
const AT_ONCE = new Set(['vrfs']);

/** One device of the fleet: a real SSH server that says what a device of its platform says. */
export class FleetDevice {
  private state: DeviceState = UNTOUCHED;
  private gear: SshGear | undefined;
  private readonly ending = new Map<string, () => void>();
  private readonly textFaults = new Map<string, TextFault>();
  private readonly dropped = new Set<string>();
  private thinkMs = 0;
  private characters = 0;

  constructor(
    readonly plan: DevicePlan,
    private readonly platform: FleetPlatform,
    private readonly shared: FleetShared,
  ) {}

  /** @throws the error of listening, e.g. `EADDRINUSE` */
  async start(): Promise<void> {
    const { plan, shared } = this;
    const platform: GearPlatform = { script: this.platform.script, create: () => this.logic() };
    this.gear = await SshGear.start(platform, {
      name: plan.name,
      host: plan.address,
      port: shared.port,
      accounts: [shared.account],
      device: { host_name: plan.name, enable_secret: shared.enableSecret },
      seed: plan.seed * 100_003 + plan.index,
      clock: shared.clock,
      ...(plan.slowEcho ? { faults: [{ fault: { fault: 'echo-apart' } }] } : {}),
    });
  }

  async stop(): Promise<void> {
    await this.gear?.stop();
  }

  get port(): number {
    return this.gear?.port ?? this.shared.port;
  }

  /** Words of the faults that are on. */
  get faults(): string[] {
    return [...this.ending.keys()];
  }

  edit(edit: DeviceEdit): void {
    this.state = edited(this.state, edit);
  }

  /** Begins a fault, or ends it. @throws AppError `LAB_UNKNOWN_FAULT` */
  setFault(word: string, on: boolean): void {
    const fault = fleetFault(word);
    this.ending.get(word)?.();
    this.ending.delete(word);
    if (!on) {
      return;
    }
    switch (fault.on) {
      case 'server': {
        const ends = fault.faults.map((each) => this.gear?.faults.begin({ fault: each }));
        this.ending.set(word, () => ends.forEach((end) => end?.()));
        return;
      }
      case 'host-key':
        this.gear?.renewHostKeys();
        // Nothing brings the old key back.
        this.ending.set(word, () => undefined);
        return;
      case 'text':
        this.textFaults.set(word, fault.text);
        this.ending.set(word, () => {
          this.textFaults.delete(word);
          this.dropped.delete(word);
        });
        return;
    }
  }

  /** The right answers, of every capture type the platform has. */
  truth(): TypeTruth[] {
    return deviceAnswers(this.view()).flatMap(({ type, command, rows }): TypeTruth[] => {
      // Again, with what faults put into it.
      const said = this.text(this.platform.commands[type]?.text ?? '', '');
      if (said === undefined) {
        return [];
      }
      const text = cleanText(said);
      return [{ type, command, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text), ...(rows === undefined ? {} : { rows }) }];
    });
  }

  counts(): DeviceCounts {
    const events = this.gear?.events ?? [];
    const count = (what: string): number => events.reduce((sum, event) => sum + Number(event.what === what), 0);
    let open = 0;
    let mostOpen = 0;
    for (const { what } of events) {
      open += Number(what === 'connected') - Number(what === 'disconnected');
      mostOpen = Math.max(mostOpen, open);
    }
    return { connections: count('connected'), logins: count('logged-in'), refused: count('login-refused'), commands: count('command'), most_open: mostOpen, think_ms: Math.round(this.thinkMs), characters: this.characters };
  }

  /** Sets the counters to zero. */
  forget(): void {
    this.gear?.events.splice(0);
    this.thinkMs = 0;
    this.characters = 0;
  }

  private logic(): GearLogic {
    return { values: {}, hooks: { output: (call) => this.output(call), enable: async ({ session }) => (session.get('secret') === this.gear?.device.get('enable_secret') ? 'right' : 'wrong') } };
  }

  private view(): DeviceView {
    return { plan: this.plan, state: this.state, fleet: this.shared.plans };
  }

  private fault<Kind extends TextFault['kind']>(kind: Kind): Extract<TextFault, { kind: Kind }> | undefined {
    return [...this.textFaults.values()].find((fault): fault is Extract<TextFault, { kind: Kind }> => fault.kind === kind);
  }

  /** A whole answer, with what faults put into it. */
  private text(of: string, vrf: string): string | undefined {
    const bytes = this.fault('bytes')?.bytes;
    const view = this.view();
    const said = this.platform.texts[of]?.(of === 'configs' && bytes !== undefined ? { ...view, plan: { ...view.plan, configBytes: bytes } } : view, vrf);
    if (said === undefined || (of === 'lldp' && this.fault('no-lldp') !== undefined)) {
      return undefined;
    }
    if (of === 'configs' && this.fault('quotes-prompt') !== undefined) {
      return quotingPrompt(said, this.prompt());
    }
    return of === 'arp' && this.fault('odd-line') !== undefined ? `${said.trimEnd()}\n?? 1 entry could not be shown (internal error 17)\n` : said;
  }

  private prompt(): string {
    return (this.platform.script.prompts['exec'] ?? '').replace('{{host_name}}', this.plan.name);
  }

  /** The hook `output`: thinks, and says one of the texts. */
  private async output({ words, session, signal, say }: HookCall): Promise<string | undefined> {
    const { of = '', vrf = '' } = words;
    const { clock, think } = this.shared;
    try {
      if (vrf === '' && !AT_ONCE.has(of)) {
        const ms = thinkMs(think, this.plan.seed, this.plan.index, of);
        await clock.sleep(ms, signal);
        this.thinkMs += ms;
      }
      const text = this.text(of, vrf);
      if (text === undefined) {
        return 'unknown';
      }
      this.characters += text.length;
      session.set('text', of === 'configs' ? await this.faulty(text, say, signal) : text);
      return 'said';
    } catch {
      // Interrupted, or nobody is there any more: there is nothing to say.
      return undefined;
    }
  }

  /** Does what faults do to a configuration under way. @returns what is left to say */
  private async faulty(text: string, say: (text: string) => Promise<void>, signal: AbortSignal): Promise<string> {
    const middle = text.indexOf('\n', Math.floor(text.length / 2)) + 1;
    const [dropWord, drop] = [...this.textFaults].find(([, { kind }]) => kind === 'drop') ?? [];
    if (drop?.kind === 'drop' && dropWord !== undefined && !(drop.once && this.dropped.has(dropWord))) {
      this.dropped.add(dropWord);
      await say(text.slice(0, middle));
      this.gear?.cutConnections();
      return '';
    }
    if (this.fault('cut-short') !== undefined) {
      return text.slice(0, text.indexOf('\n', Math.floor(text.length / 3)) + 1);
    }
    const pause = this.fault('pause');
    if (pause === undefined) {
      return text;
    }
    await say(text.slice(0, middle));
    await this.shared.clock.sleep(pause.ms, signal);
    return text.slice(middle);
  }
}

/** An answer as it is hashed; see {@link TypeTruth.sha256}. */
export function cleanText(text: string): string {
  return `${text.replace(/\r/g, '').replace(/^(?:[ \t]*\n)+/, '').replace(/\s+$/, '')}\n`;
}

/** Puts the prompt where careless readers take it for the end. */
function quotingPrompt(config: string, prompt: string): string {
  const lines = config.split('\n');
  const at = lines.findIndex((line) => line.startsWith('hostname ')) + 1;
  lines.splice(at, 0, 'banner login ^C', `Do not type here: ${prompt}show running-config`, prompt.trimEnd(), `${prompt}`.trimEnd().concat(' is what you see'), '^C');
  return lines.join('\n');
}
