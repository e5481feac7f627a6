import type { InterfaceRow } from '@capstan/contracts';
import { canonicalInterface, EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { interfaceRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { entriesOf, fieldOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, wholeText } from '../../platforms/parsing/parse-result';

/** `show interfaces status | json`. */
export const parseEosInterfacesJson: OutputParser<InterfaceRow> = (text) => {
  const [document] = readJsonDocuments(text) ?? [];
  const statuses = fieldOf(document, 'interfaceStatuses');
  const rows = entriesOf(statuses).map(([name, entry]): InterfaceRow => {
    const status = textOf(fieldOf(entry, 'linkStatus')) ?? '';
    const duplex = textOf(fieldOf(entry, 'duplex')) ?? '';
    const mode = textOf(fieldOf(entry, 'vlanInformation', 'interfaceMode'));
    const bandwidth = numberOf(fieldOf(entry, 'bandwidth'));
    const negotiates = fieldOf(entry, 'autoNegotiateActive');
    return {
      ...interfaceRowOf(canonicalInterface(name, EOS_INTERFACES)),
      description: saidText(textOf(fieldOf(entry, 'description')) ?? ''),
      admin_status: status === 'disabled' ? 'down' : 'up',
      oper_status: status === 'connected' ? 'up' : 'down',
      reason: /^(?:connected|notconnect|disabled|)$/.test(status) ? null : status,
      mode: mode === 'bridged' ? 'access' : mode === 'trunk' || mode === 'routed' ? mode : mode === null ? null : 'other',
      vlan: numberOf(fieldOf(entry, 'vlanInformation', 'vlanId')),
      duplex: /full/i.test(duplex) ? 'full' : /half/i.test(duplex) ? 'half' : null,
      speed_mbps: bandwidth === null || bandwidth === 0 ? null : bandwidth / 1_000_000,
      auto_duplex: typeof negotiates === 'boolean' ? negotiates : null,
      auto_speed: typeof negotiates === 'boolean' ? negotiates : null,
      media: saidText(textOf(fieldOf(entry, 'interfaceType')) ?? ''),
    };
  });
  return wholeText(text, statuses === undefined ? undefined : rows);
};
