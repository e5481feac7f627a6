import { arpsOf, type DeviceView, macOf, macsOf, neighboursOf, portsOf, routesOf, serialOf, subnetOf, VLANS } from '../device-tables';
import type { FleetText } from '../fleet-platform';
import { announcedPort } from '../port-names';
import { isoLikeTime, routeAge } from '../text-forms';
import { between, topicRandom } from '../topic-random';

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
const colons = (mac: string): string => mac.replace(/..(?!$)/g, '$&:');

function configs(view: DeviceView): string {
  const { plan, state } = view;
  const base = [
    `set version ${plan.version}`,
    `set system host-name ${plan.name}`,
    `set system domain-name ${plan.site}.example.net`,
    `set system root-authentication encrypted-password "$6$${plan.serial}$notarealhash"`,
    'set system login user netops class super-user',
    'set system services ssh',
    'set system ntp server 192.0.2.1',
    ...portsOf(view).flatMap(({ number, description, status }) => [`set interfaces ge-0/0/${number} description "${description}"`, ...(status === 'disabled' ? [`set interfaces ge-0/0/${number} disable`] : [])]),
    ...VLANS.map((vlan) => `set interfaces irb unit ${vlan} family inet address ${subnetOf(plan.index, vlan)}.1/24`),
    `set snmp community c0mm-${plan.serial} authorization read-only`,
    `set routing-options static route 0.0.0.0/0 next-hop ${subnetOf(plan.index, 10)}.254`,
    ...state.routes.map(({ prefix, via }) => `set routing-options static route ${prefix} next-hop ${via}`),
  ];
  const random = topicRandom(plan.seed, plan.index, 'lists');
  const filler: string[] = [];
  for (let size = base.join('\n').length; size < plan.configBytes; ) {
    const line = `set policy-options prefix-list P-${plan.name}-${filler.length >> 5} 10.${between(random, 0, 255)}.${between(random, 0, 255)}.0/24`;
    filler.push(line);
    size += line.length + 1;
  }
  return lines([`## Last commit: ${isoLikeTime(state.configuredIn)} by ${state.actor}`, ...base, ...filler, ...state.configLines]);
}

function arp(view: DeviceView): string {
  const rows = arpsOf(view).flatMap(({ ip, mac, vlan, ageSec }) => (mac === null || ageSec === null ? [] : [`${colons(mac)} ${ip.padEnd(15)} ${`irb.${vlan} [ge-0/0/${1 + (ageSec % 8)}.0]`.padEnd(24)} none`]));
  return lines(['MAC Address       Address         Interface                Flags', ...rows, `Total entries: ${rows.length}`]);
}

function mac(view: DeviceView): string {
  return lines(['MAC flags       (S -static MAC, D -dynamic MAC, L -locally learned, C -Control MAC)', '', 'Routing instance : default-switch', ' Bridging domain : V10, VLAN : 10', '   MAC                 MAC      Logical          NH     RTR', '   addr                flags    interface        Index  ID', ...macsOf(view).map(({ mac: address, port }) => `   ${colons(address)}   D        ge-0/0/${port}.0`)]);
}

function lldp(view: DeviceView): string {
  return lines(neighboursOf(view).flatMap(({ port, peer, peerPort }) => [
    'LLDP Neighbor Information:',
    'Local Information:',
    `Index: ${port} Time to live: 120`,
    `Local Interface    : ge-0/0/${port}`,
    'Neighbour Information:',
    'Chassis type       : Mac address',
    `Chassis ID         : ${colons(macOf(peer.index, 1))}`,
    `Port ID            : ${announcedPort(peer, peerPort)}`,
    `System name        : ${peer.name}.${peer.site}.example.net`,
    '',
  ]));
}

function interfaces(view: DeviceView): string {
  return lines(['Interface               Admin Link Proto    Local                 Remote', ...portsOf(view).map(({ number, status }) => `${`ge-0/0/${number}`.padEnd(23)} ${(status === 'disabled' ? 'down' : 'up').padEnd(5)} ${status === 'connected' ? 'up' : 'down'}`), ...VLANS.map((vlan) => `${`irb.${vlan}`.padEnd(23)} up    up   inet     ${subnetOf(view.plan.index, vlan)}.1/24`)]);
}

function routes(view: DeviceView): string {
  const all = routesOf(view);
  const names = { connected: 'Direct/0', local: 'Local/0', static: 'Static/5', ospf: 'OSPF/10' } as const;
  return lines([
    `inet.0: ${all.length} destinations, ${all.length} routes (${all.length} active, 0 holddown, 0 hidden)`,
    '+ = Active Route, - = Last Active, * = Both',
    '',
    ...all.flatMap(({ prefix, protocol, via, out, ageSec }) => [`${prefix.padEnd(18)} *[${names[protocol]}] ${routeAge(ageSec)}`, `                    > ${via === null ? '' : `to ${via} `}via ${out !== null && 'port' in out ? `ge-0/0/${out.port}.0` : `irb.${out?.vlan ?? 10}`}`]),
  ]);
}

function version({ plan }: DeviceView): string {
  return lines([`Hostname: ${plan.name}`, `Model: ${plan.model.toLowerCase()}`, `Junos: ${plan.version}`, 'JUNOS OS Kernel 64-bit  [20220105.5b4b3f1_builder_stable_11]']);
}

function inventory(view: DeviceView): string {
  const { plan } = view;
  const serial = (prefix: string): string => `${prefix}${plan.serial.slice(2)}`;
  return lines([
    'Hardware inventory:',
    'Item             Version  Part number  Serial number     Description',
    `Chassis                                ${serialOf(view).padEnd(17)} ${plan.model}`,
    `Midplane         REV 07   760-021404   ${serial('AB').padEnd(17)} ${plan.model} Backplane`,
    `PEM 0            Rev 03   740-029970   ${serial('QC').padEnd(17)} PS 1.4-2.52kW`,
    `FPC 1            REV 15   750-031087   ${serial('CA').padEnd(17)} MPC Type 2`,
    `  CPU            REV 06   711-030884   ${serial('CC').padEnd(17)} MPC PMB 2G`,
    `Fan Tray 0       REV 01   710-030216   ${serial('AC').padEnd(17)} Enhanced Fan Tray`,
  ]);
}

/** What `show chassis hardware` lists. */
export const JUNOS_PARTS = 6;

/** What a router with Junos says. */
export const JUNOS_TEXTS = { configs, arp, mac, lldp, interfaces, routes, version, inventory } as const satisfies Readonly<Record<string, FleetText>>;
