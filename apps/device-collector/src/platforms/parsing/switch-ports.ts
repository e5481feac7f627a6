import type { InterfaceRow } from '@capstan/contracts';
import { canonicalInterface, type InterfaceNames } from '../canonical/interface-name';
import { interfaceRowOf, saidText } from './empty-rows';
import type { OutputParser } from './parse-result';
import { parseEachLine } from './parse-result';

const HEADING = /^Port\s+Name\s+Status\s+Vlan\s+Duplex\s+Speed\s+Type/i;
const RULE = /^-{5,}\s*$/;
const DUPLEX = String.raw`a-full|a-half|full|half|auto|unconf|--`;
const SPEED = String.raw`a-\d[\d.]*[GMT]?|\d[\d.]*[GMT]?(?:b\/s|bps)?|auto|unconf|--`;
const VLAN = String.raw`\d{1,4}|trunk|trunk\(\w+\)|routed|unassigned|f-path|tap|tool|tap-tool|dot1q-tunnel|dot1q|q-in-q|l2-protocol|access|pvlan\s\S+|in\sPo\d+|unconf|n\/a|--`;
/** Statuses, also cut to nine characters as NX-OS cuts them. */
const STATUS = String.raw`connected|notconnect|notconnec|disconnected|disabled|err-disabled|errdisabled|err-disab|err-vlans|inactive|monitoring|monitor|sfpAbsent|sfpInvali|xcvrAbsen|xcvrAbsent|xcvrInval|noOperMem|noOperMembers|channelDo|channelDown|channelAdminDown|linkFlapE|linkFlapErrDisabled|suspended|suspnd|suspndByVpc|faulty|hwFailure|down|up|adminCfgC|udldErrDi|bpduGuard|vlanDown|parentDow|adminDown|admin-down|link-up|notOperat|outofserv|standby|unknown`;
const TAIL = new RegExp(String.raw`^(?<status>${STATUS})\s+(?<vlan>${VLAN})\s+(?<duplex>${DUPLEX})\s+(?<speed>${SPEED})(?:\s+(?<media>\S.*))?$`, 'i');
/** The name is taken as short as possible: names hold words of statuses, but never the four columns after one. */
const WHOLE = new RegExp(String.raw`^(?<port>\S+)\s+(?<name>.*?)\s*\b${TAIL.source.slice(1)}`, 'i');
const GLUED = new RegExp(String.raw`^(?<port>\S+)\s+(?<name>.*?)${TAIL.source.slice(1)}`, 'i');

/** `Port Name Status Vlan Duplex Speed Type`: IOS, NX-OS and EOS alike. */
export function switchPortParser(names: InterfaceNames): OutputParser<InterfaceRow> {
  return (text) => {
    let statusAt: number | undefined;
    return parseEachLine<InterfaceRow>(text, ({ text: line }, _ledger, rows) => {
      if (RULE.test(line) || line === '') {
        return true;
      }
      if (HEADING.test(line)) {
        statusAt = line.search(/\bStatus\b/i);
        return true;
      }
      const row = statusAt === undefined ? undefined : readPort(line, statusAt, names);
      if (row !== undefined) {
        rows.push(row);
      }
      return row !== undefined;
    });
  };
}

function readPort(line: string, statusAt: number, names: InterfaceNames): InterfaceRow | undefined {
  const aligned = TAIL.exec(line.slice(statusAt));
  const head = /^(\S+)\s*(.*?)\s*$/.exec(line.slice(0, statusAt));
  const groups: { readonly [name: string]: string | undefined } =
    aligned !== null && head !== null ? { ...aligned.groups, port: head[1], name: head[2] } : ((WHOLE.exec(line) ?? GLUED.exec(line))?.groups ?? {});
  const { port, name, status = '', vlan = '', duplex = '', speed = '', media } = groups;
  if (port === undefined || !/^[A-Za-z]/.test(port)) {
    return undefined;
  }
  return {
    ...interfaceRowOf(canonicalInterface(port, names)),
    description: saidText(name),
    ...statusOf(status),
    mode: modeOf(vlan),
    vlan: /^\d+$/.test(vlan) ? Number(vlan) : null,
    duplex: /full/i.test(duplex) ? 'full' : /half/i.test(duplex) ? 'half' : /auto/i.test(duplex) ? 'auto' : null,
    speed_mbps: megabits(speed),
    auto_duplex: /^(?:auto|a-)/i.test(duplex) ? true : /^(?:full|half)/i.test(duplex) ? false : null,
    auto_speed: /^(?:auto|a-)/i.test(speed) ? true : /^\d/.test(speed) ? false : null,
    media: saidText(media),
  };
}

function statusOf(word: string): Pick<InterfaceRow, 'admin_status' | 'oper_status' | 'reason'> {
  switch (word.toLowerCase()) {
    case 'connected':
    case 'up':
    case 'link-up':
      return { admin_status: 'up', oper_status: 'up', reason: null };
    case 'notconnect':
    case 'notconnec':
    case 'disconnected':
    case 'down':
      return { admin_status: 'up', oper_status: 'down', reason: null };
    case 'disabled':
    case 'admindown':
    case 'admin-down':
      return { admin_status: 'down', oper_status: 'down', reason: null };
    case 'monitoring':
    case 'monitor':
    case 'standby':
    case 'unknown':
      return { admin_status: 'up', oper_status: 'other', reason: word };
    default:
      return { admin_status: 'up', oper_status: 'down', reason: word };
  }
}

function modeOf(vlan: string): InterfaceRow['mode'] {
  return /^\d+$|^access$/i.test(vlan) ? 'access' : /^trunk/i.test(vlan) ? 'trunk' : /^routed$/i.test(vlan) ? 'routed' : vlan === '--' ? null : 'other';
}

/** `a-1000`, `10G`, `2.5G`, `100M`; a number alone is megabits. */
export function megabits(speed: string): number | null {
  const match = /^(?:a-)?(\d+(?:\.\d+)?)([GMTk])?/i.exec(speed);
  if (match === null) {
    return null;
  }
  const factor = { g: 1_000, t: 1_000_000, k: 0.001, m: 1 }[(match[2] ?? 'm').toLowerCase()] ?? 1;
  return Number(match[1]) * factor;
}
