import type { GearAction, GearCommand } from '../../ssh-gear/gear-script';
import { type DeviceView, portsOf, routesOf, subnetOf, VLANS } from '../device-tables';
import type { FleetPlatform, FleetText } from '../fleet-platform';
import { routeAge } from '../text-forms';
import { between, topicRandom } from '../topic-random';

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

function configs({ plan, state }: DeviceView): string {
  const random = topicRandom(plan.seed, plan.index, 'lists');
  const lists: string[] = [];
  for (let size = 500; size < plan.configBytes; ) {
    const line = `ip prefix-list P-${plan.name} seq ${5 * (lists.length + 1)} permit 10.${between(random, 0, 255)}.${between(random, 0, 255)}.0/24`;
    lists.push(line);
    size += line.length + 1;
  }
  return lines([
    'Building configuration...',
    '',
    'Current configuration:',
    '!',
    `frr version ${plan.version}`,
    'frr defaults traditional',
    `hostname ${plan.name}`,
    'service integrated-vtysh-config',
    '!',
    `ip route 0.0.0.0/0 ${subnetOf(plan.index, 10)}.254`,
    ...state.routes.map(({ prefix, via }) => `ip route ${prefix} ${via}`),
    '!',
    ...VLANS.flatMap((vlan) => [`interface vlan${vlan}`, ` ip address ${subnetOf(plan.index, vlan)}.1/24`, 'exit', '!']),
    ...lists,
    ...state.configLines,
    '!',
    'end',
  ]);
}

function interfaces(view: DeviceView): string {
  const row = (name: string, status: string, address: string): string => `${name.padEnd(15)} ${status.padEnd(7)} ${'default'.padEnd(15)} ${address}`;
  return lines(['Interface       Status  VRF             Addresses', '---------       ------  ---             ---------', ...portsOf(view).map(({ number, status }) => row(`eth${number}`, status === 'connected' ? 'up' : 'down', '')), ...VLANS.map((vlan) => row(`vlan${vlan}`, 'up', `${subnetOf(view.plan.index, vlan)}.1/24`))]);
}

/** Its own addresses are no routes of their own here. */
function tableOf(view: DeviceView): ReturnType<typeof routesOf> {
  return routesOf(view).filter(({ protocol }) => protocol !== 'local');
}

function routes(view: DeviceView): string {
  const entries = tableOf(view).map(({ prefix, protocol, via, out, metric, ageSec }) => [
    prefix,
    [{ prefix, protocol, vrfName: 'default', selected: true, distance: protocol === 'ospf' ? 110 : protocol === 'static' ? 1 : 0, metric, uptime: routeAge(ageSec), nexthops: [{ ...(via === null ? { directlyConnected: true } : { ip: via }), interfaceName: out === null || 'vlan' in out ? `vlan${out?.vlan ?? 10}` : `eth${out.port}`, active: true }] }],
  ]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function version({ plan }: DeviceView): string {
  return lines([`FRRouting ${plan.version} (${plan.name}) on Linux(6.1.0-30-amd64).`, 'Copyright 1996-2005 Kunihiro Ishiguro, et al.', 'configured with:', "    '--build=x86_64-linux-gnu' '--prefix=/usr'"]);
}

const TEXTS = { configs, interfaces, routes, version } as const satisfies Readonly<Record<string, FleetText>>;
const UNKNOWN: readonly GearAction[] = [{ set: { exit: 1 }, scope: 'session' }, '% Unknown command: {{line}}\n'];

function says(match: string, of: keyof typeof TEXTS): GearCommand {
  return { match, reply: [{ run: 'output', with: { of }, on: { said: ['{{text}}'], unknown: UNKNOWN } }] };
}

const COMMANDS = [says('show running-config', 'configs'), says('show interface brief', 'interfaces'), says('show ip route vrf all json', 'routes'), says('show version', 'version')] as const;

/** Routers whose login shell is vtysh. The real one is `--router`. */
export const FRR_FLEET: FleetPlatform = {
  name: 'frr',
  script: {
    name: 'fleet-frr',
    ssh: { ident: 'OpenSSH_9.2p1 Debian-2+deb12u3', algorithms: 'modern', methods: ['password'], question: 'Password: ' },
    device: { host_name: 'router', privilege: 15, enable_secret: '', pages_always: 0, lines_taken: 0 },
    session: { exit: 0, text: '', vrf: '' },
    greeting: ['\nHello, this is FRRouting (version 8.4.4).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n\n'],
    prompts: { exec: '{{host_name}}# ' },
    firstMode: 'exec',
    commands: [{ match: 'terminal length \\d+', reply: [] }, { match: '(?:exit|quit)', reply: [{ close: true }] }, ...COMMANDS],
    exec: COMMANDS,
    unknown: UNKNOWN,
    pager: { prompt: ':', variable: 'lines', keys: { line: '\r', page: ' ', quit: 'q' } },
  },
  texts: TEXTS,
  commands: {
    configs: { command: 'show running-config', text: 'configs' },
    interfaces: { command: 'show interface brief', text: 'interfaces' },
    routes: { command: 'show ip route vrf all json', text: 'routes' },
    version: { command: 'show version', text: 'version' },
  },
  rows: (view) => ({ interfaces: portsOf(view).length + VLANS.length, routes: tableOf(view).length, version: 1 }),
};
