import type { MacRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { macRowOf } from '../../platforms/parsing/empty-rows';
import { fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, parseEachLine, wholeText } from '../../platforms/parsing/parse-result';

const HEADING = /^\s*Vlan\s+Mac Address\s+Type\s+Ports(?:\s+Moves\s+Last Move)?/i;
const RULE = /^[-\s]*-{3,}[-\s]*$/;
const SECTION = /^\s*(?:(?:Unicast )?Mac Address Table|Multicast Mac Address Table)\s*$/i;
const TOTAL = /^Total Mac Addresses for this criterion: (\d+)/i;
const ROW = /^\s*(?<vlan>\d{1,4}|N\/A|All)\s+(?<mac>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})\s+(?<type>[A-Za-z]+)\s+(?<rest>\S.*)$/i;
const MOVES = /^(?<ports>.*?)\s+(?<moves>\d+)\s+(?<last>\d.*ago|never|N\/A)$/i;

/** `show mac address-table`: the unicast and the multicast table, each with the number of its rows. */
export const parseEosMac: OutputParser<MacRow> = (text, { context = 'default' }) => {
  let said: number | undefined;
  return parseEachLine<MacRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      const total = TOTAL.exec(line);
      if (total !== null) {
        said = (said ?? 0) + Number(total[1]);
        return true;
      }
      if (line === '' || HEADING.test(line) || RULE.test(line) || SECTION.test(line)) {
        return true;
      }
      const { vlan = '', mac: written = '', type = '', rest = '' } = ROW.exec(line)?.groups ?? {};
      const mac = canonicalMac(written);
      if (mac === undefined || Number(vlan) > 4_095) {
        return false;
      }
      const { ports = rest, moves, last } = MOVES.exec(rest)?.groups ?? {};
      rows.push({
        ...macRowOf(mac, context),
        vlan: /^\d+$/.test(vlan) ? Number(vlan) : null,
        type: typeOf(type),
        ports: ports.trim().split(/[\s,]+/).map((port) => canonicalInterface(port, EOS_INTERFACES)),
        moves: moves === undefined ? null : Number(moves),
        last_move_sec: last === undefined ? null : (ageSeconds(last) ?? null),
      });
      return true;
    },
    (_ledger, rows) => (said === undefined ? undefined : { said, counted: rows.length }),
  );
};

/**
 * `show mac address-table | json`. The last move is a moment there, not an age: it is left out, because an age needs to
 * know when the device answered.
 */
export const parseEosMacJson: OutputParser<MacRow> = (text, { context = 'default' }) => {
  const [document] = readJsonDocuments(text) ?? [];
  const entries = [...listOf(fieldOf(document, 'unicastTable', 'tableEntries')), ...listOf(fieldOf(document, 'multicastTable', 'tableEntries'))];
  const rows: MacRow[] = [];
  for (const entry of entries) {
    const mac = canonicalMac(textOf(fieldOf(entry, 'macAddress')) ?? '');
    if (mac === undefined) {
      return wholeText(text, undefined);
    }
    const ports = [...listOf(fieldOf(entry, 'interfaces')), ...listOf(fieldOf(entry, 'interface'))].flatMap((port) => textOf(port) ?? []);
    rows.push({ ...macRowOf(mac, context), vlan: numberOf(fieldOf(entry, 'vlanId')), type: typeOf(textOf(fieldOf(entry, 'entryType')) ?? ''), ports: ports.map((port) => canonicalInterface(port, EOS_INTERFACES)), moves: numberOf(fieldOf(entry, 'moves')) });
  }
  return wholeText(text, document === undefined ? undefined : rows);
};

function typeOf(word: string): MacRow['type'] {
  return /^dynamic$/i.test(word) ? 'dynamic' : /^static$/i.test(word) ? 'static' : /^secure/i.test(word) ? 'secure' : 'other';
}
