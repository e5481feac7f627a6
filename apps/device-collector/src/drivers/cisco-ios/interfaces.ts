import type { InterfaceRow } from '@capstan/contracts';
import { canonicalInterface, IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { interfaceRowOf, saidText } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';
import { switchPortParser } from '../../platforms/parsing/switch-ports';

const BRIEF_HEADING = /^Interface\s+IP-Address\s+OK\?\s+Method\s+Status\s+Protocol/i;
const BRIEF = /^(\S+)\s+(unassigned|\d+\.\d+\.\d+\.\d+)\s+(?:YES|NO)\s+\S+\s+(administratively down|admin down|up|down|deleted|reset|standby mode|initializing)\s+(up|down)?\s*$/i;
const DESCRIPTION_HEADING = /^Interface\s+Status\s+Protocol\s+Description/i;
const DESCRIPTION = /^(\S+)\s+(admin down|up|down|deleted|reset)\s+(up|down)(?:\s+(.*))?$/i;

const parsePorts = switchPortParser(IOS_INTERFACES);

/** `show interfaces status`, `show ip interface brief` or `show interfaces description`, by the heading. */
export const parseIosInterfaces: OutputParser<InterfaceRow> = (text, context) => {
  const brief = text.split('\n').find((line) => BRIEF_HEADING.test(line) || DESCRIPTION_HEADING.test(line));
  if (brief === undefined) {
    return parsePorts(text, context);
  }
  return parseEachLine<InterfaceRow>(text, ({ text: line }, _ledger, rows) => {
    if (BRIEF_HEADING.test(line) || DESCRIPTION_HEADING.test(line)) {
      return true;
    }
    const row = BRIEF_HEADING.test(brief) ? readBrief(line) : readDescription(line);
    if (row !== undefined) {
      rows.push(row);
    }
    return row !== undefined;
  });
};

function readBrief(line: string): InterfaceRow | undefined {
  const match = BRIEF.exec(line);
  if (match === null) {
    return undefined;
  }
  const [, name = '', address = '', status = '', protocol = ''] = match;
  const ip = canonicalIp(address);
  return { ...interfaceRowOf(canonicalInterface(name, IOS_INTERFACES)), ...statuses(status, protocol), mode: ip === undefined ? null : 'routed', addresses: ip === undefined ? [] : [ip] };
}

function readDescription(line: string): InterfaceRow | undefined {
  const match = DESCRIPTION.exec(line);
  return match === null ? undefined : { ...interfaceRowOf(canonicalInterface(match[1] ?? '', IOS_INTERFACES)), ...statuses(match[2] ?? '', match[3] ?? ''), description: saidText(match[4]) };
}

function statuses(status: string, protocol: string): Pick<InterfaceRow, 'admin_status' | 'oper_status' | 'reason'> {
  const admin = /^admin/i.test(status) ? 'down' : 'up';
  const oper = /^up$/i.test(protocol) ? 'up' : 'down';
  return { admin_status: admin, oper_status: oper, reason: /^(?:up|down|admin.*)$/i.test(status) ? null : status.toLowerCase() };
}
