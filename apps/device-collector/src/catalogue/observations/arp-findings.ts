import type { ArpEventKind } from '@capstan/contracts';
import type { IntervalInput } from './interval-rows';
import type { SightingResult } from './intervals.repository';
import { isLocallyAdministered, isMulticast } from './mac-facts';

/** A MAC with more addresses than this on one device is worth a look: a proxy, a NAT, or somebody who answers for others. */
export const MANY_IPS = 32;

/** What an ARP table tells beside its rows. */
export interface ArpFinding {
  readonly kind: ArpEventKind;
  readonly context: string;
  readonly ip: string | null;
  readonly mac: string;
  readonly other_mac: string | null;
  readonly count: number | null;
}

/** What is known beside the capture. */
export interface ArpKnowledge {
  /** MACs that are in some table already, of any device. */
  readonly knownMacs: ReadonlySet<string>;
  /** Next hops of default routes. */
  readonly gateways: ReadonlySet<string>;
  /** Whether it is the first table of the device: then everything is new, and nothing is news. */
  readonly first: boolean;
}

/** MACs that this capture brought, of which {@link ArpKnowledge.knownMacs} has to be asked. */
export function openedMacs(inputs: readonly IntervalInput[], { opened }: SightingResult): string[] {
  return [...new Set(inputs.filter(({ key }) => opened.has(key)).map(({ columns }) => String(columns['mac'])))];
}

/** Reads the events out of what a capture changed. Broadcast and multicast are nobody's; random MACs are always new. */
export function arpFindings(inputs: readonly IntervalInput[], { opened, displaced }: SightingResult, { knownMacs, gateways, first }: ArpKnowledge): ArpFinding[] {
  if (first || opened.size === 0) {
    return [];
  }
  const findings: ArpFinding[] = [];
  const byIdentity = new Map<string, IntervalInput[]>();
  const ipsOf = new Map<string, { all: number; fresh: number; context: string }>();
  for (const input of inputs) {
    byIdentity.set(input.identity, [...(byIdentity.get(input.identity) ?? []), input]);
    const mac = String(input.columns['mac']);
    const counts = ipsOf.get(mac) ?? { all: 0, fresh: 0, context: String(input.columns['context']) };
    ipsOf.set(mac, { ...counts, all: counts.all + 1, fresh: counts.fresh + (opened.has(input.key) ? 1 : 0) });
  }
  const displacedBy = new Map(displaced.map(({ key, identity }) => [identity, key]));
  const news = new Set<string>();
  for (const { key, identity, columns } of inputs) {
    const [context, ip, mac] = [String(columns['context']), String(columns['ip']), String(columns['mac'])];
    if (!opened.has(key) || isMulticast(mac)) {
      continue;
    }
    if (!knownMacs.has(mac) && !isLocallyAdministered(mac) && !news.has(mac)) {
      news.add(mac);
      findings.push({ kind: 'new-mac', context, ip, mac, other_mac: null, count: null });
    }
    const rival = byIdentity.get(identity)?.find((other) => other.key !== key);
    const before = displacedBy.get(identity);
    if (rival !== undefined) {
      // Both may be new: then it is told once.
      if (!opened.has(rival.key) || key < rival.key) {
        findings.push({ kind: 'ip-conflict', context, ip, mac, other_mac: String(rival.columns['mac']), count: null });
      }
    } else if (before !== undefined) {
      findings.push({ kind: gateways.has(ip) ? 'gateway-moved' : 'ip-moved', context, ip, mac, other_mac: before.split('|').at(-1) ?? null, count: null });
    }
  }
  for (const [mac, { all, fresh, context }] of ipsOf) {
    if (all > MANY_IPS && all - fresh <= MANY_IPS && !isMulticast(mac)) {
      findings.push({ kind: 'many-ips', context, ip: null, mac, other_mac: null, count: all });
    }
  }
  return findings;
}
