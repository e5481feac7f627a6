import type { DevicePlan } from './fleet-plan';
import type { DeviceState } from './device-state';
import { between, oneOf, topicRandom } from './topic-random';

/** A device as its texts are made from it. */
export interface DeviceView {
  readonly plan: DevicePlan;
  readonly state: DeviceState;
  /** The whole fleet; neighbours are in it. */
  readonly fleet: readonly DevicePlan[];
}

/** A port of a switch. The name is the platform's affair. */
export interface PortFact {
  /** From 1. */
  readonly number: number;
  readonly description: string;
  readonly status: 'connected' | 'notconnect' | 'disabled';
  readonly vlan: number | 'trunk' | 'routed';
  /** Mb/s. */
  readonly speed: number;
}

/** A binding of an address to a MAC. */
export interface ArpFact {
  readonly ip: string;
  /** 12 hexadecimal digits; null while the device is asking. */
  readonly mac: string | null;
  readonly vlan: number;
  /** Null for the device's own address. */
  readonly ageSec: number | null;
}

/** Where a MAC was seen. */
export interface MacFact {
  readonly mac: string;
  readonly vlan: number;
  readonly port: number;
  readonly ageSec: number;
}

/** A device at the other end of a link. */
export interface NeighbourFact {
  readonly port: number;
  readonly peer: DevicePlan;
  readonly peerPort: number;
}

/** A route of the global table. */
export interface RouteFact {
  readonly prefix: string;
  readonly protocol: 'connected' | 'local' | 'static' | 'ospf';
  /** Null for networks of its own. */
  readonly via: string | null;
  /** A VLAN or a port, by its number; null where the device does not say. */
  readonly out: { readonly vlan: number } | { readonly port: number } | null;
  readonly metric: number;
  readonly ageSec: number;
}

/** VLANs of every device. */
export const VLANS = [10, 20] as const;
/** Links to the devices this far behind and before it, on its last ports. */
const LINKS = [1, -1, 17, -17];
const WORDS = ['printer', 'floor 2 desk', 'camera', 'AP', 'to server', 'meeting room', 'spare', 'badge reader', 'door', 'phone'];

/** The device's own network in a VLAN; no other device has it. */
export function subnetOf(index: number, vlan: (typeof VLANS)[number]): string {
  return `10.${(vlan === 10 ? 16 : 96) + (index >> 8)}.${index & 255}`;
}

/** A MAC of the device; `number` below 8,192. */
export function macOf(index: number, number: number): string {
  return `00dead${((index << 13) | number).toString(16).padStart(6, '0')}`;
}

/** `00de.ad00.0107` */
export function dotted(mac: string): string {
  return `${mac.slice(0, 4)}.${mac.slice(4, 8)}.${mac.slice(8)}`;
}

/** Ages go on with every generation, each entry's by its own step. */
function age(base: number, generation: number): number {
  return (base + generation * 137) % 14_000;
}

/** Ports in the order of their numbers; the last four are links to other devices. */
export function portsOf({ plan }: DeviceView): PortFact[] {
  const random = topicRandom(plan.seed, plan.index, 'ports');
  return Array.from({ length: plan.ports }, (_, position): PortFact => {
    const number = position + 1;
    const link = LINKS[number - (plan.ports - LINKS.length) - 1];
    if (link !== undefined) {
      return { number, description: `link ${link > 0 ? 'to' : 'from'} ${Math.abs(link)}`, status: 'connected', vlan: 'trunk', speed: 10_000 };
    }
    const share = random();
    return {
      number,
      description: random() < 0.6 ? `${oneOf(random, WORDS)} ${between(random, 1, 99)}` : '',
      status: share < 0.7 ? 'connected' : share < 0.92 ? 'notconnect' : 'disabled',
      vlan: oneOf(random, VLANS),
      speed: oneOf(random, [100, 1_000]),
    };
  });
}

/** Devices at the ends of its links, each of which sees this one at its end. */
export function neighboursOf({ plan, fleet }: DeviceView): NeighbourFact[] {
  return LINKS.flatMap((step, position): NeighbourFact[] => {
    const peer = fleet[plan.index - 1 + step];
    const back = LINKS.indexOf(-step);
    return peer === undefined ? [] : [{ port: plan.ports - LINKS.length + position + 1, peer, peerPort: peer.ports - LINKS.length + back + 1 }];
  });
}

/** The ARP table, by address. */
export function arpsOf({ plan, state }: DeviceView): ArpFact[] {
  const random = topicRandom(plan.seed, plan.index, 'arps');
  const own = VLANS.map((vlan): ArpFact => ({ ip: `${subnetOf(plan.index, vlan)}.1`, mac: macOf(plan.index, vlan), vlan, ageSec: null }));
  const entries = Array.from({ length: plan.arps }, (_, position): ArpFact => {
    const vlan = VLANS[position % VLANS.length] ?? 10;
    const host = 2 + Math.floor(position / VLANS.length);
    const base = between(random, 0, 14_000);
    return { ip: `${subnetOf(plan.index, vlan)}.${host}`, mac: random() < 0.02 ? null : macOf(plan.index, 100 + position), vlan, ageSec: age(base, state.generation) };
  });
  const changes = new Map(state.arps.map(({ ip, mac }) => [ip, mac]));
  const kept = [...own, ...entries].filter(({ ip }) => changes.get(ip) !== null).map((entry) => ({ ...entry, mac: changes.get(entry.ip) ?? entry.mac }));
  const added = [...changes].flatMap(([ip, mac]): ArpFact[] => (mac === null || kept.some((entry) => entry.ip === ip) ? [] : [{ ip, mac, vlan: 10, ageSec: age(0, state.generation) }]));
  return [...kept, ...added];
}

/** The forwarding table: everything it has a binding of, and what is silent. */
export function macsOf(view: DeviceView): MacFact[] {
  const { plan, state } = view;
  const random = topicRandom(plan.seed, plan.index, 'macs');
  const access = plan.ports - LINKS.length;
  const place = (mac: string, vlan: number): MacFact => ({ mac, vlan, port: between(random, 1, access), ageSec: age(between(random, 0, 290), state.generation) % 300 });
  const bound = arpsOf({ ...view, state: { ...state, arps: [] } }).flatMap(({ mac, vlan, ageSec }) => (mac === null || ageSec === null ? [] : [place(mac, vlan)]));
  return [...bound, ...Array.from({ length: Math.floor(plan.arps / 3) }, (_, position) => place(macOf(plan.index, 4_096 + position), oneOf(random, VLANS)))];
}

/** The global routing table, by prefix. */
export function routesOf({ plan, state }: DeviceView): RouteFact[] {
  const random = topicRandom(plan.seed, plan.index, 'routes');
  const gateway = `${subnetOf(plan.index, 10)}.254`;
  const up = { metric: 0, ageSec: 4_000_000 + state.generation * 137 };
  const own = VLANS.flatMap((vlan): RouteFact[] => [
    { prefix: `${subnetOf(plan.index, vlan)}.0/24`, protocol: 'connected', via: null, out: { vlan }, ...up },
    { prefix: `${subnetOf(plan.index, vlan)}.1/32`, protocol: 'local', via: null, out: { vlan }, ...up },
  ]);
  const learned = Array.from({ length: plan.routes }, (_, position): RouteFact => {
    const port = plan.ports - between(random, 0, LINKS.length - 1);
    return { prefix: `172.${16 + (position >> 8)}.${position & 255}.0/24`, protocol: 'ospf', via: `10.${200 + (port & 3)}.${plan.index >> 8}.${plan.index & 255}`, out: { port }, metric: between(random, 2, 200), ageSec: between(random, 60, 3_000_000) + state.generation * 137 };
  });
  const added = state.routes.map(({ prefix, via }): RouteFact => ({ prefix, protocol: 'static', via, out: null, metric: 0, ageSec: 60 }));
  return [{ prefix: '0.0.0.0/0', protocol: 'static', via: gateway, out: null, ...up }, ...own, ...learned, ...added];
}

/** Seconds since the device was started. */
export function uptimeOf({ plan, state }: DeviceView): number {
  return between(topicRandom(plan.seed, plan.index, 'uptime'), 900_000, 90_000_000) + state.generation * 137;
}

/** The serial number it shows now. */
export function serialOf({ plan, state }: DeviceView): string {
  return state.serial ?? plan.serial;
}
