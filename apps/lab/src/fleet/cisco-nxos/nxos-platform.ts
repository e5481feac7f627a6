import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { arpsOf, macsOf, neighboursOf, portsOf, routesOf, VLANS } from '../device-tables';
import type { FleetPlatform } from '../fleet-platform';
import { NXOS_PARTS, NXOS_TEXTS } from './nxos-texts';

const INVALID: readonly GearAction[] = ["                     ^\n% Invalid command at '^' marker.\n"];

function says(match: string, of: keyof typeof NXOS_TEXTS): GearCommand {
  return { match, reply: [{ run: 'output', with: { of }, on: { said: [{ say: '{{text}}', paged: true }], unknown: INVALID } }] };
}

/** Switches with Cisco NX-OS: privileged from the start. */
export const NXOS_FLEET: FleetPlatform = {
  name: 'cisco_nxos',
  script: {
    name: 'fleet-cisco-nxos',
    ssh: { ident: 'OpenSSH_7.1', algorithms: 'modern', methods: ['password', 'keyboard-interactive'], question: 'Password: ' },
    device: { host_name: 'switch', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { lines: 24, wanted: 0, text: '', vrf: '' },
    greeting: [
      { when: { of: 'lines_taken', is: 1 }, then: ['Too many connections\n', { close: true }] },
      'Cisco Nexus Operating System (NX-OS) Software\nTAC support: http://www.cisco.com/tac\nCopyright (C) 2002-2021, Cisco and/or its affiliates.\nAll rights reserved.\n',
    ],
    prompts: { exec: '{{host_name}}# ' },
    firstMode: 'exec',
    commands: [
      { match: 'term(?:inal)? (?:len|length) (?<wanted>\\d+)', reply: [{ when: { of: 'pages_always', is: 1 }, then: ['% Permission denied for the role\n'], else: [{ set: { lines: '{{wanted}}' }, scope: 'session' }] }] },
      { match: 'term(?:inal)? width \\d+', reply: [] },
      { match: '(?:exit|logout|quit)', reply: [{ close: true }] },
      says('show running-config', 'configs'),
      says('show ip arp vrf all', 'arp'),
      says('show mac address-table', 'mac'),
      says('show lldp neighbors detail', 'lldp'),
      { match: 'show cdp neighbors detail', reply: ['% CDP is not enabled\n'] },
      says('show interface status', 'interfaces'),
      says('show ip route vrf all', 'routes'),
      says('show version', 'version'),
      says('show inventory(?: all)?', 'inventory'),
    ],
    unknown: INVALID,
    pager: { prompt: '--More--', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: NXOS_TEXTS,
  commands: {
    configs: { command: 'show running-config', text: 'configs' },
    arp: { command: 'show ip arp vrf all', text: 'arp' },
    mac: { command: 'show mac address-table', text: 'mac' },
    lldp: { command: 'show lldp neighbors detail', text: 'lldp' },
    interfaces: { command: 'show interface status', text: 'interfaces' },
    routes: { command: 'show ip route vrf all', text: 'routes' },
    version: { command: 'show version', text: 'version' },
    inventory: { command: 'show inventory all', text: 'inventory' },
  },
  rows: (view) => ({
    arp: arpsOf(view).length - VLANS.length + view.plan.vrfs.length,
    mac: macsOf(view).length + 1,
    lldp: neighboursOf(view).length,
    interfaces: portsOf(view).length + 1,
    routes: routesOf(view).length + view.plan.vrfs.length,
    version: 1,
    inventory: NXOS_PARTS,
  }),
};
