import { AppError } from '@capstan/kernel';
import type { DeviceEdit } from './device-state';

/** Words that act on the fleet and on the router. */
export const FLEET_CONTROLS = ['fleet-edit', 'fleet-fault', 'fleet-faults', 'fleet-truth', 'fleet-counts', 'router-run'] as const;

/** Orders to the fleet. */
export type FleetControl =
  | { readonly do: 'fleet-edit'; readonly device?: string; readonly edit: DeviceEdit }
  | { readonly do: 'fleet-fault'; readonly device: string; readonly fault: string; readonly on: boolean }
  | { readonly do: 'fleet-faults' }
  | { readonly do: 'fleet-truth'; readonly device?: string }
  | { readonly do: 'fleet-counts'; readonly device?: string; readonly forget: boolean }
  | { readonly do: 'router-run'; readonly commands: readonly string[] };

const PREFIX = /^\d+\.\d+\.\d+\.\d+\/(?:[12]?\d|3[0-2])$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const MAC = /^[0-9a-f]{12}$/;

const bad = (message: string): AppError => new AppError('LAB_BAD_CONTROL', message);

/** Reads an order to the fleet; undefined when it is none. @throws AppError `LAB_BAD_CONTROL` */
export function parseFleetControl(value: Readonly<Record<string, unknown>>): FleetControl | undefined {
  const word = FLEET_CONTROLS.find((known) => known === value['do']);
  const { device, fault, on, forget, commands } = value;
  if (word === undefined) {
    return undefined;
  }
  if (device !== undefined && typeof device !== 'string') {
    throw bad('device must be the name of a device of the fleet');
  }
  const named = device === undefined ? {} : { device };
  switch (word) {
    case 'fleet-edit':
      return { do: word, ...named, edit: parseEdit(value) };
    case 'fleet-fault':
      if (device === undefined || typeof fault !== 'string' || (on !== undefined && typeof on !== 'boolean')) {
        throw bad('fleet-fault needs device, the name of one, and fault; on is true or false');
      }
      return { do: word, device, fault, on: on ?? true };
    case 'fleet-faults':
      return { do: word };
    case 'fleet-truth':
      return { do: word, ...named };
    case 'fleet-counts':
      return { do: word, ...named, forget: forget === true };
    case 'router-run':
      if (!Array.isArray(commands) || commands.length === 0 || !commands.every((command) => typeof command === 'string')) {
        throw bad('router-run needs commands, a list of lines for the router');
      }
      return { do: word, commands };
  }
}

function parseEdit({ kind, line, actor, prefix, via, ip, mac, serial }: Readonly<Record<string, unknown>>): DeviceEdit {
  const who = actor === undefined ? 'netops' : actor;
  if (typeof who !== 'string' || !/^\S+$/.test(who)) {
    throw bad('actor must be a name without blanks');
  }
  switch (kind) {
    case 'config':
      if (typeof line !== 'string' || !/^[^\r\n]+$/.test(line)) {
        throw bad('an edit of kind config needs line, one line of configuration');
      }
      return { kind, line, actor: who };
    case 'route':
      if (typeof prefix !== 'string' || !PREFIX.test(prefix) || typeof via !== 'string' || !ADDRESS.test(via)) {
        throw bad('an edit of kind route needs prefix, e.g. 10.9.0.0/16, and via, an address');
      }
      return { kind, prefix, via, actor: who };
    case 'arp':
      if (typeof ip !== 'string' || !ADDRESS.test(ip) || (mac !== null && (typeof mac !== 'string' || !MAC.test(mac)))) {
        throw bad('an edit of kind arp needs ip, an address, and mac, 12 lower-case hexadecimal digits or null');
      }
      return { kind, ip, mac };
    case 'serial':
      if (typeof serial !== 'string' || !/^\w{4,20}$/.test(serial)) {
        throw bad('an edit of kind serial needs serial');
      }
      return { kind, serial };
    case 'noise':
      return { kind };
    default:
      throw bad('the kind of an edit is config, route, arp, serial or noise');
  }
}
