import type { VersionRow } from '@capstan/contracts';
import { versionRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

/** `show version`: `FRRouting 8.4.4 (name) on Linux(6.1.0).` and how it was built. */
export const parseFrrVersion: OutputParser<VersionRow> = (text) => {
  const row = versionRowOf('FRRouting', 'FRR');
  let told = false;
  const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
    const match = /^FRRouting (\S+)(?: \(([^)]+)\))?(?: on (.+?)\.?)?$/.exec(line);
    if (match !== null) {
      told = true;
      row.os_version = match[1] ?? null;
      row.hostname = match[2] ?? null;
      row.image_file = match[3] ?? null;
      return true;
    }
    return line === '' || /^Copyright |^configured with:|^\s+'?--|^\s+-\S/.test(line);
  });
  return { ...parsed, rows: told ? [row] : [] };
};
