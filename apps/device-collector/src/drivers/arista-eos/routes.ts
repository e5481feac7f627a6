import type { RouteRow } from '@capstan/contracts';
import { canonicalInterface, EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { canonicalIp, canonicalPrefix } from '../../platforms/canonical/ip-address';
import { type CodeLetterDialect, codeLetterParser } from '../../platforms/parsing/code-letter-routes';
import { entriesOf, fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, wholeText } from '../../platforms/parsing/parse-result';

const EOS_ROUTES: CodeLetterDialect = {
  interfaces: EOS_INTERFACES,
  protocols: { C: 'connected', S: 'static', K: 'kernel', O: 'ospf', B: 'bgp', R: 'rip', I: 'isis', A: 'aggregate', N: 'nexthop-group', D: 'dynamic-policy', L: 'vrf-leaked', M: 'martian', P: 'other', G: 'gribi', V: 'vxlan' },
  subtypes: ['IA', 'E1', 'E2', 'N1', 'N2', 'I', 'E', 'L1', 'L2', 'B', 'O', 'G', 'NG', 'P', 'DP', 'L', 'RC', 'CL'],
  contextLine: /^VRF:?\s+(\S+)\s*$/,
  known: [/^Codes: /, /^\s+[A-Z*>][A-Z0-9*>]?(?: [A-Z0-9]{1,2})?\s+- /, /^Gateway of last resort(?: is not set)?:?/, /^WARNING: Some of the routes/, /^! (?:IP routing|IPv\d routing) not enabled/, /^(?:kernel forwarding|reachable)/],
};

/** `show ip route vrf all`. */
export const parseEosRoutes: OutputParser<RouteRow> = codeLetterParser(EOS_ROUTES);

/** Its JSON's words for the protocols. */
const WORDS: Readonly<Record<string, readonly [protocol: string, subtype: string | null]>> = {
  ebgp: ['bgp', 'E'], ibgp: ['bgp', 'I'], bgpaggregate: ['aggregate', 'B'], ospfintraarea: ['ospf', null], ospfinterarea: ['ospf', 'IA'], ospfexternaltype1: ['ospf', 'E1'], ospfexternaltype2: ['ospf', 'E2'],
  ospfnssaexternaltype1: ['ospf', 'N1'], ospfnssaexternaltype2: ['ospf', 'N2'], isislevel1: ['isis', 'L1'], isislevel2: ['isis', 'L2'], connected: ['connected', null], static: ['static', null], kernel: ['kernel', null], rip: ['rip', null],
};

/** `show ip route vrf all | json`. */
export const parseEosRoutesJson: OutputParser<RouteRow> = (text) => {
  const [document] = readJsonDocuments(text) ?? [];
  const rows: RouteRow[] = [];
  for (const [context, table] of entriesOf(fieldOf(document, 'vrfs'))) {
    for (const [written, route] of entriesOf(fieldOf(table, 'routes'))) {
      const prefix = canonicalPrefix(written);
      if (prefix === undefined) {
        return wholeText(text, undefined);
      }
      const word = (textOf(fieldOf(route, 'routeType')) ?? 'unknown').replace(/[^A-Za-z0-9]/g, '').toLowerCase();
      const [protocol, subtype] = WORDS[word] ?? [word, null];
      rows.push({
        context,
        prefix,
        protocol,
        subtype,
        distance: numberOf(fieldOf(route, 'preference')),
        metric: numberOf(fieldOf(route, 'metric')),
        next_hops: listOf(fieldOf(route, 'vias')).map((via) => {
          const name = textOf(fieldOf(via, 'interface'));
          return { ip: canonicalIp(textOf(fieldOf(via, 'nexthopAddr')) ?? '') ?? null, interface: name === null ? null : canonicalInterface(name, EOS_INTERFACES), vrf: null };
        }),
        age_sec: null,
        best: true,
        tag: null,
      });
    }
  }
  return wholeText(text, fieldOf(document, 'vrfs') === undefined ? undefined : rows);
};
