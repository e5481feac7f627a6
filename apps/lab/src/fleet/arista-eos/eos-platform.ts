import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { arpsOf, macsOf, neighboursOf, portsOf, routesOf } from '../device-tables';
import type { FleetPlatform } from '../fleet-platform';
import { EOS_PARTS, EOS_TEXTS } from './eos-texts';

const INVALID: readonly GearAction[] = ['% Invalid input\n'];
const NO_MORE = '(?: \\| no-more)?';

function says(match: string, of: keyof typeof EOS_TEXTS, modes: readonly string[] = ['user', 'exec']): GearCommand {
  return { match: `${match}${NO_MORE}`, modes, reply: [{ run: 'output', with: { of }, on: { said: [{ say: '{{text}}', paged: true }], unknown: INVALID } }] };
}

/** Switches with Arista EOS. */
export const EOS_FLEET: FleetPlatform = {
  name: 'arista_eos',
  script: {
    name: 'fleet-arista-eos',
    ssh: { ident: 'OpenSSH_8.7', algorithms: 'modern', methods: ['password', 'keyboard-interactive'], question: 'Password: ' },
    device: { host_name: 'switch', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { lines: 24, wanted: 0, text: '', secret: '', vrf: '' },
    greeting: [
      { when: { of: 'lines_taken', is: 1 }, then: ['% Connection refused by remote host\n', { close: true }] },
      'Last login: Mon Mar  2 09:00:00 2026 from 192.0.2.20\n',
      { when: { of: 'privilege', is: 15 }, then: [{ mode: 'exec' }] },
    ],
    prompts: { user: '{{host_name}}>', exec: '{{host_name}}#' },
    firstMode: 'user',
    commands: [
      { match: 'en(?:able)?', modes: ['exec'], reply: [] },
      { match: 'en(?:able)?', modes: ['user'], reply: [{ ask: { prompt: 'Password: ', into: 'secret', echo: 'none' } }, { run: 'enable', on: { right: [{ mode: 'exec' }], wrong: ['% Access denied\n'] } }] },
      { match: 'term(?:inal)? (?:len|length) (?<wanted>\\d+)', reply: [{ when: { of: 'pages_always', is: 1 }, then: ['% Authorization denied for command\n'], else: [{ set: { lines: '{{wanted}}' }, scope: 'session' }, 'Pagination disabled.\n'] }] },
      { match: 'term(?:inal)? width (?<wanted>\\d+)', reply: ['Width set to {{wanted}} columns.\n'] },
      { match: '(?:exit|logout|quit)', reply: [{ close: true }] },
      says('show running-config', 'configs', ['exec']),
      { match: `show running-config${NO_MORE}`, modes: ['user'], reply: ['% Invalid input (privileged mode required)\n'] },
      says('show ip arp vrf all', 'arp'),
      says('show mac address-table', 'mac'),
      says('show lldp neighbors detail', 'lldp'),
      says('show interfaces status', 'interfaces'),
      says('show ip route vrf all', 'routes'),
      says('show version', 'version'),
      says('show version \\| json', 'versionJson'),
      says('show hostname \\| json', 'hostnameJson'),
      says('show inventory', 'inventory'),
    ],
    unknown: INVALID,
    pager: { prompt: ' --More-- ', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: EOS_TEXTS,
  commands: {
    configs: { command: 'show running-config', text: 'configs' },
    arp: { command: 'show ip arp vrf all', text: 'arp' },
    mac: { command: 'show mac address-table', text: 'mac' },
    lldp: { command: 'show lldp neighbors detail', text: 'lldp' },
    interfaces: { command: 'show interfaces status', text: 'interfaces' },
    routes: { command: 'show ip route vrf all', text: 'routes' },
    version: { command: 'show version', text: 'version' },
    inventory: { command: 'show inventory', text: 'inventory' },
  },
  rows: (view) => ({
    arp: arpsOf(view).filter(({ mac, ageSec }) => mac !== null && ageSec !== null).length + view.plan.vrfs.length,
    mac: macsOf(view).length,
    lldp: neighboursOf(view).length,
    interfaces: portsOf(view).length + 1,
    routes: routesOf(view).filter(({ protocol }) => protocol !== 'local').length + view.plan.vrfs.length,
    version: 1,
    inventory: EOS_PARTS,
  }),
};
