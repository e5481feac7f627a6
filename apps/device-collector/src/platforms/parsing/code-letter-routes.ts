import type { RouteRow } from '@capstan/contracts';
import { ageSeconds } from '../canonical/age';
import { canonicalInterface, type InterfaceNames } from '../canonical/interface-name';
import { canonicalIp, canonicalPrefix, classfulLength } from '../canonical/ip-address';
import type { SourceLine } from './line-ledger';
import { type OutputParser, parseEachLine } from './parse-result';

/** What differs between the families whose routes begin with letters of a legend. */
export interface CodeLetterDialect {
  readonly interfaces: InterfaceNames;
  /** By the first letter. */
  readonly protocols: Readonly<Record<string, string>>;
  readonly subtypes: readonly string[];
  /** Names the VRF of what follows, in its first group. */
  readonly contextLine: RegExp;
  /** Legend, gateway of last resort and the like. */
  readonly known: readonly RegExp[];
  /** Whether the flags say that a route is used; default: everything in the table is. */
  readonly best?: (flags: string) => boolean;
}

type Hop = RouteRow['next_hops'][number];

interface HopLine {
  readonly hop: Hop;
  readonly distance: number | null;
  readonly metric: number | null;
  readonly age: number | null;
  readonly tag: number | null;
}

interface Waiting {
  readonly row: RouteRow;
  readonly lines: SourceLine[];
  /** The beginning of a next hop that goes on in the next line. */
  readonly begun: string;
}

const ROUTE = /^\s{0,3}(?<codes>[A-Za-z][A-Za-z0-9*>%+&~^!#=? ]{0,9}?)\s+(?<prefix>\d+\.\d+\.\d+\.\d+(?:\/\d{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*\/\d{1,3})(?:,?\s+(?<rest>\S.*))?$/;
const PARENT = /^\s+(?<prefix>\d+\.\d+\.\d+\.\d+(?:\/(?<length>\d{1,2}))?) is (?:variably )?subnetted,/;
const CONTINUATION = /^[\s*>]+(?<rest>(?:\[\d+\/\d+\]|via\b|is directly|is a summary|directly).*)$/;
const AGE = /^(?:\d+:\d{2}:\d{2}|(?:\d+[ywdhm]){1,3}|never)$/;

/** Routes of IOS, EOS and FRR: letters, prefix, next hops on the same and on following lines. */
export function codeLetterParser(dialect: CodeLetterDialect): OutputParser<RouteRow> {
  return (text, { context: asked = 'default' }) => {
    let context = asked;
    let parentLength: number | undefined;
    let current: RouteRow | undefined;
    let waiting: Waiting | undefined;
    return parseEachLine<RouteRow>(text, (line, ledger, rows) => {
      const heading = dialect.contextLine.exec(line.text);
      if (heading !== null) {
        context = heading[1] ?? asked;
        current = undefined;
        waiting = undefined;
        return true;
      }
      const match = ROUTE.exec(line.text);
      if (match !== null) {
        waiting = undefined;
        current = undefined;
        const route = readRoute(match.groups ?? {}, dialect, context, parentLength);
        if (route === undefined) {
          return false;
        }
        const rest = match.groups?.['rest'] ?? '';
        const hop = readHop(rest, dialect);
        if (hop !== undefined && !rest.endsWith(',')) {
          current = addHop(route, hop);
          rows.push(current);
          return true;
        }
        if (rest === '' || /^\[\d+\/\d+\]$/.test(rest) || (rest.endsWith(',') && readHop(rest.slice(0, -1), dialect) !== undefined)) {
          waiting = { row: route, lines: [line], begun: rest };
        }
        return false;
      }
      if (waiting !== undefined && /^\s+\S/.test(line.text)) {
        const hop = readHop(`${waiting.begun} ${line.text.trim()}`.trim(), dialect);
        if (hop !== undefined) {
          current = addHop(waiting.row, hop);
          rows.push(current);
          ledger.take(...waiting.lines);
          waiting = undefined;
          return true;
        }
      }
      waiting = undefined;
      const parent = PARENT.exec(line.text);
      if (parent !== null) {
        const length = parent.groups?.['length'];
        parentLength = length === undefined ? undefined : Number(length);
        current = undefined;
        return true;
      }
      const continuation = CONTINUATION.exec(line.text);
      const hop = continuation === null || current === undefined ? undefined : readHop(continuation.groups?.['rest'] ?? '', dialect);
      if (hop !== undefined && current !== undefined) {
        addHop(current, hop);
        return true;
      }
      return line.text === '' || dialect.known.some((known) => known.test(line.text));
    });
  };
}

function readRoute({ codes = '', prefix = '' }: { [name: string]: string | undefined }, dialect: CodeLetterDialect, context: string, parentLength: number | undefined): RouteRow | undefined {
  const letter = codes[0] ?? '';
  const protocol = dialect.protocols[letter];
  const rest = codes.slice(1).replace(/[*>%+&~^!#=?]/g, ' ').trim().split(/\s+/).filter((word) => word !== '' && word !== 'p');
  const subtype = rest.find((word) => dialect.subtypes.includes(word));
  // Lines without a mask belong below a classful parent that has it.
  const canonical = canonicalPrefix(prefix, parentLength ?? (prefix.includes(':') ? undefined : prefix === '0.0.0.0' ? 0 : classfulLength(prefix)));
  if (protocol === undefined || canonical === undefined || rest.some((word) => word !== subtype && !/^[a-z]$/.test(word))) {
    return undefined;
  }
  return { context, prefix: canonical, protocol, subtype: subtype ?? null, distance: null, metric: null, next_hops: [], age_sec: null, best: dialect.best?.(codes.slice(1)) ?? true, tag: null };
}

function addHop(route: RouteRow, { hop, distance, metric, age, tag }: HopLine): RouteRow {
  route.next_hops.push(hop);
  route.distance ??= distance;
  route.metric ??= metric;
  route.tag ??= tag;
  // Of several next hops the oldest tells since when the route is there.
  route.age_sec = age === null ? route.age_sec : Math.max(age, route.age_sec ?? 0);
  return route;
}

function readHop(text: string, { interfaces }: CodeLetterDialect): HopLine | undefined {
  const match = /^(?:\[(\d+)\/(\d+)\],?\s*)?(?:via\s+(?<via>.+)|is directly connected(?:,\s*(?<direct>.*))?|directly connected(?:,\s*(?<plain>.*))?|is a summary(?:,\s*(?<summary>.*))?|unreachable \((?:blackhole|ICMP unreachable|prohibited)\)(?:,\s*(?<none>.*))?)$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const { via, direct, plain, summary, none } = match.groups ?? {};
  const tokens = (via ?? direct ?? plain ?? summary ?? none ?? '').split(/,\s*/).map((token) => token.trim()).filter((token) => token !== '');
  const hop: { ip: string | null; interface: string | null; vrf: string | null } = { ip: null, interface: null, vrf: null };
  let age: number | null = null;
  let tag: number | null = null;
  if (via !== undefined && !takeGateway(hop, tokens.shift() ?? '')) {
    return undefined;
  }
  for (const token of tokens) {
    const named = /^([A-Za-z][\w./:@-]*)(?:\s+\((?:vrf\s+)?([\w.:-]+)(?:,\s*\w+)?\))?(?:\s+(?:onlink|inactive))*$/.exec(token);
    const tagged = /^tag (\d+)$/.exec(token);
    if (AGE.test(token)) {
      age = ageSeconds(token) ?? null;
    } else if (tagged !== null) {
      tag = Number(tagged[1]);
    } else if (/^(?:weight|label|mpls|seg6|source|src|weight:)\s?\S+/.test(token) || /^(?:recursive|onlink|inactive|blackhole|rmapfilt.*)$/.test(token)) {
      continue;
    } else if (named !== null && hop.interface === null) {
      hop.interface = canonicalInterface(named[1] ?? '', interfaces);
      hop.vrf = named[2] ?? hop.vrf;
    } else {
      return undefined;
    }
  }
  return { hop, distance: match[1] === undefined ? null : Number(match[1]), metric: match[2] === undefined ? null : Number(match[2]), age, tag };
}

function takeGateway(hop: { ip: string | null; interface: string | null; vrf: string | null }, text: string): boolean {
  // EOS names a tunnel's end instead of an address: `VTEP 10.1.1.1 VNI 5001 router-mac … local-interface Vxlan1`.
  const tunnel = /^VTEP (\S+) VNI \d+(?: router-mac \S+)?(?: local-interface (\S+))?$/.exec(text);
  const [, address = '', inner] = tunnel === null ? (/^(\S+?)(?:\/32)?(?:\s+\((?:vrf\s+)?([\w.:-]+)\))?(?:\s+onlink)?$/.exec(text) ?? []) : [undefined, tunnel[1]];
  const ip = canonicalIp(address);
  if (ip === undefined) {
    return false;
  }
  hop.ip = ip;
  hop.interface = tunnel?.[2] ?? hop.interface;
  hop.vrf = inner !== undefined && inner !== 'recursive' ? inner : null;
  return true;
}
