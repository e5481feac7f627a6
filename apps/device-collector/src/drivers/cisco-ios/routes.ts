import type { RouteRow } from '@capstan/contracts';
import { IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { type CodeLetterDialect, codeLetterParser } from '../../platforms/parsing/code-letter-routes';
import type { OutputParser } from '../../platforms/parsing/parse-result';

const IOS_ROUTES: CodeLetterDialect = {
  interfaces: IOS_INTERFACES,
  protocols: { L: 'local', C: 'connected', S: 'static', R: 'rip', M: 'mobile', B: 'bgp', D: 'eigrp', O: 'ospf', i: 'isis', o: 'odr', U: 'static', P: 'static', H: 'nhrp', l: 'lisp', a: 'application', E: 'egp', I: 'igrp', m: 'omp', n: 'nat', N: 'nat', t: 'traffic-engineering', G: 'nhrp' },
  subtypes: ['EX', 'IA', 'N1', 'N2', 'E1', 'E2', 'su', 'L1', 'L2', 'ia', 'i', 'd', 'o'],
  contextLine: /^Routing Table: (\S+)/,
  known: [/^Codes: /, /^\s+(?:[A-Za-z*+%&~^!#][A-Za-z0-9]? - |\S - )/, /^Gateway of last resort /, /^Default gateway is /, /^Host\s+Gateway\s+Last Use/, /^ICMP redirect cache is empty/],
};

/** `show ip route`, also of one or of all VRFs. */
export const parseIosRoutes: OutputParser<RouteRow> = codeLetterParser(IOS_ROUTES);
