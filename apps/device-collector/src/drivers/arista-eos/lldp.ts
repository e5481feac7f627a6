import type { LldpRow } from '@capstan/contracts';
import { canonicalInterface, EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { lldpRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { capabilityNames } from '../../platforms/parsing/lldp-words';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const INTERFACE = /^Interface (?<name>\S+) detected (?<count>\d+) LLDP neighbors?:/i;
const NEIGHBOUR = /^\s+Neighbor (?<chassis>[^\s/]+(?:\/[^\s,]*)?)(?:\/\S*|"[^"]*")?.*,? age /i;
const FIELD = /^\s*-?\s*(?<key>[A-Za-z0-9][\w .()/+-]*?)\s*:(?:\s+(?<value>.*)|)$/;
/** Facts of IEEE 802.1, 802.3 and of LLDP-MED that have no column. */
const IGNORED = /^(?:Discovered|Last changed|Last contact time|Time to live|IEEE802\.\d.*|Auto-?negotiation.*|Advertised.*|Operational.*|Link aggregation.*|Link Aggregation.*|Aggregat.*|Maximum.*|Max.*|Power.*|PSE.*|PD .*|MDI.*|Port (?:VLAN|and protocol).*|VLAN name.*|Protocol identity.*|Management VLAN.*|LLDP-MED.*|Unknown .*|Device type.*|.*TLV.*|Interface number.*|Object ID.*|OID.*|Capability.*|Hardware revision|Firmware revision|Software revision|Serial number|Manufacturer|Model|Asset ID|Network policy.*|Location.*|Management address subtype.*|OUI.*|Subtype.*|Support.*|Status.*|Class.*)$/i;

/** `show lldp neighbors detail`: a head for each interface, also for those without a neighbour; values in quotes. */
export const parseEosLldp: OutputParser<LldpRow> = (text) => {
  let local: string | null = null;
  let said = 0;
  let heads = 0;
  let record: LldpRow | undefined;
  /** A quoted value that goes on in the next line. */
  let quoted: string[] | undefined;
  return parseEachLine<LldpRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      const head = INTERFACE.exec(line)?.groups;
      if (head !== undefined) {
        local = canonicalInterface(head['name'] ?? '', EOS_INTERFACES);
        said += Number(head['count']);
        heads += 1;
        record = undefined;
        quoted = undefined;
        return true;
      }
      if (quoted !== undefined && record !== undefined) {
        quoted.push(line);
        if (line.endsWith('"')) {
          record.system_description = saidText(unquoted(quoted.join('\n')));
          quoted = undefined;
        }
        return true;
      }
      if (NEIGHBOUR.test(line) && local !== null) {
        record = { ...lldpRowOf(), local_interface: local };
        rows.push(record);
        return true;
      }
      if (line === '') {
        return true;
      }
      if (/^\s+Discovered .+; Last changed /.test(line) || /^\s+- (?:IEEE802\.\d\S*|LLDP-MED)(?: [\w/ ]+)?$/.test(line)) {
        return record !== undefined;
      }
      const field = FIELD.exec(line)?.groups;
      if (record === undefined || field === undefined) {
        return false;
      }
      const { key = '', value = '' } = field;
      if (/^System Description$/i.test(key) && value.startsWith('"') && (value.length === 1 || !value.endsWith('"'))) {
        quoted = [value];
        return true;
      }
      return takeField(record, key.trim(), unquoted(value)) || IGNORED.test(key.trim());
    },
    (_ledger, rows) => (heads === 0 ? undefined : { said, counted: rows.length }),
  );
};

function takeField(record: LldpRow, key: string, value: string): boolean {
  switch (key.toLowerCase()) {
    case 'chassis id':
      record.chassis_id = saidText(value);
      return true;
    case 'chassis id type':
      record.chassis_id_type = typeOf(value);
      return true;
    case 'port id':
      // Link aggregation has a port id of its own, further below.
      record.port_id ??= saidText(value);
      return true;
    case 'port id type':
      record.port_id_type = typeOf(value);
      return true;
    case 'port description':
      record.port_description = saidText(value);
      return true;
    case 'system name':
      record.system_name = saidText(value);
      return true;
    case 'system description':
      record.system_description = saidText(value);
      return true;
    case 'system capabilities':
      record.capabilities = capabilityNames(value);
      return true;
    case 'enabled capabilities':
      record.enabled_capabilities = capabilityNames(value);
      return true;
    case 'management address':
      record.management_addresses.push(...[saidText(value)].flatMap((address) => address ?? []));
      return true;
    case 'ieee802.1 port vlan id':
    case 'port vlan id':
      record.vlan = /^\d+$/.test(value) && Number(value) > 0 ? Number(value) : null;
      return true;
    case 'time to live':
      record.ttl_sec = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN) || null;
      return true;
    default:
      return false;
  }
}

/** `MAC address (4)` is `mac`, as on the other platforms. */
function typeOf(value: string): string | null {
  const word = value.replace(/\s*\(\d+\)\s*$/, '').trim();
  return word === '' ? null : /^mac address$/i.test(word) ? 'mac' : /^network address$/i.test(word) ? 'address' : word.toLowerCase().replace(/\s+/g, '-');
}

function unquoted(value: string): string {
  return value.replace(/^"/, '').replace(/"$/, '');
}
