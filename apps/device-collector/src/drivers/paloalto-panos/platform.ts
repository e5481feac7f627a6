import { planOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parsePanosInventory, parsePanosVersion } from './system-info';

/** Palo Alto PAN-OS. */
export const PALOALTO_PANOS: PlatformDefinition = {
  name: 'paloalto_panos',
  title: 'Palo Alto PAN-OS',
  session: {
    channel: 'shell',
    setup: ['set cli scripting-mode on', 'set cli pager off', 'set cli terminal width 500', 'set cli config-output-format set'],
    prompt: /^[\w.-]+@[\w.-]+(?:\((?:active|passive)[^)]*\))?[>#]\s?$/,
    pagers: PAGERS,
    interrupters: [{ name: 'accept', pattern: /do you accept/i, answer: 'yes' }, ...INTERRUPTERS],
    errorLines: [
      { pattern: /^Invalid syntax\./i, class: 'CMD_INVALID' },
      { pattern: /^Unknown command:/i, class: 'CMD_INVALID' },
      { pattern: /^Server error ?:.*(?:permission|not authorized)/i, class: 'CMD_UNAUTHORIZED' },
      { pattern: /^Server error ?:/i, class: 'CMD_FAILED' },
    ],
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', 'show config running'),
    arp: planOf('arp', 'show arp all'),
    mac: planOf('mac', 'show mac all'),
    lldp: planOf('lldp', 'show lldp neighbors all'),
    interfaces: planOf('interfaces', 'show interface all'),
    routes: planOf('routes', 'show routing route'),
    version: planOf('version', 'show system info'),
    inventory: planOf('inventory', 'show system info'),
  },
  interfaces: [],
  parsers: { version: { text: parsePanosVersion }, inventory: { text: parsePanosInventory } },
  noise: [
    { name: 'uptime', types: ['version', 'inventory'], pattern: /^uptime: .*$/ },
    { name: 'time', types: ['version', 'inventory'], pattern: /^time: .*$/ },
    { name: 'content-version', types: ['version', 'inventory'], pattern: /^(?:app|av|threat|wildfire|wf-private|url-filtering|url-db|logdb|device-dictionary|global-protect-\S+|global-protect)-(?:version|release-date|filtering-version).*: .*$/ },
  ],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { leastChars: 200 },
};
