import type { FleetText } from '../fleet-platform';
import { arpsOf, type DeviceView, dotted, macOf, macsOf, neighboursOf, portsOf, routesOf, serialOf, subnetOf, uptimeOf, VLANS } from '../device-tables';
import { announcedPort, announcedSystem } from '../port-names';
import { routeAge, wordyAge } from '../text-forms';
import { iosConfig } from './ios-config';
import { iosPort, iosShortPort } from './ios-names';

const ARP_HEADING = 'Protocol  Address          Age (min)  Hardware Addr   Type   Interface';
const LEGEND = `Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2, m - OMP
       n - NAT, Ni - NAT inside, No - NAT outside, Nd - NAT DIA
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       H - NHRP, G - NHRP registered, g - NHRP registration summary
       o - ODR, P - periodic downloaded static route, l - LISP
       a - application route
       + - replicated route, % - next hop override, p - overrides from PfR
       & - replicated local route overrides by connected
`;
const SPEED: Readonly<Record<number, string>> = { 100: 'a-100', 1_000: 'a-1000', 10_000: 'a-10G' };

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

function arp(view: DeviceView, vrf: string): string | undefined {
  const { plan } = view;
  if (vrf !== '') {
    return plan.vrfs.includes(vrf) ? lines([ARP_HEADING, arpLine(`192.168.${plan.index & 255}.1`, '-', macOf(plan.index, 8), 'Gi0/0'), arpLine(`192.168.${plan.index & 255}.254`, '3', macOf(plan.index, 9), 'Gi0/0')]) : undefined;
  }
  return lines([ARP_HEADING, ...arpsOf(view).map(({ ip, mac, vlan, ageSec }) => arpLine(ip, ageSec === null ? '-' : String(mac === null ? 0 : Math.floor(ageSec / 60)), mac, mac === null ? '' : `Vlan${vlan}`))]);
}

function arpLine(ip: string, ageMin: string, mac: string | null, name: string): string {
  return `Internet  ${ip.padEnd(15)} ${ageMin.padStart(10)}   ${(mac === null ? 'Incomplete' : dotted(mac)).padEnd(15)} ARPA   ${name}`.trimEnd();
}

function mac(view: DeviceView): string {
  const rows = macsOf(view).map(({ mac: address, vlan, port }) => `${String(vlan).padStart(4)}    ${dotted(address)}    DYNAMIC     ${iosShortPort(view.plan, port)}`);
  return lines(['          Mac Address Table', '-------------------------------------------', '', 'Vlan    Mac Address       Type        Ports', '----    -----------       --------    -----', ' All    0100.0ccc.cccc    STATIC      CPU', ...rows, `Total Mac Addresses for this criterion: ${rows.length + 1}`]);
}

function lldp(view: DeviceView): string {
  const all = neighboursOf(view);
  return lines([
    'Capability codes:',
    '    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device',
    '    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other',
    '',
    ...all.flatMap(({ port, peer, peerPort }) => [
      '------------------------------------------------',
      `Local Intf: ${iosShortPort(view.plan, port)}`,
      `Chassis id: ${dotted(macOf(peer.index, 1))}`,
      `Port id: ${announcedPort(peer, peerPort)}`,
      `Port Description: link to ${view.plan.name}`,
      `System Name: ${peer.name}.${peer.site}.example.net`,
      '',
      'System Description: ',
      announcedSystem(peer),
      'Copyright (c) by its makers',
      '',
      `Time remaining: ${90 + (view.state.generation % 20)} seconds`,
      'System Capabilities: B,R',
      'Enabled Capabilities: B,R',
      'Management Addresses:',
      `    IP: ${subnetOf(peer.index, 10)}.1`,
      'Auto Negotiation - not supported',
      'Physical media capabilities - not advertised',
      'Media Attachment Unit type - not advertised',
      'Vlan ID: 10',
      '',
    ]),
    '',
    `Total entries displayed: ${all.length}`,
  ]);
}

function interfaces(view: DeviceView): string {
  return lines([
    '',
    'Port      Name               Status       Vlan       Duplex  Speed Type',
    ...portsOf(view).map(({ number, description, status, vlan, speed }) => {
      const up = status === 'connected';
      const media = speed === 10_000 ? 'SFP-10GBase-SR' : '10/100/1000BaseTX';
      return `${iosShortPort(view.plan, number).padEnd(10)}${description.slice(0, 18).padEnd(19)}${status.padEnd(13)}${String(vlan).padEnd(11)}${(up ? 'a-full' : 'auto').padStart(6)} ${(up ? (SPEED[speed] ?? 'auto') : 'auto').padStart(6)} ${media}`;
    }),
  ]);
}

function description(view: DeviceView): string {
  const row = (name: string, status: string, protocol: string, text: string): string => `${name.padEnd(31)}${status.padEnd(15)}${protocol.padEnd(9)}${text}`;
  return lines([
    'Interface                      Status         Protocol Description',
    ...VLANS.map((vlan) => row(`Vl${vlan}`, 'up', 'up', '')),
    ...portsOf(view).map(({ number, description: text, status }) => row(iosShortPort(view.plan, number), status === 'disabled' ? 'admin down' : status === 'connected' ? 'up' : 'down', status === 'connected' ? 'up' : 'down', text)),
  ]);
}

function routes(view: DeviceView, vrf: string): string | undefined {
  const { plan } = view;
  if (vrf !== '') {
    return plan.vrfs.includes(vrf) ? lines([`Routing Table: ${vrf}`, LEGEND, 'Gateway of last resort is not set', '', `C        192.168.${plan.index & 255}.0/24 is directly connected, GigabitEthernet0/0`]) : undefined;
  }
  const all = routesOf(view);
  return lines([
    LEGEND,
    `Gateway of last resort is ${all[0]?.via} to network 0.0.0.0`,
    '',
    ...all.flatMap(({ prefix, protocol, via, out, metric, ageSec }, position) => {
      const name = out === null ? '' : 'vlan' in out ? `Vlan${out.vlan}` : iosPort(plan, out.port);
      switch (protocol) {
        case 'static':
          return [`${position === 0 ? 'S*   ' : 'S    '} ${position === 0 ? '' : '   '}${prefix} [1/0] via ${via}`];
        case 'connected':
          return [...(position === 1 ? [`      10.0.0.0/8 is variably subnetted, ${VLANS.length * 2} subnets, 2 masks`] : []), `C        ${prefix} is directly connected, ${name}`];
        case 'local':
          return [`L        ${prefix} is directly connected, ${name}`];
        case 'ospf':
          return [`O        ${prefix} [110/${metric}] via ${via}, ${routeAge(ageSec)}, ${name}`];
      }
    }),
  ]);
}

function version(view: DeviceView): string {
  const { plan } = view;
  const xe = plan.version.startsWith('17');
  const up = wordyAge(uptimeOf(view));
  return lines([
    ...(xe ? [`Cisco IOS XE Software, Version ${plan.version}`] : []),
    `Cisco IOS Software, Catalyst L3 Switch Software (${xe ? 'CAT9K_IOSXE' : 'C2960X-UNIVERSALK9-M'}), Version ${plan.version}, RELEASE SOFTWARE (fc3)`,
    'Technical Support: http://www.cisco.com/techsupport',
    'Copyright (c) 1986-2023 by Cisco Systems, Inc.',
    'Compiled Fri 20-Oct-23 10:33 by mcpre',
    '',
    'ROM: IOS-XE ROMMON',
    '',
    `${plan.name} uptime is ${up}`,
    `Uptime for this control processor is ${up}`,
    'System returned to ROM by Power Failure',
    'System image file is "flash:packages.conf"',
    'Last reload reason: PowerOn',
    '',
    `cisco ${plan.model} (X86) processor with 1343703K/6147K bytes of memory.`,
    `Processor board ID ${serialOf(view)}`,
    '2048K bytes of non-volatile configuration memory.',
    '',
    `Base Ethernet MAC Address          : ${macOf(plan.index, 1).replace(/..(?!$)/g, '$&:')}`,
    `Model Number                       : ${plan.model}`,
    `System Serial Number               : ${serialOf(view)}`,
    '',
    'Configuration register is 0x102',
  ]);
}

function inventory(view: DeviceView): string {
  const { plan } = view;
  const part = (name: string, what: string, pid: string, vid: string, serial: string): string[] => [`NAME: "${name}", DESCR: "${what}"`, `PID: ${pid.padEnd(18)}, VID: ${vid.padEnd(5)}, SN: ${serial}`, ''];
  return lines([
    ...part('c93xx Stack', 'c93xx Stack', plan.model, 'V02', serialOf(view)),
    ...part('Switch 1 - Power Supply A', 'Switch 1 - Power Supply A', 'PWR-C1-715WAC', 'V01', `LIT${plan.serial.slice(3)}`),
    ...part('Switch 1 FAN 1', 'Switch 1 FAN 1', '', '', ''),
    ...[1, 2, 3, 4].flatMap((number) => part(`Te1/1/${number}`, 'SFP-10GBase-SR', 'SFP-10G-SR', 'V03', `AVD${plan.serial.slice(3)}${number}`)),
  ]);
}

/** What `show inventory` lists. */
export const IOS_PARTS = 7;

function vrfs({ plan }: DeviceView): string {
  return lines(['  Name                             Default RD            Protocols   Interfaces', ...plan.vrfs.map((name) => `  ${name.padEnd(33)}<not set>             ipv4        Gi0/0`)]);
}

/** What a switch with IOS or IOS XE says. */
export const IOS_TEXTS = { configs: iosConfig, arp, mac, lldp, interfaces, description, routes, version, inventory, vrfs } as const satisfies Readonly<Record<string, FleetText>>;
