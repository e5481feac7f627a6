import { planOf, stepOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parseJunosArp } from './arp';
import { parseJunosInventory } from './inventory';
import { parseJunosVersion } from './version';

const CONFIGS = ['configs'];

/** Juniper Junos. */
export const JUNIPER_JUNOS: PlatformDefinition = {
  name: 'juniper_junos',
  title: 'Juniper Junos',
  session: {
    channel: 'shell',
    setup: ['set cli screen-length 0', 'set cli screen-width 0', 'set cli complete-on-space off'],
    suffix: ' | no-more',
    prompt: /^[\w.-]+@[\w.-]+[>#]\s?$/,
    // root lands in the shell.
    wayIn: { prompt: /^(?:[\w.-]+@[\w.-]+:\S* )?\S*%\s?$/, command: 'cli' },
    pagers: PAGERS,
    interrupters: INTERRUPTERS,
    errorLines: [
      { pattern: /^syntax error(?:,|\.|$)/i, class: 'CMD_INVALID' },
      { pattern: /^unknown command\./i, class: 'CMD_INVALID' },
      { pattern: /^missing argument\./i, class: 'CMD_INCOMPLETE' },
      { pattern: /^(?:error: )?permission denied/i, class: 'CMD_UNAUTHORIZED' },
      { pattern: /^error: (?:command is not valid on|syntax error|unknown command)/i, class: 'CMD_INVALID' },
      { pattern: /^(?:error: )?(?:the )?\S+ (?:subsystem|process) (?:is )?not running/i, class: 'FEATURE_DISABLED' },
      { pattern: /^error: /i, class: 'CMD_FAILED' },
    ],
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', 'show configuration | display set'),
    arp: planOf('arp', 'show arp no-resolve'),
    mac: planOf('mac', stepOf('show ethernet-switching table', 'show bridge mac-table')),
    lldp: planOf('lldp', 'show lldp neighbors detail'),
    interfaces: planOf('interfaces', 'show interfaces terse'),
    routes: planOf('routes', 'show route'),
    version: planOf('version', 'show version'),
    inventory: planOf('inventory', 'show chassis hardware'),
  },
  interfaces: [],
  parsers: { arp: { text: parseJunosArp }, inventory: { text: parseJunosInventory }, version: { text: parseJunosVersion } },
  noise: [
    { name: 'last-commit', types: CONFIGS, pattern: /^## Last commit: .*$/ },
    { name: 'last-changed', types: CONFIGS, pattern: /^\s*## Last changed: .*$/ },
    { name: 'master', pattern: /^\{(?:master|backup|linecard|primary|secondary)(?::\w+)?\}$/ },
  ],
  order: [],
  secrets: [],
  actors: [{ pattern: /^## Last commit: (?<at>.+?) by (?<user>\S+)$/ }],
  configEnd: { leastChars: 100 },
};
