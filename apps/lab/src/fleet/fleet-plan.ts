import type { PlatformName } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { between, fingerprint, oneOf, topicRandom } from './topic-random';

/** Platforms the fleet can imitate, by the short words of the command line. */
export const FLEET_PLATFORMS = { ios: 'cisco_ios', nxos: 'cisco_nxos', eos: 'arista_eos', junos: 'juniper_junos', frr: 'frr', linux: 'linux' } as const satisfies Readonly<Record<string, PlatformName>>;
/** See {@link FLEET_PLATFORMS}. */
export type FleetPlatformName = (typeof FLEET_PLATFORMS)[keyof typeof FLEET_PLATFORMS];

/** How many of a hundred devices are of which platform. */
export type FleetMix = ReadonlyMap<FleetPlatformName, number>;
/** What is found in a large network, more or less. */
export const USUAL_MIX: FleetMix = new Map([['cisco_ios', 60], ['cisco_nxos', 20], ['arista_eos', 20]]);

/** Most devices of one lab. */
export const MAX_FLEET = 2_000;

/** How much the devices have to say. */
export type FleetPayload = 'usual' | 'small';

/** One device of the fleet: everything about it that does not change. */
export interface DevicePlan {
  /** From 1. */
  readonly index: number;
  /** Also its host name; unique in the fleet. */
  readonly name: string;
  readonly address: string;
  readonly platform: FleetPlatformName;
  readonly model: string;
  readonly version: string;
  readonly serial: string;
  readonly site: string;
  readonly role: string;
  /** What its configuration comes to, about. */
  readonly configBytes: number;
  /** Switch ports. */
  readonly ports: number;
  readonly arps: number;
  readonly routes: number;
  /** VRFs but the global table. */
  readonly vrfs: readonly string[];
  /** Echoes every character in a packet of its own. */
  readonly slowEcho: boolean;
  readonly seed: number;
}

/** What a fleet is planned from. */
export interface FleetPlanOptions {
  readonly count: number;
  readonly mix: FleetMix;
  readonly seed: number;
  readonly payload: FleetPayload;
  /** Gives the address of a device, by its index. */
  readonly addressOf: (index: number) => string;
}

const MODELS: Readonly<Record<FleetPlatformName, readonly (readonly [model: string, version: string])[]>> = {
  cisco_ios: [['C9300-48P', '17.09.04a'], ['WS-C2960X-48TS-L', '15.2(7)E3'], ['C9200L-24P-4G', '17.06.05']],
  cisco_nxos: [['C93180YC-EX', '9.3(8)'], ['C9364C', '10.2(5)']],
  arista_eos: [['DCS-7050SX3-48YC8-F', '4.28.3M'], ['DCS-7280SR-48C6-F', '4.30.1F']],
  juniper_junos: [['MX240', '21.4R3.15']],
  frr: [['FRRouting', '8.4.4']],
  linux: [['KVM', '12']],
};
const ROLES: Readonly<Record<FleetPlatformName, readonly string[]>> = {
  cisco_ios: ['access', 'access', 'access', 'distribution'],
  cisco_nxos: ['leaf', 'core'],
  arista_eos: ['leaf', 'spine'],
  juniper_junos: ['edge'],
  frr: ['edge'],
  linux: ['host'],
};
const SHORT: Readonly<Record<FleetPlatformName, string>> = Object.fromEntries(Object.entries(FLEET_PLATFORMS).map(([short, name]) => [name, short])) as Record<FleetPlatformName, string>;
const SITES = ['trn', 'mil', 'gen', 'ver', 'bol', 'fir', 'tre', 'nap', 'bar', 'pal'];
const SERIAL_ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** Reads a mix such as `ios=60,nxos=20,eos=20`. @throws AppError `LAB_BAD_OPTION` */
export function parseMix(text: string): FleetMix {
  const parts = text.split(',').map((part) => part.split('='));
  const mix = new Map<FleetPlatformName, number>();
  for (const [word = '', share = ''] of parts) {
    const weight = Number(share);
    if (!Object.hasOwn(FLEET_PLATFORMS, word) || share.trim() === '' || !(weight >= 0)) {
      throw new AppError('LAB_BAD_OPTION', `--fleet-mix takes parts such as ios=60 of ${Object.keys(FLEET_PLATFORMS).join(', ')}, not ${word}${share === '' ? '' : `=${share}`}`);
    }
    mix.set(FLEET_PLATFORMS[word as keyof typeof FLEET_PLATFORMS], weight);
  }
  if ([...mix.values()].every((weight) => weight === 0)) {
    throw new AppError('LAB_BAD_OPTION', '--fleet-mix leaves no platform');
  }
  return mix;
}

/** Plans a fleet. The same options give the same fleet. */
export function planFleet(options: FleetPlanOptions): DevicePlan[] {
  const platforms = spread(options.count, options.mix);
  return platforms.map((platform, position) => planDevice(options, platform, position + 1));
}

function planDevice({ seed, payload, addressOf }: FleetPlanOptions, platform: FleetPlatformName, index: number): DevicePlan {
  const random = topicRandom(seed, index, 'plan');
  const [model, version] = oneOf(random, MODELS[platform]);
  const site = SITES[fingerprint(`${seed}/site/${Math.floor((index - 1) / 20)}`) % SITES.length] ?? '';
  const small = payload === 'small';
  return {
    index,
    name: `${site}-${SHORT[platform]}-${String(index).padStart(4, '0')}`,
    address: addressOf(index),
    platform,
    model,
    version,
    serial: serialOf(platform, index, random),
    site,
    role: oneOf(random, ROLES[platform]),
    configBytes: small ? 5_000 : configBytes(random()),
    ports: small ? 8 : oneOf(random, [24, 48]),
    arps: small ? between(random, 5, 10) : between(random, 40, 240),
    routes: small ? between(random, 5, 10) : between(random, 40, 400),
    vrfs: index % 10 === 7 ? ['MGMT'] : [],
    slowEcho: index % 4 === 0,
    seed,
  };
}

/** Most configurations are short, and a few are very long. */
function configBytes(share: number): number {
  return share < 0.7 ? 5_000 : share < 0.95 ? 60_000 : 400_000;
}

/** The index is part of it, so that no two devices have the same. */
function serialOf(platform: FleetPlatformName, index: number, random: () => number): string {
  const digits = (count: number): string => Array.from({ length: count }, () => oneOf(random, [...SERIAL_ALPHABET])).join('');
  const prefix = { cisco_ios: 'FCW', cisco_nxos: 'SAL', arista_eos: 'JPE', juniper_junos: 'JN', frr: 'VM', linux: 'VM' }[platform];
  return `${prefix}${digits(4)}${index.toString(36).toUpperCase().padStart(4, '0')}`;
}

/** Spreads the platforms evenly: every stretch of the fleet has the mix of the whole. */
function spread(count: number, mix: FleetMix): FleetPlatformName[] {
  const total = [...mix.values()].reduce((sum, weight) => sum + weight, 0);
  const given = new Map<FleetPlatformName, number>();
  return Array.from({ length: count }, (_, position) => {
    let next: FleetPlatformName = 'cisco_ios';
    let most = -Infinity;
    for (const [platform, weight] of mix) {
      const owed = (weight / total) * (position + 1) - (given.get(platform) ?? 0);
      if (weight > 0 && owed > most + 1e-9) {
        next = platform;
        most = owed;
      }
    }
    given.set(next, (given.get(next) ?? 0) + 1);
    return next;
  });
}
