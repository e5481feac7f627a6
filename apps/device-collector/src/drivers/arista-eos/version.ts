import type { VersionRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { saidText, versionRowOf } from '../../platforms/parsing/empty-rows';
import { fieldOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { keyValue } from '../../platforms/parsing/key-value';
import { type OutputParser, parseEachLine, wholeText } from '../../platforms/parsing/parse-result';

const IGNORED = /^(?:Hardware version|Deviations|Architecture|Internal build version|Internal build ID|Image format version|Image optimization|Free memory|cEOS tools version|Kernel version|Hardware MAC address)$/i;

/** `show version`: the first line is the model. */
export const parseEosVersion: OutputParser<VersionRow> = (text) => {
  const row = versionRowOf('Arista', 'EOS');
  let told = false;
  const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
    const model = /^Arista\s+(\S+)/i.exec(line) ?? /^(v?cEOS\S*|vEOS\S*)\s*$/i.exec(line);
    if (model !== null) {
      row.model = model[1] ?? null;
      told = true;
      return true;
    }
    const [key, value] = keyValue(line) ?? ['', ''];
    const known = takeField(row, key, value);
    told ||= known;
    return known || line === '' || IGNORED.test(key);
  });
  row.hardware = row.model === null ? [] : [row.model];
  return { ...parsed, rows: told ? [row] : [] };
};

/** `show version | json`. */
export const parseEosVersionJson: OutputParser<VersionRow> = (text) => {
  const [document] = readJsonDocuments(text) ?? [];
  const version = textOf(fieldOf(document, 'version'));
  if (version === null) {
    return wholeText(text, undefined);
  }
  const model = textOf(fieldOf(document, 'modelName'));
  const serial = textOf(fieldOf(document, 'serialNumber'));
  const uptime = numberOf(fieldOf(document, 'uptime'));
  return wholeText(text, [
    {
      ...versionRowOf('Arista', 'EOS'),
      os_version: version,
      model,
      serials: serial === null ? [] : [serial],
      hardware: model === null ? [] : [model],
      uptime_sec: uptime === null ? null : Math.round(uptime),
      base_mac: canonicalMac(textOf(fieldOf(document, 'systemMacAddress')) ?? '') ?? null,
      memory_kb: numberOf(fieldOf(document, 'memTotal')),
    },
  ]);
};

function takeField(row: VersionRow, key: string, value: string): boolean {
  switch (key.toLowerCase()) {
    case 'serial number':
      row.serials = [saidText(value)].flatMap((serial) => serial ?? []);
      return true;
    case 'system mac address':
      row.base_mac = canonicalMac(value) ?? null;
      return true;
    case 'software image version':
      row.os_version = saidText(value)?.split(/\s+/)[0] ?? null;
      return true;
    case 'uptime':
      row.uptime_sec = ageSeconds(value) ?? null;
      return true;
    case 'total memory':
      row.memory_kb = Number(/^(\d+) kB/i.exec(value)?.[1] ?? Number.NaN) || null;
      return true;
    default:
      return false;
  }
}
