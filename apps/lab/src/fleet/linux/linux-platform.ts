import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { arpsOf, macsOf, neighboursOf, portsOf, routesOf, VLANS } from '../device-tables';
import type { FleetPlatform } from '../fleet-platform';
import { LINUX_PARTS, LINUX_TEXTS } from './linux-texts';

const NOT_FOUND: readonly GearAction[] = [{ set: { exit: 127 }, scope: 'session' }, 'bash: line 1: command not found\n'];

function says(match: string, of: keyof typeof LINUX_TEXTS): GearCommand {
  return { match, reply: [{ run: 'output', with: { of }, on: { said: ['{{text}}'], unknown: NOT_FOUND } }] };
}

const COMMANDS = [
  says('for f in /etc/hostname .*', 'configs'),
  says('ip -j neigh', 'arp'),
  says('bridge -j fdb', 'mac'),
  says('lldpctl -f json', 'lldp'),
  says('ip -j addr', 'interfaces'),
  says('ip -j route show table all', 'routes'),
  says('cat /etc/os-release;.*', 'version'),
  says('(?:sudo -n )?dmidecode -t system.*', 'inventory'),
] as const;

/** Linux hosts, as far as a collection looks at them. */
export const LINUX_FLEET: FleetPlatform = {
  name: 'linux',
  script: {
    name: 'fleet-linux',
    ssh: { ident: 'OpenSSH_9.2p1 Debian-2+deb12u3', algorithms: 'modern', methods: ['password'], question: 'Password: ' },
    device: { host_name: 'host', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { exit: 0, text: '', vrf: '' },
    greeting: [],
    prompts: { exec: '{{username}}@{{host_name}}:~$ ' },
    firstMode: 'exec',
    commands: [{ match: 'exit', reply: [{ close: true }] }, ...COMMANDS],
    exec: COMMANDS,
    unknown: NOT_FOUND,
    pager: { prompt: ':', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: LINUX_TEXTS,
  commands: {
    // What the hash of the truth is about; the exact line is the collector's affair.
    configs: { command: 'for f in /etc/hostname ; do cat "$f"; done', text: 'configs' },
    arp: { command: 'ip -j neigh', text: 'arp' },
    mac: { command: 'bridge -j fdb', text: 'mac' },
    lldp: { command: 'lldpctl -f json', text: 'lldp' },
    interfaces: { command: 'ip -j addr', text: 'interfaces' },
    routes: { command: 'ip -j route show table all', text: 'routes' },
    version: { command: 'cat /etc/os-release;', text: 'version' },
    inventory: { command: 'dmidecode -t system -t baseboard -t chassis', text: 'inventory' },
  },
  rows: (view) => ({
    arp: arpsOf(view).filter(({ ageSec }) => ageSec !== null).length,
    mac: macsOf(view).length,
    lldp: neighboursOf(view).length,
    interfaces: 1 + portsOf(view).length + VLANS.length,
    routes: routesOf(view).length,
    version: 1,
    inventory: LINUX_PARTS,
  }),
};
