import type { RouteRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, NXOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp, canonicalPrefix } from '../../platforms/canonical/ip-address';
import type { SourceLine } from '../../platforms/parsing/line-ledger';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const CONTEXT = /^IP(?:v6)? Route Table for VRF "(?<context>[^"]+)"/i;
const LEGEND = /^'\*+' denotes |^'\[x\/y\]' denotes |^'%<string>' (?:in via output )?denotes /;
const PREFIX = /^(?<prefix>[0-9a-fA-F.:]+\/\d{1,3}),\s+ubest\/mbest:\s+(?<best>\d+)\/(?<multicast>\d+)(?<rest>.*)$/;
const HOP = /^\s+(?<flags>\*{0,2})via\s+(?<rest>\S.*)$/;
const PROTOCOLS: Readonly<Record<string, string>> = { direct: 'connected', hsrp: 'hsrp', am: 'adjacency', 'static': 'static' };

/** `show ip route vrf all`: a line per prefix, and below it one per next hop. */
export const parseNxosRoutes: OutputParser<RouteRow> = (text, { context: asked = 'default' }) => {
  let context = asked;
  let current: { row: RouteRow; line: SourceLine; kept: boolean } | undefined;
  return parseEachLine<RouteRow>(text, (line, ledger, rows) => {
    const heading = CONTEXT.exec(line.text);
    if (heading !== null) {
      context = heading.groups?.['context'] ?? asked;
      current = undefined;
      return true;
    }
    const found = PREFIX.exec(line.text)?.groups;
    const prefix = canonicalPrefix(found?.['prefix'] ?? '');
    if (found !== undefined && prefix !== undefined) {
      current = {
        row: { context, prefix, protocol: 'unknown', subtype: null, distance: null, metric: null, next_hops: [], age_sec: null, best: Number(found['best']) > 0, tag: null },
        line,
        kept: false,
      };
      // A prefix without a next hop is only understood together with one.
      return false;
    }
    const hop = HOP.exec(line.text)?.groups;
    if (hop !== undefined && current !== undefined && takeHop(current.row, hop['rest'] ?? '')) {
      if (!current.kept) {
        rows.push(current.row);
        ledger.take(current.line);
        current.kept = true;
      }
      return true;
    }
    return line.text === '' || LEGEND.test(line.text);
  });
};

function takeHop(row: RouteRow, text: string): boolean {
  const tokens = text.split(/,\s*/).map((token) => token.trim());
  const hop: { ip: string | null; interface: string | null; vrf: string | null } = { ip: null, interface: null, vrf: null };
  const [gateway = '', vrf] = (tokens.shift() ?? '').split('%');
  const ip = canonicalIp(gateway);
  if (ip !== undefined) {
    hop.ip = ip;
    hop.vrf = vrf ?? null;
  } else if (/^[A-Za-z][\w./-]*$/.test(gateway)) {
    hop.interface = canonicalInterface(gateway, NXOS_INTERFACES);
  } else {
    return false;
  }
  let protocol: string | undefined;
  for (const token of tokens) {
    const [word = '', value] = token.split(/\s+/);
    const preference = /^\[(\d+)\/(\d+)\]$/.exec(token);
    const age = ageSeconds(token);
    if (preference !== null) {
      row.distance = Number(preference[1]);
      row.metric = Number(preference[2]);
    } else if (age !== undefined && /^[\d:.ywdhms]+$/.test(token)) {
      row.age_sec = Math.max(age, row.age_sec ?? 0);
    } else if (word === 'tag' && /^\d+/.test(value ?? '')) {
      // What stands behind it is of the fabric: `(evpn) segid: 50001 tunnelid: 0x… encap: VXLAN`.
      row.tag = Number.parseInt(value ?? '', 10);
    } else if (/^(?:segid|encap|\(evpn\)|\(hidden\)|unreachable|intra|inter|external|internal|type-[12]|nssa|L[12]|ext|summary|discard|stale|backup|permanent|best|hmm|mpls|label|segid:)/i.test(word)) {
      row.subtype ??= /^(?:intra|inter|external|internal|type-[12]|nssa|L[12])$/i.test(word) ? word : null;
    } else if (protocol === undefined && /^(?:direct|local|static|connected|hsrp|vrrp|glbp|am|rpm|broadcast|discard|(?:ospf|ospfv3|bgp|eigrp|isis|rip)-\S+)$/i.test(word)) {
      protocol = word.toLowerCase();
    } else if (hop.interface === null && /^[A-Za-z][A-Za-z-]*[\d/.:]*$/.test(token)) {
      hop.interface = canonicalInterface(token, NXOS_INTERFACES);
    } else {
      return false;
    }
  }
  if (protocol !== undefined) {
    row.protocol = PROTOCOLS[protocol] ?? protocol.replace(/-.*$/, '');
  }
  row.next_hops.push(hop);
  return true;
}
