import type { Clock } from '@capstan/kernel';

/** What can be wrong with simulated SSH gear. */
export type GearFault =
  /** Silence between the login and the greeting. */
  | { readonly fault: 'slow-login'; readonly ms: number }
  /** Silence between the connection and the first byte. */
  | { readonly fault: 'slow-connect'; readonly ms: number }
  /** Connections are taken, and nothing is ever said. */
  | { readonly fault: 'mute' }
  /** Pages whatever the client asked for. */
  | { readonly fault: 'pager'; readonly lines: number }
  /** Everything said comes in pieces of 1 to `bytes` bytes, a little apart. */
  | { readonly fault: 'split-echo'; readonly bytes: number }
  /** Every character is echoed in a packet of its own, as many devices do. */
  | { readonly fault: 'echo-apart' }
  /** Commands that match are echoed, and never answered. */
  | { readonly fault: 'silence'; readonly command: string }
  /** A line of log in the middle of whatever is said. */
  | { readonly fault: 'syslog'; readonly line: string; readonly everyMs: number }
  /** The right password is refused. */
  | { readonly fault: 'wrong-password' }
  /** Passwords are taken by keyboard-interactive only. */
  | { readonly fault: 'keyboard-interactive-only' }
  /** SHA-1 groups and `ssh-rsa` only. */
  | { readonly fault: 'legacy-kex-only' }
  /** Terminals beyond this many are refused. */
  | { readonly fault: 'max-sessions'; readonly sessions: number }
  /** Off the network: every connection is cut, new ones are refused. */
  | { readonly fault: 'vanish' }
  /** A variable of the device has another value: a full disk, a low limit, a wording. */
  | { readonly fault: 'state'; readonly name: string; readonly value: string | number };

/** When a fault begins: so long after the start, or with the nth command that matches, or with the nth login. */
export type FaultTrigger = { readonly ms: number } | { readonly command: string; readonly nth?: number } | { readonly login: number };

/** A fault on the timeline of a device. */
export interface TimedFault {
  readonly fault: GearFault;
  /** From the start when absent. */
  readonly from?: FaultTrigger;
  /** Milliseconds it lasts; for good when absent. */
  readonly forMs?: number;
}

type FaultOf<Name extends GearFault['fault']> = Extract<GearFault, { fault: Name }>;

/** Keeps the timeline of one device. */
export class FaultBoard {
  private readonly active = new Set<GearFault>();
  private readonly waiting = new Set<{ readonly timed: TimedFault; seen: number }>();
  private readonly over = new AbortController();

  /** @param changed told of everything that begins or ends */
  constructor(
    timeline: readonly TimedFault[],
    private readonly clock: Clock,
    private readonly changed: (fault: GearFault, active: boolean) => void = () => undefined,
  ) {
    for (const timed of timeline) {
      const { from } = timed;
      if (from === undefined) {
        this.begin(timed);
      } else if ('ms' in from) {
        this.after(from.ms, () => this.begin(timed));
      } else {
        this.waiting.add({ timed, seen: 0 });
      }
    }
  }

  /** The fault of that name, when it is active now. */
  get<Name extends GearFault['fault']>(name: Name): FaultOf<Name> | undefined {
    return this.all(name).at(-1);
  }

  /** Every active fault of that name, oldest first. */
  all<Name extends GearFault['fault']>(name: Name): FaultOf<Name>[] {
    return [...this.active].filter((fault): fault is FaultOf<Name> => fault.fault === name);
  }

  /** Begins a fault now. @returns what ends it */
  begin({ fault, forMs }: Omit<TimedFault, 'from'>): () => void {
    const end = (): void => {
      if (this.active.delete(fault)) {
        this.changed(fault, false);
      }
    };
    this.active.add(fault);
    this.changed(fault, true);
    if (forMs !== undefined) {
      this.after(forMs, end);
    }
    return end;
  }

  sawCommand(line: string): void {
    this.saw((from) => 'command' in from && new RegExp(from.command).test(line), (from) => ('command' in from ? from.nth ?? 1 : 0));
  }

  sawLogin(): void {
    this.saw((from) => 'login' in from, (from) => ('login' in from ? from.login : 0));
  }

  /** Forgets what has not begun, and every timer. */
  dispose(): void {
    this.over.abort();
    this.waiting.clear();
  }

  private saw(concerns: (from: FaultTrigger) => boolean, needed: (from: FaultTrigger) => number): void {
    for (const entry of this.waiting) {
      const { from } = entry.timed;
      if (from !== undefined && concerns(from)) {
        entry.seen += 1;
        if (entry.seen >= needed(from)) {
          this.waiting.delete(entry);
          this.begin(entry.timed);
        }
      }
    }
  }

  private after(ms: number, action: () => void): void {
    this.clock.sleep(ms, this.over.signal).then(action, () => undefined);
  }
}
