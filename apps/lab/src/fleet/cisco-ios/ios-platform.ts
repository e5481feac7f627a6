import { arpsOf, macsOf, neighboursOf, portsOf, routesOf, VLANS } from '../device-tables';
import type { FleetPlatform } from '../fleet-platform';
import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { IOS_PARTS, IOS_TEXTS } from './ios-texts';

const INVALID: readonly GearAction[] = ["          ^\n% Invalid input detected at '^' marker.\n\n"];

/** Says one of the texts; an answer that the device does not have is refused. */
function says(match: string, of: keyof typeof IOS_TEXTS, modes: readonly string[] = ['user', 'exec'], vrf = ''): GearCommand {
  return { match, modes, reply: [{ run: 'output', with: { of, vrf }, on: { said: [{ say: '{{text}}', paged: true }], unknown: INVALID } }] };
}

const WRONG: readonly GearAction[] = ['% Access denied\n\n'];
const ASK: readonly GearAction[] = [{ ask: { prompt: 'Password: ', into: 'secret', echo: 'none' } }];

/** Switches with Cisco IOS and IOS XE. */
export const IOS_FLEET: FleetPlatform = {
  name: 'cisco_ios',
  script: {
    name: 'fleet-cisco-ios',
    ssh: { ident: 'Cisco-1.25', algorithms: 'modern', methods: ['password', 'keyboard-interactive'], question: 'Password: ' },
    device: { host_name: 'switch', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { lines: 24, wanted: 0, text: '', secret: '', vrf: '' },
    greeting: [
      { when: { of: 'lines_taken', is: 1 }, then: ['% Connection refused by remote host\n', { close: true }] },
      '\nAuthorised use only. This is {{host_name}} <noc@example.net>\n\n',
      { when: { of: 'privilege', is: 15 }, then: [{ mode: 'exec' }] },
    ],
    prompts: { user: '{{host_name}}>', exec: '{{host_name}}#' },
    firstMode: 'user',
    commands: [
      { match: 'en(?:able)?', modes: ['exec'], reply: [] },
      { match: 'en(?:able)?', modes: ['user'], reply: [...ASK, { run: 'enable', on: { right: [{ mode: 'exec' }], wrong: WRONG } }] },
      { match: 'term(?:inal)? (?:len|length) (?<wanted>\\d+)', reply: [{ when: { of: 'pages_always', is: 1 }, then: ['Command authorization failed.\n\n'], else: [{ set: { lines: '{{wanted}}' }, scope: 'session' }] }] },
      { match: 'term(?:inal)? width \\d+', reply: [] },
      { match: '(?:exit|logout|quit)', reply: [{ close: true }] },
      says('show running-config(?: view full)?', 'configs', ['exec']),
      says('show ip arp', 'arp'),
      says('show ip arp vrf (?<vrf>\\S+)', 'arp', ['user', 'exec'], '{{vrf}}'),
      says('show mac address-table', 'mac'),
      says('show lldp neighbors detail', 'lldp'),
      { match: 'show cdp neighbors detail', reply: ['% CDP is not enabled\n'] },
      says('show interfaces status', 'interfaces'),
      says('show interfaces description', 'description'),
      says('show ip route', 'routes'),
      says('show ip route vrf (?<vrf>\\S+)', 'routes', ['user', 'exec'], '{{vrf}}'),
      says('show version', 'version'),
      says('show inventory', 'inventory'),
      says('show vrf', 'vrfs'),
    ],
    unknown: INVALID,
    pager: { prompt: ' --More-- ', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: IOS_TEXTS,
  commands: {
    configs: { command: 'show running-config', text: 'configs' },
    arp: { command: 'show ip arp', text: 'arp' },
    mac: { command: 'show mac address-table', text: 'mac' },
    lldp: { command: 'show lldp neighbors detail', text: 'lldp' },
    interfaces: { command: 'show interfaces status', text: 'interfaces' },
    routes: { command: 'show ip route', text: 'routes' },
    version: { command: 'show version', text: 'version' },
    inventory: { command: 'show inventory', text: 'inventory' },
  },
  rows: (view) => ({
    arp: arpsOf(view).length + 2 * view.plan.vrfs.length,
    mac: macsOf(view).length + 1,
    lldp: neighboursOf(view).length,
    interfaces: portsOf(view).length + VLANS.length,
    routes: routesOf(view).length + view.plan.vrfs.length,
    version: 1,
    inventory: IOS_PARTS,
  }),
};
