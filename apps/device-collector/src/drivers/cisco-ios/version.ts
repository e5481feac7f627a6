import type { VersionRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { versionRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

/** Lines of many releases that say nothing about which device this is. */
const KNOWN_LINES = [
  /^(?:Technical Support|Copyright|Compiled|ROM|BOOTLDR|All rights reserved|Cisco IOS-XE software, Copyright|licensed under|software code licensed|GPL code under|documentation or|or the applicable URL|software\.$|The software is provided)/i,
  /^(?:This product contains cryptographic|United States and local|use\. Delivery|third-party authority|Importers, exporters|compliance with|agree to comply|to comply with|A summary of U\.S\.|http:\/\/|If you require further|export@cisco\.com)/i,
  /^(?:Uptime for this control processor|Last reload|Technology Package|Technology\s|License|Suite|The current throughput|Smart Licensing|AIR License|Next reload|Configuration register|cisco is a registered|Processor board revision|Base ethernet|32K bytes|\d+K? bytes of|\d+ (?:\S+ )?(?:Virtual )?(?:Gigabit |Fast |Ten |Forty |Hundred |TwentyFive |Two |Five )?(?:Gigabit )?(?:Ethernet|Serial|terminal|FastEthernet|Voice|ATM|ISDN|Channelized|Cellular)?.*interfaces?|\d+ (?:terminal lines?|Virtual Private Network.*|DSL|cisco|Voice FXO|Voice FXS|Slot))/i,
  /^\s*(?:Switch\s+Ports\s+Model|[-\s]{10,}$|\*?\s*\d+\s+\d+\s+\S+\s+\S+\s+\S+)/i,
  /^Switch \d+$/,
  /^-+$/,
  /^(?:Motherboard|Power supply|Model revision|Daughterboard|System serial|CLEI|Hardware Board|Version ID|Switch uptime|Switch Uptime|Top Assembly|SFP Module|USB Flash|Switch running|FIPS|Device# |None\b|ipbasek9|datak9|securityk9|uck9|appxk9|network-|dna-|cube|hseck9|\*\s+\d)/i,
  /^(?:advipservices|ipservices|ipbase|lanbase|universalk9|Suite Information|Suite\s|FoundationSuite|[-]{3,})/i,
  /^\s*(?:None|Disable|Evaluation|Permanent|Subscription|Smart License|Type:|Type\s)/i,
  /^Use or duplication|^Inc\.|^Last reset from|^SN: /i,
];

/** `show version` of IOS and IOS XE: one row, with the members of a stack. */
export const parseIosVersion: OutputParser<VersionRow> = (text) => {
  const row = versionRowOf('Cisco', 'IOS');
  const processorBoards: string[] = [];
  const members: { model: string[]; serial: string[] } = { model: [], serial: [] };
  let told = false;
  const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
    const known = takeLine(row, line, processorBoards, members);
    told ||= known;
    return known || line === '' || KNOWN_LINES.some((pattern) => pattern.test(line));
  });
  row.serials = [...new Set([...processorBoards.slice(0, members.serial.length > 0 ? 0 : undefined), ...members.serial])];
  if (row.serials.length === 0) {
    row.serials = processorBoards;
  }
  row.hardware = members.model.length > 0 ? members.model : row.model === null ? [] : [row.model];
  return { ...parsed, rows: told ? [row] : [] };
};

function takeLine(row: VersionRow, line: string, boards: string[], members: { model: string[]; serial: string[] }): boolean {
  let match = /^(?:Cisco )?(?:Internetwork Operating System Software|IOS.*Software.*, Version ([^,\s]+).*|Cisco IOS.*Version ([^,\s]+).*)$/i.exec(line) ?? /^IOS \(tm\) .*Version ([^,\s]+)/i.exec(line) ?? /^(?:Cisco )?IOS.XE Software, Version (\S+)/i.exec(line);
  if (match !== null) {
    // The first line of IOS XE names the release people know; the second one, of the process inside, another.
    row.os = /IOS.XE/i.test(line) ? 'IOS-XE' : row.os;
    row.os_version = row.os_version ?? match[1] ?? match[2] ?? null;
    return true;
  }
  match = /^(\S+) uptime is (.+)$/.exec(line);
  if (match !== null) {
    row.hostname = match[1] ?? null;
    row.uptime_sec = ageSeconds(match[2] ?? '') ?? null;
    return true;
  }
  match = /^System returned to ROM by (.+?)(?: at .*)?$/.exec(line) ?? /^Last reload (?:reason|type): ?(.+)$/i.exec(line);
  if (match !== null) {
    row.boot_reason ??= match[1]?.trim() ?? null;
    return true;
  }
  match = /^System image file is "?([^"]+)"?/.exec(line);
  if (match !== null) {
    row.image_file = match[1] ?? null;
    return true;
  }
  match = /^cisco (\S+)(?: \([^)]*\))? .*?(?:with|processor).*?(?:(\d+)K(?:\/(\d+)K)? bytes of.*memory)?\.?$/i.exec(line);
  if (match !== null && /\bprocessor\b|\bmemory\b/i.test(line)) {
    row.model = match[1] ?? null;
    row.memory_kb = match[2] === undefined ? null : Number(match[2]) + Number(match[3] ?? 0);
    return true;
  }
  match = /^Processor board ID (\S+)/i.exec(line);
  if (match !== null) {
    boards.push(match[1] ?? '');
    return true;
  }
  match = /^Base ethernet MAC Address\s*:\s*(\S+)/i.exec(line);
  if (match !== null) {
    row.base_mac ??= canonicalMac(match[1] ?? '') ?? null;
    return true;
  }
  match = /^Model number\s*:\s*(\S+)/i.exec(line);
  if (match !== null) {
    members.model.push(match[1] ?? '');
    return true;
  }
  match = /^System serial number\s*:\s*(\S+)/i.exec(line);
  if (match !== null) {
    members.serial.push(match[1] ?? '');
    return true;
  }
  return /^System (?:restarted|returned) at |^System restarted /.test(line);
}
