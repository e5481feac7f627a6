import type { ArpRow, InterfaceRow, MacRow, RouteRow } from '@capstan/contracts';
import { canonicalIp, canonicalPrefix } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf, interfaceRowOf, macRowOf } from '../../platforms/parsing/empty-rows';
import { fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, wholeText } from '../../platforms/parsing/parse-result';

/** The entries of what `ip -j` and `bridge -j` print; nothing at all is an empty table. */
function entries(text: string): readonly unknown[] | undefined {
  if (text.trim() === '') {
    return [];
  }
  const documents = readJsonDocuments(text);
  // Empty objects stand for lines that were filtered out.
  return documents?.every(Array.isArray) === true ? documents.flat().filter((entry) => typeof entry === 'object' && entry !== null && Object.keys(entry).length > 0) : undefined;
}

/** All rows, or nothing when one entry is not understood. */
function rowsOf<Row>(text: string, read: (entry: unknown) => Row | null | undefined): ReturnType<OutputParser<Row>> {
  const found = entries(text)?.map(read);
  return wholeText(text, found?.some((row) => row === undefined) === true ? undefined : found?.filter((row) => row !== null && row !== undefined));
}

/** `ip -j neigh`. Entries of which the kernel knows nothing any more are left out. */
export const parseIpNeigh: OutputParser<ArpRow> = (text, { context = 'default' }) =>
  rowsOf<ArpRow>(text, (entry) => {
    const ip = canonicalIp(textOf(fieldOf(entry, 'dst')) ?? '');
    const states = listOf(fieldOf(entry, 'state')).map(String);
    const written = textOf(fieldOf(entry, 'lladdr'));
    const mac = written === null ? undefined : canonicalMac(written);
    if (ip === undefined) {
      return undefined;
    }
    return states.includes('NOARP')
      ? null
      : { ...arpRowOf(ip, context), mac: mac ?? null, mac_raw: written, interface: textOf(fieldOf(entry, 'dev')), type: mac === undefined ? 'incomplete' : states.includes('PERMANENT') ? 'static' : 'dynamic' };
  });

/** `bridge -j fdb`. */
export const parseBridgeFdb: OutputParser<MacRow> = (text, { context = 'default' }) =>
  rowsOf<MacRow>(text, (entry) => {
    const mac = canonicalMac(textOf(fieldOf(entry, 'mac')) ?? '');
    const state = textOf(fieldOf(entry, 'state'));
    const port = textOf(fieldOf(entry, 'ifname'));
    const flags = listOf(fieldOf(entry, 'flags')).map(String);
    return mac === undefined
      ? undefined
      : { ...macRowOf(mac, textOf(fieldOf(entry, 'master')) ?? context), vlan: numberOf(fieldOf(entry, 'vlan')), type: state === 'permanent' ? 'self' : state === 'static' ? 'static' : 'dynamic', ports: port === null ? [] : [port], flags };
  });

/** `ip -j addr`. */
export const parseIpAddr: OutputParser<InterfaceRow> = (text) =>
  rowsOf<InterfaceRow>(text, (entry) => {
    const name = textOf(fieldOf(entry, 'ifname'));
    const flags = listOf(fieldOf(entry, 'flags')).map(String);
    const state = (textOf(fieldOf(entry, 'operstate')) ?? '').toUpperCase();
    const addresses = listOf(fieldOf(entry, 'addr_info')).flatMap((info) => {
      const ip = canonicalIp(textOf(fieldOf(info, 'local')) ?? '');
      return ip === undefined ? [] : [`${ip}/${numberOf(fieldOf(info, 'prefixlen')) ?? (ip.includes(':') ? 128 : 32)}`];
    });
    // A loopback has no carrier to speak of; the kernel says UNKNOWN.
    const up = state === 'UP' || (state === 'UNKNOWN' && flags.includes('UP'));
    return name === null
      ? undefined
      : {
          ...interfaceRowOf(name),
          description: textOf(fieldOf(entry, 'ifalias')),
          admin_status: flags.includes('UP') ? 'up' : 'down',
          oper_status: up ? 'up' : state === 'DOWN' || !flags.includes('UP') ? 'down' : 'other',
          reason: up || state === 'DOWN' || state === 'UNKNOWN' || state === '' ? null : state.toLowerCase(),
          mode: addresses.length > 0 ? 'routed' : null,
          media: textOf(fieldOf(entry, 'link_type')),
          addresses,
          context: textOf(fieldOf(entry, 'master')),
        };
  });

const PROTOCOLS: Readonly<Record<string, string>> = { boot: 'static', ra: 'router-advertisement', bird: 'bird', zebra: 'zebra' };

/** `ip -j route show table all`; broadcast and multicast entries are the kernel's own business. */
export const parseIpRoute: OutputParser<RouteRow> = (text, { context: asked = 'default' }) =>
  rowsOf<RouteRow>(text, (entry) => {
    const type = textOf(fieldOf(entry, 'type')) ?? 'unicast';
    const destination = textOf(fieldOf(entry, 'dst')) ?? '';
    const hops = [...listOf(fieldOf(entry, 'nexthops')), ...(fieldOf(entry, 'nexthops') === undefined ? [entry] : [])];
    const gateway = textOf(fieldOf(hops[0], 'gateway')) ?? textOf(fieldOf(hops[0], 'via', 'host')) ?? '';
    const six = gateway.includes(':') && fieldOf(hops[0], 'via') === undefined;
    const prefix = destination === 'default' && six ? '::/0' : canonicalPrefix(destination);
    if (prefix === undefined) {
      return undefined;
    }
    if (/^(?:broadcast|multicast|anycast)$/.test(type)) {
      return null;
    }
    const table = textOf(fieldOf(entry, 'table')) ?? 'main';
    const protocol = textOf(fieldOf(entry, 'protocol')) ?? 'boot';
    return {
      context: table === 'main' || table === 'local' ? asked : table,
      prefix,
      protocol: type === 'local' ? 'local' : protocol === 'kernel' && gateway === '' ? 'connected' : (PROTOCOLS[protocol] ?? protocol),
      subtype: type === 'unicast' || type === 'local' ? null : type,
      distance: null,
      metric: numberOf(fieldOf(entry, 'metric')),
      next_hops: hops.map((hop) => ({ ip: canonicalIp(textOf(fieldOf(hop, 'gateway')) ?? textOf(fieldOf(hop, 'via', 'host')) ?? '') ?? null, interface: textOf(fieldOf(hop, 'dev')), vrf: null })),
      age_sec: null,
      best: !listOf(fieldOf(entry, 'flags')).includes('dead'),
      tag: null,
    };
  });
