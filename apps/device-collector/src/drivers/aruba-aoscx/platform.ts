import { planOf, stepOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parseAoscxVersion } from './version';

/** Aruba AOS-CX. */
export const ARUBA_AOSCX: PlatformDefinition = {
  name: 'aruba_aoscx',
  title: 'Aruba AOS-CX',
  session: {
    channel: 'shell',
    setup: ['no page'],
    prompt: /^\r?[\w\s.-]+(?:\([^)]+\))?[>#] ?$/,
    enable: { command: 'enable', needed: />\s?$/, askSecret: /password:\s*$/i, askUser: /user ?name:\s*$/i },
    pagers: PAGERS,
    interrupters: INTERRUPTERS,
    errorLines: [
      { pattern: /^Invalid input: /i, class: 'CMD_INVALID' },
      { pattern: /^% Command incomplete\./i, class: 'CMD_INCOMPLETE' },
      { pattern: /^% Unknown command\./i, class: 'CMD_INVALID' },
      { pattern: /^% Ambiguous command/i, class: 'CMD_AMBIGUOUS' },
      { pattern: /^Cannot execute command\. Command not allowed\./i, class: 'CMD_UNAUTHORIZED' },
    ],
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', { choices: [{ text: 'show running-config', privileged: true }] }),
    arp: planOf('arp', stepOf('show arp all-vrfs', 'show arp')),
    mac: planOf('mac', 'show mac-address-table'),
    lldp: planOf('lldp', 'show lldp neighbor-info detail'),
    interfaces: planOf('interfaces', 'show interface brief'),
    routes: planOf('routes', stepOf('show ip route all-vrfs', 'show ip route')),
    version: planOf('version', 'show version', 'show system'),
    inventory: planOf('inventory', 'show module'),
  },
  interfaces: [],
  parsers: { version: { text: parseAoscxVersion } },
  noise: [
    { name: 'created', types: ['configs'], pattern: /^!export-password: .*$/ },
    { name: 'uptime', types: ['version'], pattern: /^(?:System )?Up ?Time\s*:.*$/i },
    { name: 'load', types: ['version'], pattern: /^(?:CPU Util \(%\)|Memory Usage \(%\))\s*:.*$/i },
  ],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { leastChars: 100 },
};
