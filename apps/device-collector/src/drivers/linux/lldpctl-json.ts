import type { LldpRow } from '@capstan/contracts';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { lldpRowOf } from '../../platforms/parsing/empty-rows';
import { entriesOf, fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, wholeText } from '../../platforms/parsing/parse-result';

/** `lldpctl -f json`: one interface is an object, several are a list of objects with one name each. */
export const parseLldpctl: OutputParser<LldpRow> = (text) => {
  const [document] = readJsonDocuments(text) ?? [];
  const interfaces = fieldOf(document, 'lldp', 'interface');
  const rows = listOf(interfaces).flatMap((one) => entriesOf(one)).map(([name, entry]): LldpRow => {
    // The chassis is keyed by the system's name where it told one.
    const chassis = fieldOf(entry, 'chassis');
    const named = fieldOf(chassis, 'id') === undefined ? entriesOf(chassis)[0] : undefined;
    const system = named?.[1] ?? chassis;
    const port = fieldOf(entry, 'port');
    const capabilities = listOf(fieldOf(system, 'capability'));
    const names = (list: readonly unknown[]): string[] => list.flatMap((one) => textOf(fieldOf(one, 'type'))?.toLowerCase() ?? []);
    return {
      ...lldpRowOf(/^cdp/i.test(textOf(fieldOf(entry, 'via')) ?? '') ? 'cdp' : 'lldp'),
      local_interface: name,
      chassis_id: textOf(fieldOf(system, 'id', 'value')),
      chassis_id_type: textOf(fieldOf(system, 'id', 'type')),
      port_id: textOf(fieldOf(port, 'id', 'value')),
      port_id_type: textOf(fieldOf(port, 'id', 'type')),
      port_description: textOf(fieldOf(port, 'descr')),
      system_name: named?.[0] ?? textOf(fieldOf(system, 'name')),
      system_description: textOf(fieldOf(system, 'descr')),
      capabilities: names(capabilities),
      enabled_capabilities: names(capabilities.filter((one) => fieldOf(one, 'enabled') === true)),
      management_addresses: listOf(fieldOf(system, 'mgmt-ip')).flatMap((address) => canonicalIp(textOf(address) ?? '') ?? []),
      vlan: numberOf(fieldOf(listOf(fieldOf(entry, 'vlan'))[0], 'vlan-id')),
      ttl_sec: numberOf(fieldOf(port, 'ttl')),
    };
  });
  return wholeText(text, fieldOf(document, 'lldp') === undefined ? undefined : rows);
};
