import type { LldpRow } from '@capstan/contracts';
import { canonicalInterface, type InterfaceNames } from '../canonical/interface-name';
import { canonicalIp } from '../canonical/ip-address';
import { lldpRowOf, saidText } from './empty-rows';
import { type OutputParser, parseEachLine } from './parse-result';

const TOTAL = /^Total cdp entries displayed ?: (\d+)/i;
/** Facts of CDP that have no column. */
const IGNORED = /^(?:advertisement version|VTP Management Domain|Duplex|Power drawn|Power request|Power management|Power Available|Spare Pair|Unidirectional|Second Port|Protocol Hello|Physical Location|System Object|SysName|MTU|Local Interface MAC|Remote Interface MAC|Interface address|\s+Power request|\s*Power (?:request|management|drawn)).*$/i;

/** `show cdp neighbors detail` of IOS and NX-OS. */
export function cdpParser(names: InterfaceNames): OutputParser<LldpRow> {
  return (text) => {
    let record: LldpRow | undefined;
    let version: string[] | undefined;
    let said: number | undefined;
    const endVersion = (): void => {
      if (record !== undefined && version !== undefined) {
        record.system_description = saidText(version.join('\n'));
      }
      version = undefined;
    };
    return parseEachLine<LldpRow>(
      text,
      ({ text: line }, _ledger, rows) => {
        const total = TOTAL.exec(line);
        if (total !== null) {
          endVersion();
          said = Number(total[1]);
          return true;
        }
        if (/^-{5,}\s*$/.test(line)) {
          endVersion();
          record = undefined;
          return true;
        }
        const device = /^Device ID: ?(.+)$/.exec(line);
        if (device !== null) {
          endVersion();
          record = { ...lldpRowOf('cdp'), system_name: saidText(device[1]), chassis_id: saidText(device[1]) };
          rows.push(record);
          return true;
        }
        if (record === undefined) {
          return line === '';
        }
        if (version !== undefined && line !== '' && !/^advertisement version:/i.test(line)) {
          version.push(line);
          return true;
        }
        if (line === '' || /^advertisement version:/i.test(line)) {
          endVersion();
          return true;
        }
        return field(record, line, names) || ((version = /^Version ?:\s*$/.test(line) ? [] : undefined) !== undefined) || IGNORED.test(line.trim());
      },
      (_ledger, rows) => {
        endVersion();
        return said === undefined ? undefined : { said, counted: rows.length };
      },
    );
  };
}

function field(record: LldpRow, line: string, names: InterfaceNames): boolean {
  const address = /^\s*(?:IP(?:v4)? address|IPv6 address): (\S+)/i.exec(line);
  if (address !== null) {
    const ip = canonicalIp(address[1] ?? '');
    if (ip !== undefined && !record.management_addresses.includes(ip)) {
      record.management_addresses.push(ip);
    }
    return ip !== undefined;
  }
  const platform = /^Platform: (.*?),\s+Capabilities: (.*)$/.exec(line);
  if (platform !== null) {
    record.capabilities = (platform[2] ?? '').trim().split(/\s+/).filter((word) => word !== '').map((word) => word.toLowerCase());
    record.enabled_capabilities = record.capabilities;
    return true;
  }
  const ports = /^Interface: ([^,]+),\s+Port ID \(outgoing port\): (.+)$/.exec(line);
  if (ports !== null) {
    record.local_interface = canonicalInterface(ports[1] ?? '', names);
    record.port_id = saidText(ports[2]);
    return true;
  }
  const hold = /^Holdtime ?: (\d+)/.exec(line);
  if (hold !== null) {
    record.ttl_sec = Number(hold[1]);
    return true;
  }
  const vlan = /^Native VLAN: (\d+)/.exec(line);
  if (vlan !== null) {
    record.vlan = Number(vlan[1]);
    return true;
  }
  return /^(?:Entry address\(es\)|Management address\(es\)|Interface address\(es\)|Mgmt address\(es\)): ?\d*$/.test(line) || /^\s+(?:Power request|Power management)/.test(line);
}
