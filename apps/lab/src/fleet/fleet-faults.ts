import { AppError } from '@capstan/kernel';
import type { GearFault } from '../ssh-gear/faults';
import type { DevicePlan } from './fleet-plan';
import { topicRandom } from './topic-random';

/** What a fault changes: the device's SSH server, or what the device says. */
export type FleetFault =
  | { readonly on: 'server'; readonly faults: readonly GearFault[] }
  | { readonly on: 'host-key' }
  | { readonly on: 'text'; readonly text: TextFault };

/** What can be wrong with an answer. */
export type TextFault =
  /** The connection is cut in the middle of the configuration; only the first time with `once`. */
  | { readonly kind: 'drop'; readonly once: boolean }
  /** Silence in the middle of the configuration. */
  | { readonly kind: 'pause'; readonly ms: number }
  /** The configuration holds the device's prompt, as lines of their own and within others. */
  | { readonly kind: 'quotes-prompt' }
  /** The configuration is as long as that. */
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** The prompt comes after the first third of the configuration. */
  | { readonly kind: 'cut-short' }
  /** A table has a line that no parser knows. */
  | { readonly kind: 'odd-line' }
  /** The device does not know the command for neighbours. */
  | { readonly kind: 'no-lldp' };

const SYSLOG = '*Mar  2 10:07:24.079: %SYS-5-CONFIG_I: Configured from console by somebody on vty1 (192.0.2.77)';

const server = (...faults: GearFault[]): FleetFault => ({ on: 'server', faults });
const state = (name: string, value: string | number): GearFault => ({ fault: 'state', name, value });
const text = (fault: TextFault): FleetFault => ({ on: 'text', text: fault });

/** Faults of the fleet's devices by their words; a number may stand behind some, e.g. `pause:45`. */
export const FLEET_FAULTS: Readonly<Record<string, { readonly meaning: string; readonly fault: (amount: number | undefined) => FleetFault }>> = {
  silent: { meaning: 'takes connections and never says a word', fault: () => server({ fault: 'mute' }) },
  refuse: { meaning: 'refuses connections', fault: () => server({ fault: 'vanish' }) },
  'wrong-password': { meaning: 'refuses the right password', fault: () => server({ fault: 'wrong-password' }) },
  'enable-needed': { meaning: 'logs in without privileges; the secret is the one of the inventory', fault: () => server(state('privilege', 1)) },
  'enable-unknown': { meaning: 'logs in without privileges, and nobody knows the secret', fault: () => server(state('privilege', 1), state('enable_secret', 'nobody-knows-it')) },
  'pager-stuck': { meaning: 'pages whatever it is told', fault: () => server(state('pages_always', 1)) },
  'drop-mid-config': { meaning: 'hangs up in the middle of the configuration, each time', fault: () => text({ kind: 'drop', once: false }) },
  'drop-once': { meaning: 'hangs up in the middle of the configuration, once', fault: () => text({ kind: 'drop', once: true }) },
  'quotes-prompt': { meaning: 'has its own prompt in its configuration', fault: () => text({ kind: 'quotes-prompt' }) },
  pause: { meaning: 'falls silent for 30 s (pause:SEC) in the middle of the configuration', fault: (sec = 30) => text({ kind: 'pause', ms: sec * 1_000 }) },
  'new-host-key': { meaning: 'shows another host key from now on', fault: () => ({ on: 'host-key' }) },
  'legacy-kex': { meaning: 'group14-sha1, group1-sha1 and ssh-rsa only', fault: () => server({ fault: 'legacy-kex-only' }) },
  'lines-taken': { meaning: 'has no terminal line left', fault: () => server(state('lines_taken', 1)) },
  syslog: { meaning: 'writes a line of log into answers each second', fault: () => server({ fault: 'syslog', line: SYSLOG, everyMs: 1_000 }) },
  'keyboard-interactive': { meaning: 'takes passwords by keyboard-interactive only', fault: () => server({ fault: 'keyboard-interactive-only' }) },
  'split-echo': { meaning: 'says everything in pieces of a few bytes', fault: () => server({ fault: 'split-echo', bytes: 5 }) },
  'huge-config': { meaning: 'has a configuration of 12 MB (huge-config:MB)', fault: (megabytes = 12) => text({ kind: 'bytes', bytes: megabytes * 1_000_000 }) },
  'cut-short': { meaning: 'shows a third of its configuration and then the prompt', fault: () => text({ kind: 'cut-short' }) },
  'odd-line': { meaning: 'has a line in its ARP table that no parser knows', fault: () => text({ kind: 'odd-line' }) },
  'no-lldp': { meaning: 'does not know the command for neighbours', fault: () => text({ kind: 'no-lldp' }) },
};

/** @throws AppError `LAB_UNKNOWN_FAULT` naming those there are */
export function fleetFault(word: string): FleetFault {
  const [name = '', amount] = word.split(':');
  const known = Object.hasOwn(FLEET_FAULTS, name) ? FLEET_FAULTS[name] : undefined;
  if (known === undefined || (amount !== undefined && !/^\d{1,4}$/.test(amount))) {
    throw new AppError('LAB_UNKNOWN_FAULT', `no fault ${word || 'without a name'} of the fleet; there are ${Object.keys(FLEET_FAULTS).join(', ')}`);
  }
  return known.fault(amount === undefined ? undefined : Number(amount));
}

/** How many of a hundred devices have which fault in the usual mix. */
export const USUAL_FAULTS: readonly (readonly [word: string, percent: number])[] = [
  ['silent', 2],
  ['refuse', 2],
  ['wrong-password', 2],
  ['enable-needed', 1],
  ['pager-stuck', 1],
  ['drop-mid-config', 1],
  ['quotes-prompt', 1],
  ['pause', 1],
  ['new-host-key', 1],
  ['legacy-kex', 1],
];

/** Gives out the usual mix: which devices have which fault follows from the seed. Each fault is there once at least, where there are devices enough. */
export function usualFaults(plans: readonly DevicePlan[], seed: number): Map<string, string> {
  const random = topicRandom(seed, 'faults');
  const order = plans.map((plan) => ({ plan, rank: random() })).sort((a, b) => a.rank - b.rank).map(({ plan }) => plan);
  const given = new Map<string, string>();
  for (const [word, percent] of USUAL_FAULTS) {
    // NX-OS logs in with privileges.
    const able = order.filter((plan) => !given.has(plan.name) && (word !== 'enable-needed' || plan.platform === 'cisco_ios' || plan.platform === 'arista_eos'));
    able.slice(0, Math.max(1, Math.round((plans.length * percent) / 100))).forEach((plan) => given.set(plan.name, word));
  }
  return given;
}
