import type { RouteRow } from '@capstan/contracts';
import { ageSeconds } from '../../platforms/canonical/age';
import { canonicalIp, canonicalPrefix } from '../../platforms/canonical/ip-address';
import { type CodeLetterDialect, codeLetterParser } from '../../platforms/parsing/code-letter-routes';
import { entriesOf, fieldOf, listOf, numberOf, readJsonDocuments, textOf } from '../../platforms/parsing/json-documents';
import { type OutputParser, wholeText } from '../../platforms/parsing/parse-result';

const FRR_ROUTES: CodeLetterDialect = {
  interfaces: [],
  protocols: { K: 'kernel', C: 'connected', L: 'local', S: 'static', R: 'rip', O: 'ospf', I: 'isis', B: 'bgp', E: 'eigrp', N: 'nhrp', T: 'table', v: 'vnc', V: 'vnc-direct', A: 'babel', D: 'sharp', F: 'pbr', f: 'openfabric', t: 'table-direct' },
  subtypes: ['IA', 'N1', 'N2', 'E1', 'E2', 'L1', 'L2', 'ia'],
  contextLine: /^VRF (\S+):$/,
  known: [/^Codes: /, /^\s+(?:[A-Za-z] - |> - |t - )/, /^IPv[46] unicast VRF \S+:$/],
  // `>` is the chosen route.
  best: (flags) => flags.includes('>'),
};

/** `show ip route vrf all`. */
export const parseFrrRoutes: OutputParser<RouteRow> = codeLetterParser(FRR_ROUTES);

/** `show ip route vrf all json`: an object per VRF, or one document per VRF on older releases. */
export const parseFrrRoutesJson: OutputParser<RouteRow> = (text, { context: asked = 'default' }) => {
  const documents = readJsonDocuments(text);
  const rows: RouteRow[] = [];
  for (const [name, value] of (documents ?? []).flatMap(entriesOf)) {
    const tables: [string, readonly [string, unknown][]][] = canonicalPrefix(name) === undefined || name === 'default' ? [[name, entriesOf(value)]] : [[asked, [[name, value]]]];
    for (const [context, routes] of tables) {
      for (const [prefix, entries] of routes) {
        const found = listOf(entries).map((entry) => rowOf(context, prefix, entry));
        if (found.some((row) => row === undefined)) {
          return wholeText(text, undefined);
        }
        rows.push(...found.flatMap((row) => row ?? []));
      }
    }
  }
  return wholeText(text, documents === undefined ? undefined : rows);
};

function rowOf(context: string, written: string, entry: unknown): RouteRow | undefined {
  const prefix = canonicalPrefix(textOf(fieldOf(entry, 'prefix')) ?? written);
  const protocol = textOf(fieldOf(entry, 'protocol'));
  if (prefix === undefined || protocol === null) {
    return undefined;
  }
  return {
    context: textOf(fieldOf(entry, 'vrfName')) ?? context,
    prefix,
    protocol,
    subtype: null,
    distance: numberOf(fieldOf(entry, 'distance')),
    metric: numberOf(fieldOf(entry, 'metric')),
    // A next hop that was found by looking up another one is part of that one.
    next_hops: listOf(fieldOf(entry, 'nexthops'))
      .filter((hop) => fieldOf(hop, 'resolver') !== true)
      .map((hop) => ({ ip: canonicalIp(textOf(fieldOf(hop, 'ip')) ?? '') ?? null, interface: textOf(fieldOf(hop, 'interfaceName')), vrf: null })),
    age_sec: ageSeconds(textOf(fieldOf(entry, 'uptime')) ?? '') ?? null,
    best: fieldOf(entry, 'selected') === true,
    tag: numberOf(fieldOf(entry, 'tag')),
  };
}
