import type { ArpRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf } from '../../platforms/parsing/empty-rows';
import { entriesOf, fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, parseEachLine, wholeText } from '../../platforms/parsing/parse-result';

const HEADING = /^Address\s+Age \((?<unit>min|sec)\)\s+Hardware Addr\s+Interface/i;
const CONTEXT = /^VRF:?\s+(?<context>\S+)\s*$/i;
const SEPARATOR = /^[-=\s]+$/;

/** `show ip arp vrf all`: two interfaces are the layer-3 one and the port behind it. */
export const parseEosArp: OutputParser<ArpRow> = (text, { context: asked = 'default' }) => {
  let context = asked;
  let factor = 1;
  return parseEachLine<ArpRow>(text, ({ text: line }, _ledger, rows) => {
    const heading = HEADING.exec(line)?.groups;
    if (heading !== undefined) {
      factor = /min/i.test(heading['unit'] ?? '') ? 60 : 1;
      return true;
    }
    const found = CONTEXT.exec(line)?.groups;
    if (found !== undefined) {
      context = found['context'] ?? asked;
      return true;
    }
    if (line === '' || SEPARATOR.test(line)) {
      return true;
    }
    const [address = '', age = '', hardware = '', ...rest] = line.trim().split(/\s+/);
    const row = rowOf({ address, hardware, age: /^n\/a$/i.test(age) ? null : /^\d+$/.test(age) ? Number(age) * factor : (ageSeconds(age) ?? undefined), interfaces: rest.join(' ') }, context);
    if (row !== undefined) {
      rows.push(row);
    }
    return row !== undefined;
  });
};

/** `show ip arp vrf all | json`. */
export const parseEosArpJson: OutputParser<ArpRow> = (text, { context: asked = 'default' }) => {
  const [document] = readJsonDocuments(text) ?? [];
  const vrfs: [string, unknown][] = fieldOf(document, 'vrfs') === undefined ? [[asked, document]] : entriesOf(fieldOf(document, 'vrfs'));
  const rows: ArpRow[] = [];
  for (const [context, table] of vrfs) {
    for (const entry of listOf(fieldOf(table, 'ipV4Neighbors'))) {
      const row = rowOf({ address: textOf(fieldOf(entry, 'address')) ?? '', hardware: textOf(fieldOf(entry, 'hwAddress')) ?? '', age: numberOf(fieldOf(entry, 'age')), interfaces: textOf(fieldOf(entry, 'interface')) ?? '' }, context);
      if (row === undefined) {
        return wholeText(text, undefined);
      }
      rows.push(row);
    }
  }
  return wholeText(text, document === undefined ? undefined : rows);
};

function rowOf({ address, hardware, age, interfaces }: { address: string; hardware: string; age: number | null | undefined; interfaces: string }, context: string): ArpRow | undefined {
  const ip = canonicalIp(address);
  const mac = canonicalMac(hardware);
  const incomplete = /^incomplete$/i.test(hardware);
  const [name = '', port, ...more] = interfaces.split(/,\s*/);
  if (ip === undefined || (mac === undefined && !incomplete) || age === undefined || !/^[A-Za-z]/.test(name) || /\s/.test(name) || more.length > 0) {
    return undefined;
  }
  return {
    ...arpRowOf(ip, context),
    mac: mac ?? null,
    mac_raw: incomplete ? null : hardware,
    age_sec: age,
    interface: canonicalInterface(name, EOS_INTERFACES),
    egress_port: port === undefined || /^not learned$/i.test(port) ? null : canonicalInterface(port, EOS_INTERFACES),
    // Only a static entry has no age.
    type: incomplete ? 'incomplete' : age === null ? 'static' : 'dynamic',
  };
}
