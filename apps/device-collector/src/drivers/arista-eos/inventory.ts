import type { InventoryRow } from '@capstan/contracts';
import { inventoryRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

type Section = 'system' | 'psu' | 'fan' | 'transceiver' | 'module' | 'storage' | 'none';

const HEADINGS: readonly { readonly pattern: RegExp; readonly section: Section }[] = [
  { pattern: /^System information/i, section: 'system' },
  { pattern: /^System has \d+ power supply slots?/i, section: 'psu' },
  { pattern: /^System has \d+ fan modules?/i, section: 'fan' },
  { pattern: /^System has \d+ (?:transceiver|\S+ transceiver) slots?/i, section: 'transceiver' },
  { pattern: /^System has \d+ (?:modules?|card slots?|switched fabric .*|linecard .*|supervisor .*)/i, section: 'module' },
  { pattern: /^System has \d+ storage devices?/i, section: 'storage' },
  { pattern: /^System has \d+ (?:ports?|.*ports?)\b/i, section: 'none' },
];
const RULE = /^\s*[-\s]*-{3,}[-\s]*$/;
/** Headings of columns; each section has its own set. */
const COLUMNS = /^\s*(?:Model\s+Description|HW Version\s+Serial Number|Slot\s+Model|Module\s+Number|Port\s+Manufacturer|Module\s+Model|Module\s+Serial|Card\s+|Mount\s+|Type\s+Count|Slot\s+Card|Storage\s+|.*\bMfg Date\b|.*\bEPLD\b)/i;

/** `show inventory`: one section per kind of part, each with its own columns. */
export const parseEosInventory: OutputParser<InventoryRow> = (text) => {
  let section: Section | undefined;
  let system: InventoryRow | undefined;
  return parseEachLine<InventoryRow>(text, ({ text: line }, _ledger, rows) => {
    const heading = HEADINGS.find(({ pattern }) => pattern.test(line));
    if (heading !== undefined) {
      section = heading.section;
      return true;
    }
    if (line === '' || RULE.test(line) || COLUMNS.test(line)) {
      return true;
    }
    // Values are two blanks apart; a single one is part of a value.
    const cells = line.trim().split(/\s{2,}/);
    switch (section) {
      case 'system': {
        const [first = '', second = ''] = cells;
        if (system === undefined) {
          system = { ...inventoryRowOf('Chassis', 'chassis'), pid: saidText(first.split(/\s+/)[0]), description: saidText(cells.length > 1 ? second : first.split(/\s+/).slice(1).join(' ')) };
          rows.push(system);
          return true;
        }
        const words = line.trim().split(/\s+/);
        if (system.serial === null && words.length >= 2) {
          system.vid = words[0] ?? null;
          system.serial = words[1] ?? null;
          return true;
        }
        return false;
      }
      case 'psu':
      case 'fan': {
        const words = line.trim().split(/\s+/);
        return simple(rows, words, section === 'psu' ? { kind: 'psu', name: 'Power supply' } : { kind: 'fan', name: 'Fan module' }, section === 'fan');
      }
      case 'transceiver':
        return transceiver(rows, line);
      case 'module':
        return simple(rows, line.trim().split(/\s+/), { kind: 'module', name: 'Module' }, false);
      case 'storage':
      case 'none':
        return /^\s+\S/.test(line);
      default:
        return false;
    }
  });
};

/** `1  PWR-460AC-F  K192L200751`; a fan has the number of its fans behind the slot. */
function simple(rows: InventoryRow[], words: readonly string[], { kind, name }: { kind: InventoryRow['kind']; name: string }, counted: boolean): boolean {
  const [slot = '', ...rest] = words;
  const [pid, serial] = counted && /^\d+$/.test(rest[0] ?? '') ? rest.slice(1) : rest;
  if (!/^\d+(?:\/\d+)?$|^[A-Z][\w/]*$/i.test(slot) || pid === undefined) {
    return false;
  }
  rows.push({ ...inventoryRowOf(`${name} ${slot}`, kind), slot, pid: /^not inserted$/i.test(`${pid} ${serial ?? ''}`.trim()) ? null : saidText(pid), serial: saidText(/^not inserted$/i.test(`${pid} ${serial ?? ''}`.trim()) ? undefined : serial) });
  return true;
}

/** `1  Arista Networks  SFP-10G-SR  XCW1225FD753  0002`; an empty slot says `Not Present`. */
function transceiver(rows: InventoryRow[], line: string): boolean {
  const match = /^\s*(\d+(?:\/\d+)*)\s+(.+)$/.exec(line);
  if (match === null) {
    return false;
  }
  const [, slot = '', rest = ''] = match;
  if (/^Not Present/i.test(rest)) {
    return true;
  }
  const words = rest.trim().split(/\s+/);
  const revision = words.length > 3 ? words.pop() : undefined;
  const serial = words.pop();
  const pid = words.pop();
  if (pid === undefined || serial === undefined) {
    return false;
  }
  rows.push({ ...inventoryRowOf(`Ethernet${slot} transceiver`, 'transceiver'), slot, pid, serial, vid: revision ?? null, description: words.length === 0 ? null : words.join(' ') });
  return true;
}
