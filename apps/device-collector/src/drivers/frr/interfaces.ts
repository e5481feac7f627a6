import type { InterfaceRow } from '@capstan/contracts';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { interfaceRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^Interface\s+Status\s+VRF\s+Addresses/i;
const ROW = /^(?<name>\S+)\s+(?<status>up|down)\s+(?<vrf>\S+)(?:\s+(?<address>\S+))?$/;

/** `show interface brief`: more addresses of an interface stand below, with nothing to their left. */
export const parseFrrInterfaces: OutputParser<InterfaceRow> = (text) => {
  let last: InterfaceRow | undefined;
  return parseEachLine<InterfaceRow>(text, ({ text: line }, _ledger, rows) => {
    if (line === '' || HEADING.test(line) || /^[-\s]+$/.test(line)) {
      return true;
    }
    const more = /^\s+(\S+)$/.exec(line)?.[1];
    const address = more === undefined ? undefined : cidr(more);
    if (last !== undefined && address !== undefined) {
      last.addresses.push(address);
      return true;
    }
    const { name, status, vrf, address: first } = ROW.exec(line)?.groups ?? {};
    const own = first === undefined ? undefined : cidr(first);
    if (name === undefined || (first !== undefined && own === undefined)) {
      last = undefined;
      return false;
    }
    last = { ...interfaceRowOf(name), oper_status: status === 'up' ? 'up' : 'down', addresses: own === undefined ? [] : [own], mode: own === undefined ? null : 'routed', context: vrf ?? null };
    rows.push(last);
    return true;
  });
};

/** An address with its length; a `+` stands for more than there is room for. */
function cidr(text: string): string | undefined {
  const [address = '', length] = text.replace(/^\+\s*/, '').split('/');
  const ip = canonicalIp(address);
  return ip === undefined || (length !== undefined && !/^\d{1,3}$/.test(length)) ? undefined : length === undefined ? ip : `${ip}/${length}`;
}
