import type { LldpRow } from '@capstan/contracts';
import { canonicalInterface, IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { lldpRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { keyValue } from '../../platforms/parsing/key-value';
import type { SourceLine } from '../../platforms/parsing/line-ledger';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';
import { cdpParser } from '../../platforms/parsing/cdp';
import { capabilityNames, idType } from '../../platforms/parsing/lldp-words';

const parseCdp = cdpParser(IOS_INTERFACES);
const RULE = /^-{10,}\s*$/;
const TOTAL = /^Total entries displayed: (\d+)/i;
const LEGEND = /^Capability codes:|^\s+\([A-Z]\) [A-Z]/;
/** Facts of LLDP-MED and IEEE 802.1/802.3 that have no column; they repeat words such as Port. */
const IGNORED = /^(?:MED Information|MED Codes|Auto Negotiation|Physical media capabilities|Media Attachment Unit type|Time remaining|F\/W revision|H\/W revision|S\/W revision|Serial number|Manufacturer|Model|Capabilities|Device type|Network Policies|Network Policy\(.*\)|PD device|Power source|Power priority|Wattage|Location|Asset ID|LLDP-MED|Peer Source MAC|Link Aggregation.*|Aggregation .*|Power .*|PoE.*|Maximum frame size|Port and Protocol .*|VLAN Name.*|Inventory.*)$/i;

/** `show lldp neighbors detail` in records below dashed rules; `show cdp neighbors detail` by its own shape. */
export const parseIosLldp: OutputParser<LldpRow> = (text, context) => {
  if (/\bcdp\b/i.test(context.command ?? '') || /^-+\s*\nDevice ID: /m.test(text)) {
    return parseCdp(text, context);
  }
  let record: LldpRow | undefined;
  let description: string[] | undefined;
  let block: 'addresses' | 'med' | 'advertised' | undefined;
  let said: number | undefined;

  const field = (line: SourceLine, rows: LldpRow[]): boolean => {
    const [key, value] = keyValue(line.text) ?? ['', ''];
    const begins = /^(?:Local Intf|Chassis id)$/i.test(key);
    if (begins && (record === undefined || record.chassis_id !== null || (/^Local/i.test(key) && record.local_interface !== null))) {
      record = lldpRowOf();
      rows.push(record);
      block = undefined;
    }
    if (record === undefined) {
      return false;
    }
    if (description !== undefined) {
      // Free text ends where the next field of LLDP begins; anything else belongs to it.
      if (/^Time remaining$/i.test(key)) {
        record.system_description = saidText(description.join('\n'));
        description = undefined;
      } else {
        description.push(line.text);
        return true;
      }
    }
    const own = takeField(record, key, value, block);
    if (own === 'description') {
      description = value === '' ? [] : [value];
      return true;
    }
    if (own !== undefined) {
      block = own === 'addresses' || own === 'med' || own === 'advertised' ? own : block;
      return true;
    }
    const unsaid = /^\s*(?:System (?:Name|Description)|Port Description|System Capabilities|Enabled Capabilities|Management Addresses|Vlan ID|Auto Negotiation|Physical media capabilities|Media Attachment Unit type)\s*-?\s*(?:not )?(?:advertised|supported)(?:, (?:not )?enabled)?\s*$/i.test(line.text);
    return unsaid || (block !== undefined && /^\s{2,}\S/.test(line.text)) || IGNORED.test(key) || /^\s*MED Information:?$/i.test(line.text);
  };

  return parseEachLine<LldpRow>(
    text,
    (line, _ledger, rows) => {
      const total = TOTAL.exec(line.text);
      if (total !== null) {
        said = Number(total[1]);
        record = undefined;
        return true;
      }
      if (RULE.test(line.text) || (record === undefined && LEGEND.test(line.text))) {
        if (record !== undefined && description !== undefined) {
          record.system_description = saidText(description.join('\n'));
        }
        description = undefined;
        record = undefined;
        return true;
      }
      if (line.text === '') {
        description?.push('');
        return true;
      }
      return field(line, rows);
    },
    (_ledger, rows) => {
      if (record !== undefined && description !== undefined) {
        record.system_description = saidText(description.join('\n'));
      }
      return said === undefined ? undefined : { said, counted: rows.length };
    },
  );
};

function takeField(record: LldpRow, key: string, value: string, block: string | undefined): 'taken' | 'description' | 'addresses' | 'med' | 'advertised' | undefined {
  switch (key.toLowerCase()) {
    case 'local intf':
      record.local_interface = canonicalInterface(value, IOS_INTERFACES);
      return 'taken';
    case 'chassis id':
      record.chassis_id = saidText(value);
      record.chassis_id_type = idType(value);
      return 'taken';
    case 'port id':
      record.port_id = saidText(value);
      record.port_id_type = idType(value);
      return 'taken';
    case 'port description':
      record.port_description = saidText(value);
      return 'taken';
    case 'system name':
      record.system_name = saidText(value);
      return 'taken';
    case 'system description':
      return 'description';
    case 'time remaining':
      record.ttl_sec = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN) || null;
      return 'taken';
    case 'system capabilities':
      record.capabilities = capabilityNames(value);
      return 'taken';
    case 'enabled capabilities':
      record.enabled_capabilities = capabilityNames(value);
      return 'taken';
    case 'management addresses':
      return 'addresses';
    case 'ip':
    case 'ipv6':
    case 'other':
      if (block !== 'addresses' || value === '') {
        return undefined;
      }
      record.management_addresses.push(value);
      return 'taken';
    case 'vlan id':
      record.vlan = /^\d+$/.test(value) ? Number(value) : null;
      return 'taken';
    case 'med information':
      return 'med';
    case 'auto negotiation':
    case 'physical media capabilities':
      return 'advertised';
    default:
      return undefined;
  }
}
