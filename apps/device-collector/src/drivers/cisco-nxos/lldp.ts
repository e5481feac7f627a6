import type { LldpRow } from '@capstan/contracts';
import { canonicalInterface, NXOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { cdpParser } from '../../platforms/parsing/cdp';
import { lldpRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { keyValue } from '../../platforms/parsing/key-value';
import { capabilityNames, idType } from '../../platforms/parsing/lldp-words';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const parseNxosCdp = cdpParser(NXOS_INTERFACES);
const TOTAL = /^Total entries displayed: (\d+)/i;
const LEGEND = /^Capability codes:|^\s+\([A-Z]\) [A-Z]|^Device ID\s+Local Intf/;

/** `show lldp neighbors detail`: a record begins at `Chassis id:`; what it calls the local port id is the local interface. */
export const parseNxosLldp: OutputParser<LldpRow> = (text, context) => {
  if (/\bcdp\b/i.test(context.command ?? '') || /^-+\s*\nDevice ID:/m.test(text)) {
    return parseNxosCdp(text, context);
  }
  let record: LldpRow | undefined;
  let description: string[] | undefined;
  let said: number | undefined;
  return parseEachLine<LldpRow>(
    text,
    ({ text: line }, _ledger, rows) => {
      const total = TOTAL.exec(line);
      if (total !== null) {
        said = Number(total[1]);
        description = undefined;
        record = undefined;
        return true;
      }
      if (line === '' || (record === undefined && LEGEND.test(line))) {
        return true;
      }
      const [key, value] = keyValue(line) ?? ['', ''];
      if (/^Chassis id$/i.test(key)) {
        record = { ...lldpRowOf(), chassis_id: saidText(value), chassis_id_type: idType(value) };
        rows.push(record);
        description = undefined;
        return true;
      }
      if (record === undefined) {
        return false;
      }
      if (takeField(record, key, value)) {
        description = /^System Description$/i.test(key) ? [value] : undefined;
        return true;
      }
      if (description !== undefined) {
        description.push(line);
        record.system_description = saidText(description.join('\n'));
        return true;
      }
      return false;
    },
    (_ledger, rows) => (said === undefined ? undefined : { said, counted: rows.length }),
  );
};

function takeField(record: LldpRow, key: string, value: string): boolean {
  switch (key.toLowerCase()) {
    case 'port id':
      record.port_id = saidText(value);
      record.port_id_type = idType(value);
      return true;
    case 'local port id':
      record.local_interface = canonicalInterface(value, NXOS_INTERFACES);
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
    case 'time remaining':
      record.ttl_sec = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN) || null;
      return true;
    case 'system capabilities':
      record.capabilities = capabilityNames(value);
      return true;
    case 'enabled capabilities':
      record.enabled_capabilities = capabilityNames(value);
      return true;
    case 'management address':
    case 'management address ipv6':
      record.management_addresses.push(...[saidText(value)].flatMap((address) => address ?? []));
      return true;
    case 'vlan id':
      record.vlan = /^\d+$/.test(value) ? Number(value) : null;
      return true;
    default:
      return false;
  }
}
