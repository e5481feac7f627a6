import type { VersionRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { versionRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const KNOWN_LINES = [
  /^Cisco Nexus Operating System|^TAC support:|^Documents?:|^Copyright |^(?:The )?copyrights to certain works|^(?:owned by|other third parties|under (?:their own|license)|license\. Certain|the GNU|A copy of|http:\/\/|Lesser General|Public License|software may be|Software|Hardware|plugin|Active Package|Active Packages|permission|Some parts of this software|This software|Nexus)/i,
  /^\s+(?:BIOS(?::| compile)|kickstart(?::| image| compile)|system compile|NXOS compile|NXOS boot mode|loader|slot0|bootflash|kickstart image file|power-seq|uC version|SFP uC|Power Sequencer|Microcontroller|Core Plugin|usb\d|logflash|Host NXOS|Hypervisor|Boot Mode|cpu|Linecard|Fabric|compile time)/i,
  /^\s+(?:bootflash|slot0|logflash):?\s+\d+/i,
  /^\s+System version:/i,
  /^Last reset|^\s+Service:|^\s*Core Plugin|^\s+CPU |^\s+(?:with|Intel|memory)\b/i,
  /^\s+kB of memory/i,
];

/** `show version` of NX-OS. */
export const parseNxosVersion: OutputParser<VersionRow> = (text) => {
  const row = versionRowOf('Cisco', 'NX-OS');
  let told = false;
  /** Who made it, and under which licences: between the first line and the first heading. */
  let legal = false;
  const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
    if (/^Cisco Nexus Operating System/i.test(line)) {
      legal = true;
    } else if (/^Software$/i.test(line)) {
      legal = false;
    }
    const known = takeLine(row, line);
    told ||= known;
    return known || line === '' || (legal && /^[A-Za-z]/.test(line)) || KNOWN_LINES.some((pattern) => pattern.test(line));
  });
  row.hardware = row.model === null ? [] : [row.model];
  return { ...parsed, rows: told ? [row] : [] };
};

function takeLine(row: VersionRow, line: string): boolean {
  let match = /^\s*(?:NXOS|system):\s+version\s+(\S+)/i.exec(line);
  if (match !== null) {
    row.os_version = match[1] ?? null;
    return true;
  }
  match = /^\s*(?:NXOS|system) image file is:\s+(\S+)/i.exec(line);
  if (match !== null) {
    row.image_file = match[1] ?? null;
    return true;
  }
  match = /^\s*cisco\s+(.+?)(?:\s+\([^)]*\))?\s+chassis\b.*$/i.exec(line);
  if (match !== null) {
    // `Nexus9000 C9396PX` is sold as N9K-C9396PX; the product number is in the inventory.
    row.model = (match[1] ?? '').trim();
    return true;
  }
  match = /with\s+(\d+)\s+kB of memory/i.exec(line);
  if (match !== null) {
    row.memory_kb = Number(match[1]);
    return true;
  }
  match = /^\s*Processor Board ID\s+(\S+)/i.exec(line);
  if (match !== null) {
    row.serials = [match[1] ?? ''];
    return true;
  }
  match = /^\s*Device name:\s+(\S+)/i.exec(line);
  if (match !== null) {
    row.hostname = match[1] ?? null;
    return true;
  }
  match = /^Kernel uptime is\s+(.+)$/i.exec(line);
  if (match !== null) {
    row.uptime_sec = ageSeconds(match[1] ?? '') ?? null;
    return true;
  }
  match = /^\s*Reason:\s*(.*)$/i.exec(line);
  if (match !== null) {
    row.boot_reason = match[1] === undefined || match[1] === '' ? null : match[1];
    return true;
  }
  return false;
}
