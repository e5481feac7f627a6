import { type CommandStep, planOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parseBridgeFdb, parseIpNeigh } from '../linux/ip-json';
import { parseLldpctl } from '../linux/lldpctl-json';
import { parseFrrInterfaces } from './interfaces';
import { parseFrrRoutes, parseFrrRoutesJson } from './routes';
import { parseFrrVersion } from './version';

const CONFIGS = ['configs'];

/** vtysh may be the login shell, or a program that the login shell has to start. */
function vtysh(text: string): CommandStep {
  return { choices: [{ text }, { text: `vtysh -c '${text}'` }] };
}

/** What vtysh does not know the shell does, where the account has one. */
function shell(text: string): CommandStep {
  return { choices: [{ text, format: 'json' }] };
}

/** FRRouting. */
export const FRR: PlatformDefinition = {
  name: 'frr',
  title: 'FRRouting (vtysh)',
  session: {
    channel: 'exec',
    setup: ['terminal length 0'],
    prompt: /^[\w.-]+(?:\([^)]+\))?[>#] $/,
    enable: { command: 'enable', needed: />\s?$/, askSecret: /^password:\s*$/i, askUser: /(?!)/ },
    pagers: PAGERS,
    interrupters: INTERRUPTERS,
    errorLines: [
      { pattern: /^% ?Unknown command/i, class: 'CMD_INVALID' },
      { pattern: /^% ?Command incomplete/i, class: 'CMD_INCOMPLETE' },
      { pattern: /^% ?Ambiguous command/i, class: 'CMD_AMBIGUOUS' },
      { pattern: /(?:^|: )(?:command )?not found$/, class: 'CMD_INVALID' },
      { pattern: /(?:^|: )Permission denied$/i, class: 'CMD_UNAUTHORIZED' },
    ],
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', vtysh('show running-config')),
    arp: planOf('arp', shell('ip -j neigh')),
    mac: planOf('mac', shell('bridge -j fdb')),
    lldp: planOf('lldp', shell('lldpctl -f json')),
    interfaces: planOf('interfaces', vtysh('show interface brief')),
    routes: planOf('routes', {
      choices: [
        { text: 'show ip route vrf all json', format: 'json' },
        { text: "vtysh -c 'show ip route vrf all json'", format: 'json' },
        ...vtysh('show ip route vrf all').choices,
      ],
    }),
    version: planOf('version', vtysh('show version')),
    inventory: planOf('inventory'),
  },
  interfaces: [],
  parsers: {
    arp: { json: parseIpNeigh },
    mac: { json: parseBridgeFdb },
    lldp: { json: parseLldpctl },
    interfaces: { text: parseFrrInterfaces },
    routes: { text: parseFrrRoutes, json: parseFrrRoutesJson },
    version: { text: parseFrrVersion },
  },
  noise: [
    { name: 'building', types: CONFIGS, pattern: /^Building configuration\.\.\.$/ },
    { name: 'size', types: CONFIGS, pattern: /^Current configuration:.*$/ },
    { name: 'route-age', types: ['routes'], pattern: /^(?<head>.+?, )(?:\d+:\d{2}:\d{2}|(?:\d+[ywdhm]){2,3})$/, keep: '$<head><age>' },
    { name: 'route-age-json', types: ['routes'], pattern: /^(?<head>\s*"uptime":\s*)"[^"]*"(?<tail>,?)$/, keep: '$<head>"<age>"$<tail>' },
  ],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { always: /^end$/, leastChars: 20 },
};
