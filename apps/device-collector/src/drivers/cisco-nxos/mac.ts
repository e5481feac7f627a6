import type { MacRow } from '@capstan/contracts';
import { canonicalInterface, NXOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { macRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^\s*(?:VLAN|VLAN\/BD)\s+MAC Address\s+Type\s+age\s+Secure\s+NTFY\s+Ports/i;
const LEGEND = /^Legend:|^\s+(?:\S - |age - |\(.\) - |\(.\)|[A-Z~*+] - )/i;
const RULE = /^[-+\s]*-{5,}[-+\s]*$/;
const NOTE = /^Note: MAC table entries displayed are getting read from software/i;
const ROW = /^(?<flags>[*GCRO+~(\s)]*?)\s*(?<vlan>\d{1,4}|-)\s+(?<mac>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})\s+(?<type>\w+)\s+(?<age>\d+|-|NA|~~~)\s+(?<secure>T|F|~~~)\s+(?<ntfy>T|F|~~~)\s+(?<ports>\S.*)$/i;

/** `show mac address-table`: flags before the VLAN, and ports that are no ports (`sup-eth1(R)`, `Drop`, `vPC Peer-Link`). */
export const parseNxosMac: OutputParser<MacRow> = (text, { context = 'default' }) =>
  parseEachLine<MacRow>(text, ({ text: line }, _ledger, rows) => {
    if (line === '' || HEADING.test(line) || LEGEND.test(line) || RULE.test(line) || NOTE.test(line)) {
      return true;
    }
    const { flags = '', vlan = '', mac: written = '', type = '', age = '', secure = '', ports = '' } = ROW.exec(line)?.groups ?? {};
    const mac = canonicalMac(written);
    if (mac === undefined || Number(vlan === '-' ? 0 : vlan) > 4_095) {
      return false;
    }
    rows.push({
      ...macRowOf(mac, context),
      vlan: vlan === '-' ? null : Number(vlan),
      type: secure === 'T' ? 'secure' : typeOf(type, flags),
      ports: ports === 'vPC Peer-Link' ? [ports] : ports.split(/[\s,]+/).map((port) => canonicalInterface(port, NXOS_INTERFACES)),
      age_sec: /^\d+$/.test(age) ? Number(age) : null,
      flags: [...flags.replace(/[()\s]/g, '')],
    });
    return true;
  });

function typeOf(type: string, flags: string): MacRow['type'] {
  // G is the gateway's own address.
  return flags.includes('G') ? 'self' : /^dynamic$/i.test(type) ? 'dynamic' : /^static$/i.test(type) ? 'static' : /^secure$/i.test(type) ? 'secure' : 'other';
}
