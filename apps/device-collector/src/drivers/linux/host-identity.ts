import type { InventoryRow, VersionRow } from '@capstan/contracts';
import { inventoryRowOf, saidText, versionRowOf } from '../../platforms/parsing/empty-rows';
import { keyValue } from '../../platforms/parsing/key-value';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

/** Prints os-release(5), and below it what the kernel says of itself. */
export const VERSION_COMMAND =
  'cat /etc/os-release; echo "CAPSTAN_UNAME=$(uname -nsrm)"; echo "CAPSTAN_UPTIME=$(cut -d. -f1 /proc/uptime)"; echo "CAPSTAN_MODEL=$(cat /sys/class/dmi/id/product_name 2>/dev/null)"; echo "CAPSTAN_MEMORY=$(sed -n \'s/^MemTotal: *//p\' /proc/meminfo)"';

/** The answer to {@link VERSION_COMMAND}. */
export const parseLinuxVersion: OutputParser<VersionRow> = (text) => {
  const row = versionRowOf('Linux', 'Linux');
  let told = false;
  const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match === null) {
      return line === '' || line.startsWith('#');
    }
    const [, key = '', quoted = ''] = match;
    const value = quoted.replace(/^(["'])(.*)\1$/, '$2');
    told = true;
    if (key === 'NAME') {
      row.os = value;
    } else if (key === 'VERSION_ID') {
      row.os_version = value;
    } else if (key === 'CAPSTAN_UNAME') {
      const [, name, release, machine] = value.split(' ');
      row.hostname = name ?? null;
      row.image_file = release ?? null;
      row.hardware = machine === undefined ? [] : [machine];
    } else if (key === 'CAPSTAN_UPTIME') {
      row.uptime_sec = /^\d+$/.test(value) ? Number(value) : null;
    } else if (key === 'CAPSTAN_MODEL') {
      row.model = saidText(value);
    } else if (key === 'CAPSTAN_MEMORY') {
      row.memory_kb = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN) || null;
    }
    return true;
  });
  return { ...parsed, rows: told ? [row] : [] };
};

/** `dmidecode -t system -t baseboard -t chassis`: blocks below a handle, with their fields indented. */
export const parseDmidecode: OutputParser<InventoryRow> = (text) => {
  let row: InventoryRow | undefined;
  return parseEachLine<InventoryRow>(text, ({ text: line }, _ledger, rows) => {
    const block = /^(System|Base Board|Chassis) Information$/.exec(line)?.[1];
    if (block !== undefined) {
      row = inventoryRowOf(block, block === 'Chassis' ? 'chassis' : block === 'System' ? 'chassis' : 'module');
      rows.push(row);
      return true;
    }
    if (line === '') {
      row = undefined;
      return true;
    }
    if (/^(?:#|Handle 0x|Getting SMBIOS|SMBIOS |System (?:Configuration|Boot))/.test(line) || (row === undefined && /^\s+\S/.test(line))) {
      return true;
    }
    const field = keyValue(line);
    if (row === undefined || !/^\s/.test(line) || (field === undefined && !/^\s{2,}|^\t/.test(line))) {
      return false;
    }
    const [key, value] = field ?? ['', ''];
    const said = /^(?:Not Specified|To Be Filled|Default string|None)/i.test(value) ? null : saidText(value);
    if (key === 'Manufacturer') {
      row.description = said;
    } else if (key === 'Product Name' || key === 'Type') {
      row.pid ??= said;
    } else if (key === 'Version') {
      row.vid = said;
    } else if (key === 'Serial Number') {
      row.serial = said;
    }
    return true;
  });
};
