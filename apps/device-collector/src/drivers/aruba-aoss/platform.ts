import { planOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parseAossVersion } from './version';

/** Aruba AOS-S, formerly ProCurve. */
export const ARUBA_AOSS: PlatformDefinition = {
  name: 'aruba_aoss',
  title: 'Aruba AOS-S',
  session: {
    channel: 'shell',
    setup: ['no page', 'terminal width 1000'],
    prompt: /^\r?[\w\s.-]+(?:\([^)]+\))?[>#] $/,
    enable: { command: 'enable', needed: />\s?$/, askSecret: /password:\s*$/i, askUser: /user ?name:\s*$/i },
    pagers: PAGERS,
    interrupters: INTERRUPTERS,
    errorLines: [
      { pattern: /^Invalid input: /i, class: 'CMD_INVALID' },
      { pattern: /^Ambiguous input/i, class: 'CMD_AMBIGUOUS' },
      { pattern: /^Incomplete input/i, class: 'CMD_INCOMPLETE' },
      { pattern: /^Module not present/i, class: 'CMD_FAILED' },
      { pattern: /^(?:Not authorized|Access denied)/i, class: 'CMD_UNAUTHORIZED' },
      { pattern: /^LLDP is (?:disabled|not enabled)/i, class: 'FEATURE_DISABLED' },
    ],
    exit: ['logout'],
  },
  commands: {
    configs: planOf('configs', { choices: [{ text: 'show running-config', privileged: true }] }),
    arp: planOf('arp', 'show arp'),
    mac: planOf('mac', 'show mac-address'),
    lldp: planOf('lldp', 'show lldp info remote-device'),
    interfaces: planOf('interfaces', 'show interfaces brief'),
    routes: planOf('routes', 'show ip route'),
    version: planOf('version', 'show version', 'show system'),
    inventory: planOf('inventory', 'show modules'),
  },
  interfaces: [],
  parsers: { version: { text: parseAossVersion } },
  noise: [
    { name: 'created', types: ['configs'], pattern: /^; .*Created on release.*$/ },
    { name: 'uptime', types: ['version'], pattern: /^\s*(?:System )?Up ?Time\s*:.*$/i },
    { name: 'load', types: ['version'], pattern: /^\s*(?:CPU Util \(%\)|Memory\s+- Total|Free|Packet Buffers|Lowest|Missed|IP Mgmt\s+- Pkts [RT]x)\s*:.*$/i },
  ],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { leastChars: 100 },
};
