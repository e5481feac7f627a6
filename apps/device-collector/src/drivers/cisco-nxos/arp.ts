import type { ArpRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, NXOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^Address\s+Age\s+MAC Address\s+Interface(?<physical>\s+Physical Interface)?(?:\s+Flags)?(?:\s+VRF.*)?$/i;
const CONTEXT = /^IP ARP Table for (?:all contexts|context (?<context>\S+))/i;
const TOTAL = /^Total number of entries:\s*(\d+)/i;
/** The legend of the flags. */
const LEGEND = /^(?:Flags: )?\s*(?:\S|\S\S) - .+$/;

/** `show ip arp vrf all`, also with `detail`; what it says to have is its checksum. */
export const parseNxosArp: OutputParser<ArpRow> = (text, { context: asked = 'default' }) => {
  let context = asked;
  let physical = false;
  let heard = false;
  let said: number | undefined;
  return parseEachLine<ArpRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      const heading = HEADING.exec(line);
      if (heading !== null) {
        physical = heading.groups?.['physical'] !== undefined;
        heard = true;
        return true;
      }
      const table = CONTEXT.exec(line);
      if (table !== null) {
        context = table.groups?.['context'] ?? asked;
        return true;
      }
      const total = TOTAL.exec(line);
      if (total !== null) {
        said = (said ?? 0) + Number(total[1]);
        return true;
      }
      if (line === '' || (!heard && LEGEND.test(line))) {
        return true;
      }
      const row = readRow(line, physical, context);
      if (row !== undefined) {
        rows.push(row);
      }
      return row !== undefined;
    },
    (_ledger, rows) => (said === undefined ? undefined : { said, counted: rows.length }),
  );
};

function readRow(line: string, physical: boolean, context: string): ArpRow | undefined {
  const [address = '', age = '', hardware = '', name, ...rest] = line.trim().split(/\s+/);
  const ip = canonicalIp(address);
  const mac = canonicalMac(hardware);
  const incomplete = /^incomplete$/i.test(hardware);
  const seconds = age === '-' ? null : ageSeconds(age);
  const port = physical ? rest.shift() : undefined;
  // What is left are flags: `*`, `+`, `#`, `(S)` …
  if (ip === undefined || seconds === undefined || (mac === undefined && !incomplete) || name === undefined || rest.some((word) => !/^[*+#()A-Z]{1,6}$/.test(word))) {
    return undefined;
  }
  return {
    ...arpRowOf(ip, context),
    mac: mac ?? null,
    mac_raw: incomplete ? null : hardware,
    age_sec: seconds,
    interface: canonicalInterface(name, NXOS_INTERFACES),
    egress_port: port === undefined || port === '-' ? null : canonicalInterface(port, NXOS_INTERFACES),
    type: incomplete ? 'incomplete' : age === '-' ? 'static' : 'dynamic',
  };
}
