import type { ArpRow } from '@capstan/contracts';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^MAC Address\s+Address\s+(?:Name\s+)?Interface\s+Flags/i;
const TOTAL = /^Total entries: (\d+)/i;
const ROW = /^(?<mac>[0-9a-f:]{11,17})\s+(?<ip>\d+\.\d+\.\d+\.\d+)\s+(?<rest>\S.*)$/i;

/** `show arp no-resolve`: the MAC stands first, and the port behind a routed VLAN in brackets, sometimes on the next line. */
export const parseJunosArp: OutputParser<ArpRow> = (text, { context = 'default' }) => {
  let said: number | undefined;
  let last: ArpRow | undefined;
  return parseEachLine<ArpRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      const total = TOTAL.exec(line);
      if (total !== null) {
        said = Number(total[1]);
        return true;
      }
      const wrapped = /^\s+\[(?<port>[^\]]+)\](?:\s+\S+)?$/.exec(line)?.groups;
      if (wrapped !== undefined && last !== undefined && last.egress_port === null) {
        last.egress_port = wrapped['port'] ?? null;
        return true;
      }
      if (line === '' || HEADING.test(line) || /^\{\S+\}$/.test(line)) {
        return true;
      }
      const { mac: written = '', ip: address = '', rest = '' } = ROW.exec(line)?.groups ?? {};
      const mac = canonicalMac(written);
      const ip = canonicalIp(address);
      const place = /^(?:(?:\S+\s+)(?=\S+\s+\S+$))?(?<name>[a-z][\w/.-]*\d)(?:\s+\[(?<port>[^\]]+)\])?(?:\s+(?<flags>[a-z][a-z, ]*))?$/i.exec(rest)?.groups;
      if (mac === undefined || ip === undefined || place === undefined) {
        return false;
      }
      last = { ...arpRowOf(ip, context), mac, mac_raw: written, interface: place['name'] ?? null, egress_port: place['port'] ?? null, type: /permanent/i.test(place['flags'] ?? '') ? 'static' : 'dynamic' };
      rows.push(last);
      return true;
    },
    (_ledger, rows) => (said === undefined ? undefined : { said, counted: rows.length }),
  );
};
