import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { arpsOf } from '../device-tables';
import type { FleetPlatform } from '../fleet-platform';
import { JUNOS_PARTS, JUNOS_TEXTS } from './junos-texts';

const UNKNOWN: readonly GearAction[] = ['           ^\nsyntax error, expecting <command>.\n\n'];

function says(match: string, of: keyof typeof JUNOS_TEXTS): GearCommand {
  return { match: `${match}(?: \\| no-more)?`, reply: [{ run: 'output', with: { of }, on: { said: [{ say: '{{text}}', paged: true }], unknown: UNKNOWN } }] };
}

/** Routers with Junos. */
export const JUNOS_FLEET: FleetPlatform = {
  name: 'juniper_junos',
  script: {
    name: 'fleet-juniper-junos',
    ssh: { ident: 'OpenSSH_7.5', algorithms: 'modern', methods: ['password', 'keyboard-interactive'], question: 'Password:' },
    device: { host_name: 'router', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { lines: 24, wanted: 0, text: '', vrf: '' },
    greeting: [{ when: { of: 'lines_taken', is: 1 }, then: ['Too many connections\n', { close: true }] }, '--- JUNOS 21.4R3.15 Kernel 64-bit  JNPR-12.1\n'],
    prompts: { exec: '{{username}}@{{host_name}}> ' },
    firstMode: 'exec',
    commands: [
      { match: 'set cli screen-length (?<wanted>\\d+)', reply: [{ when: { of: 'pages_always', is: 1 }, then: ['error: permission denied\n'], else: [{ set: { lines: '{{wanted}}' }, scope: 'session' }, 'Screen length set to {{wanted}}\n\n'] }] },
      { match: 'set cli screen-width (?<wanted>\\d+)', reply: ['Screen width set to {{wanted}}\n\n'] },
      { match: 'set cli complete-on-space off', reply: ['Disabling complete-on-space\n\n'] },
      { match: '(?:exit|quit)', reply: [{ close: true }] },
      says('show configuration \\| display set', 'configs'),
      says('show arp no-resolve', 'arp'),
      says('show bridge mac-table', 'mac'),
      says('show lldp neighbors detail', 'lldp'),
      says('show interfaces terse', 'interfaces'),
      says('show route', 'routes'),
      says('show version', 'version'),
      says('show chassis hardware', 'inventory'),
    ],
    unknown: UNKNOWN,
    pager: { prompt: '---(more)---', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: JUNOS_TEXTS,
  commands: {
    configs: { command: 'show configuration | display set', text: 'configs' },
    arp: { command: 'show arp no-resolve', text: 'arp' },
    mac: { command: 'show bridge mac-table', text: 'mac' },
    lldp: { command: 'show lldp neighbors detail', text: 'lldp' },
    interfaces: { command: 'show interfaces terse', text: 'interfaces' },
    routes: { command: 'show route', text: 'routes' },
    version: { command: 'show version', text: 'version' },
    inventory: { command: 'show chassis hardware', text: 'inventory' },
  },
  rows: (view) => ({ arp: arpsOf(view).filter(({ mac, ageSec }) => mac !== null && ageSec !== null).length, version: 1, inventory: JUNOS_PARTS }),
};
