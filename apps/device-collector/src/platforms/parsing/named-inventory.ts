import type { InventoryRow } from '@capstan/contracts';
import { inventoryRowOf, saidText } from './empty-rows';
import type { SourceLine } from './line-ledger';
import { type OutputParser, parseEachLine } from './parse-result';

const NAME = /^\s*NAME:\s*"(?<name>[^"]*)"\s*,\s*DESCR:\s*"(?<description>.*?)"?\s*$/i;
const PID = /^\s*PID:\s*(?<pid>[^,]*?)\s*,\s*VID:\s*(?<vid>[^,]*?)\s*(?:,\s*SN:\s*(?<serial>.*?)\s*)?$/i;
const KNOWN_LINES = [/^INFO: Please use "show license UDI"/i, /^\s*-{3,}\s*$/, /^\+-/, /^System Inventory/i];
/** `show switch` of a stack: every member with its role. */
const STACK = /^\s*\*?(?<number>\d+)\s+(?<role>Active|Standby|Member|Master)\s+(?<mac>[0-9a-f.]{14})\s+(?<priority>\d+)\s+(?<version>\S+)?\s+(?<state>\S.*)$/i;
const STACK_KNOWN = [/^Switch\/Stack Mac Address/i, /^Mac persistency/i, /^\s+H\/W\s+Current/i, /^\s*Switch#\s+Role/i, /^[-\s]{10,}$/];

/** Pairs of lines `NAME: "…", DESCR: "…"` and `PID: … , VID: … , SN: …`: IOS, NX-OS and IOS XR. Any field may be blank. */
export const parseNamedInventory: OutputParser<InventoryRow> = (text) => {
  let named: { row: InventoryRow; line: SourceLine } | undefined;
  return parseEachLine<InventoryRow>(text, (line, ledger, rows) => {
    const name = NAME.exec(line.text)?.groups;
    if (name !== undefined) {
      named = { row: { ...inventoryRowOf(name['name'] ?? '', kindOf(name['name'] ?? '', name['description'] ?? '')), description: saidText(name['description']) }, line };
      return false;
    }
    const part = PID.exec(line.text)?.groups;
    if (part !== undefined && named !== undefined) {
      rows.push({ ...named.row, pid: saidText(part['pid']), vid: saidText(part['vid']), serial: saidText(part['serial']), slot: slotOf(named.row.name) });
      ledger.take(named.line);
      named = undefined;
      return true;
    }
    return line.text === '' || KNOWN_LINES.some((known) => known.test(line.text)) || STACK.test(line.text) || STACK_KNOWN.some((known) => known.test(line.text));
  });
};

function kindOf(name: string, description: string): InventoryRow['kind'] {
  const both = `${name} ${description}`;
  if (/\b(?:power supply|powersupply|ps\d|psu|pwr|power-module|pem|pm\d)\b|power supply/i.test(both)) {
    return 'psu';
  }
  if (/\bfan\b|fantray|fan tray/i.test(both)) {
    return 'fan';
  }
  if (/\b(?:sfp|xfp|qsfp\w*|gbic|transceiver|x2|cfp\d?)\b|sfp[+-]|base-?(?:[sltzecd][rxwu]|t)\w*/i.test(description) && !/chassis/i.test(both)) {
    return 'transceiver';
  }
  if (/\bchassis\b|^\d+$|^switch \d+$|\bstack$|^rack \d/i.test(name) || /\bchassis\b/i.test(description)) {
    return 'chassis';
  }
  return /\b(?:module|slot|linecard|supervisor|nim|sm|uplink|processor|card|spa|rp\d?|fp\d?|r0|f0)\b/i.test(both) ? 'module' : 'other';
}

function slotOf(name: string): string | null {
  return /\b(?:slot|module|subslot|switch|bay)\s*(\d+(?:\/\d+)*)/i.exec(name)?.[1] ?? (/^\d+(?:\/\d+)*$/.test(name) ? name : null);
}
