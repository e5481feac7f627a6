import type { ArpRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalInterface, IOSXR_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^Address\s+Age\s+Hardware Addr\s+State\s+Type\s+Interface/i;
const TIMESTAMP = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ [\d:.]+ \S+(?: \d{4})?$/;

/** `show arp`: one block per line card, below a heading between dashes. */
export const parseXrArp: OutputParser<ArpRow> = (text, { context = 'default' }) =>
  parseEachLine<ArpRow>(text, ({ text: line }, _ledger, rows) => {
    if (line === '' || /^-{3,}$/.test(line) || /^\d+\/\S+\/\S+$/.test(line) || HEADING.test(line) || TIMESTAMP.test(line)) {
      return true;
    }
    const [address = '', age = '', hardware = '', state = '', kind = '', name = '', ...rest] = line.trim().split(/\s+/);
    const ip = canonicalIp(address);
    const mac = canonicalMac(hardware);
    const incomplete = /^incomplete$/i.test(state) || /^incomplete$/i.test(hardware);
    if (ip === undefined || kind !== 'ARPA' || name === '' || rest.length > 0 || (mac === undefined && !incomplete)) {
      return false;
    }
    rows.push({
      ...arpRowOf(ip, context),
      mac: incomplete ? null : (mac ?? null),
      mac_raw: incomplete ? null : hardware,
      age_sec: age === '-' ? null : (ageSeconds(age) ?? null),
      interface: canonicalInterface(name, IOSXR_INTERFACES),
      type: incomplete ? 'incomplete' : /^interface$/i.test(state) ? 'local' : /^static$/i.test(state) ? 'static' : 'dynamic',
    });
    return true;
  });
