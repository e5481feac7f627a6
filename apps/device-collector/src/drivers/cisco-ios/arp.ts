import type { ArpRow } from '@capstan/contracts';
import { canonicalInterface, IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp } from '../../platforms/canonical/ip-address';
import { canonicalMac } from '../../platforms/canonical/mac-address';
import { arpRowOf } from '../../platforms/parsing/empty-rows';
import { type OutputParser, parseEachLine } from '../../platforms/parsing/parse-result';

const HEADING = /^Protocol\s+Address\s+Age \(min\)\s+Hardware Addr\s+Type/i;
/** Kinds of encapsulation in the column `Type`. */
const KINDS = /^(?:ARPA|SNAP|SAP|SRP-?[AB2]?|SMDS|FR|ATM|HDLC|Probe|Unknown)$/i;

/** `Protocol Address Age(min) Hardware-Addr Type [Interface]`; words, because the last one may be missing. */
export const parseIosArp: OutputParser<ArpRow> = (text, { context = 'default' }) =>
  parseEachLine<ArpRow>(text, ({ text: line }, _ledger, rows) => {
    if (HEADING.test(line)) {
      return true;
    }
    const [protocol, address = '', age = '', hardware = '', kind = '', name, ...rest] = line.trim().split(/\s+/);
    const ip = canonicalIp(address);
    const mac = canonicalMac(hardware);
    const incomplete = /^incomplete$/i.test(hardware);
    if (protocol !== 'Internet' || ip === undefined || !/^(?:-|\d+)$/.test(age) || (mac === undefined && !incomplete) || !KINDS.test(kind) || rest.length > 0) {
      return false;
    }
    rows.push({
      ...arpRowOf(ip, context),
      mac: mac ?? null,
      mac_raw: incomplete ? null : hardware,
      age_sec: age === '-' ? null : Number(age) * 60,
      interface: name === undefined ? null : canonicalInterface(name, IOS_INTERFACES),
      // An address without an age is the device's own.
      type: incomplete ? 'incomplete' : age === '-' ? 'local' : 'dynamic',
    });
    return true;
  });
