import type { MacRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { macRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

/** Which column is which follows from the heading alone: vendors' trains mix the layouts. */
const LAYOUTS: readonly { readonly name: 'old' | 'modern' | 'learn' | 'router'; readonly heading: RegExp }[] = [
  { name: 'old', heading: /^Destination Address\s+Address Type\s+VLAN\s+Destination Port/i },
  { name: 'learn', heading: /^\s*vlan\s+mac address\s+type\s+learn\s+age\s+ports/i },
  { name: 'router', heading: /^\s*vlan\s+mac address\s+type\s+protocols\s+port/i },
  { name: 'modern', heading: /^\s*Vlan\s+Mac Address\s+Type\s+(?:Ports|Interface)/i },
];
const KNOWN_LINES = [
  /^\s*(?:Non-static |Dynamic |Static |Multicast |Unicast )?(?:Mac |MAC )?(?:Address Table|Entries)(?: for .*)?:?\s*$/i,
  /^[\s+-]*-{3,}[\s+-]*$/,
  /^Legend: /i,
  /^\s*(?:\* - primary entry|age - seconds since last seen|n\/a - not (?:available|applicable)|S - secure entry|R - router's gateway mac address entry|D - Duplicate mac address entry|E - EVPN entry)/i,
  /^Displaying entries from /i,
  /^(?:Switch|Module) \d+.*:$/i,
  /^(?:Dynamic Address Count|Secure Address Count|Static Address \(User-defined\) Count|System Self Address Count|Total MAC addresses|Maximum MAC addresses)\s*:/i,
];
const TOTAL = /^Total Mac Addresses(?: for this criterion)?: (\d+)/i;
const MULTICAST = /^\s*Multicast Entries/i;

/** All five layouts, with wrapped lists of ports. */
export const parseIosMac: OutputParser<MacRow> = (text, { context = 'default' }) => {
  let layout: (typeof LAYOUTS)[number]['name'] | undefined;
  let said: number | undefined;
  let last: MacRow | undefined;
  return parseEachLine<MacRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      if (line === '') {
        last = undefined;
        return true;
      }
      const found = LAYOUTS.find(({ heading }) => heading.test(line));
      if (found !== undefined) {
        layout = found.name;
        last = undefined;
        return true;
      }
      const total = TOTAL.exec(line);
      if (total !== null) {
        said = (said ?? 0) + Number(total[1]);
        return true;
      }
      if (MULTICAST.test(line) || KNOWN_LINES.some((known) => known.test(line))) {
        return true;
      }
      const row = layout === undefined ? undefined : readRow(line, layout, context);
      if (row !== undefined) {
        rows.push(row);
        last = row;
        return true;
      }
      // More ports of the same entry: nothing but names, further right than any VLAN.
      if (last !== undefined && /^\s{8,}\S/.test(line) && portsOf(line).every((port) => /^(?:[A-Za-z][A-Za-z-]*\d[\d/.]*|Router|Switch|CPU|Drop)$/.test(port))) {
        last.ports.push(...portsOf(line));
        return true;
      }
      return false;
    },
    (_ledger, rows) => (said === undefined ? undefined : { said, counted: rows.length }),
  );
};

function readRow(line: string, layout: 'old' | 'modern' | 'learn' | 'router', context: string): MacRow | undefined {
  const flags = /^\s*([*RSDE]+)\s/.exec(line)?.[1] ?? '';
  const words = line.trim().split(/\s+/).slice(flags === '' ? 0 : 1);
  if (layout === 'old') {
    const [address = '', kind = '', vlan = '', ...ports] = words;
    return row(address, kind, vlan, ports, flags, context);
  }
  const [vlan = '', address = '', kind = '', ...rest] = words;
  if (layout === 'learn') {
    const [learn = '', age = '', ...ports] = rest;
    if (!/^(?:yes|no|-+)$/i.test(learn)) {
      return undefined;
    }
    const made = row(address, kind, vlan, ports, flags, context);
    return made === undefined ? undefined : { ...made, age_sec: /^\d+$/.test(age) ? Number(age) : (ageSeconds(age) ?? null) };
  }
  return row(address, kind, vlan, layout === 'router' ? rest.slice(protocolWords(rest)) : rest, flags, context);
}

/** Protocols are a list with commas, in one word or several (`ip,ipx,assigned,other`). */
function protocolWords(words: readonly string[]): number {
  const end = words.findIndex((word) => !/^(?:(?:ip|ipx|assigned|other|all),?)+$/i.test(word));
  return end < 0 ? words.length : end;
}

function row(address: string, kind: string, vlan: string, ports: readonly string[], flags: string, context: string): MacRow | undefined {
  const mac = canonicalMac(address);
  if (mac === undefined || !/^(?:\d{1,4}|all|n\/a|-+)$/i.test(vlan) || (/^\d+$/.test(vlan) && Number(vlan) > 4_095) || !/^[A-Za-z]/.test(kind)) {
    return undefined;
  }
  return { ...macRowOf(mac, context), vlan: /^\d+$/.test(vlan) ? Number(vlan) : null, type: macType(kind), ports: portsOf(ports.join(' ')), flags: [...flags] };
}

function macType(kind: string): MacRow['type'] {
  switch (kind.toLowerCase()) {
    case 'dynamic':
    case 'static':
    case 'self':
    case 'secure':
      return kind.toLowerCase() as MacRow['type'];
    default:
      return /^(?:secure|sticky)/i.test(kind) ? 'secure' : 'other';
  }
}

function portsOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter((port) => port !== '')
    .map((port) => canonicalInterface(port, IOS_INTERFACES));
}
