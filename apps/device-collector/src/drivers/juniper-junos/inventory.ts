import type { InventoryRow } from '@capstan/contracts';
import { inventoryRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';
import { cell, type Column, readHeader } from '../../platforms/parsing/table-header';

const COLUMNS = [/^Item/, /Version/, /Part number/, /Serial number/, /Description/];

/** `show chassis hardware`: a tree; a part belongs to the nearest one above it that stands further left. */
export const parseJunosInventory: OutputParser<InventoryRow> = (text) => {
  let columns: Column[] | undefined;
  let above: { readonly indent: number; readonly name: string }[] = [];
  return parseEachLine<InventoryRow>(text, ({ text: line }, _ledger, rows) => {
    const heading = readHeader(line, COLUMNS);
    if (heading !== undefined) {
      columns = heading;
      above = [];
      return true;
    }
    if (line === '' || /^Hardware inventory:|^\{\S+\}$|^\S+:$|^-{5,}$/.test(line)) {
      return true;
    }
    const [item, version, part, serial, description] = columns ?? [];
    const name = cell(line, item);
    // A value that crosses into the next column would be cut in two.
    if (item === undefined || name === '' || [version, part, serial, description].some((column) => column !== undefined && /\S\S/.test(line.slice(column.start - 1, column.start + 1)))) {
      return false;
    }
    const indent = line.search(/\S/);
    above = above.filter((one) => one.indent < indent);
    rows.push({ ...inventoryRowOf(name, kindOf(name)), vid: saidText(cell(line, version)), pid: saidText(cell(line, part)), serial: saidText(cell(line, serial)), description: saidText(cell(line, description)), slot: /(\d+)$/.exec(name)?.[1] ?? null, parent: above.at(-1)?.name ?? null });
    above.push({ indent, name });
    return true;
  });
};

function kindOf(name: string): InventoryRow['kind'] {
  return /^chassis/i.test(name) ? 'chassis' : /^(?:PEM|PSM|PSU|PDM|Power Supply)/i.test(name) ? 'psu' : /^fan/i.test(name) ? 'fan' : /^Xcvr/i.test(name) ? 'transceiver' : /^(?:FPC|PIC|MIC|MPC|CB|Routing Engine|SFB|SIB|Midplane|FPM)/i.test(name) ? 'module' : 'other';
}
