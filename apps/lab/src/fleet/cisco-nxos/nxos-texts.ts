import { arpsOf, type DeviceView, dotted, macOf, macsOf, neighboursOf, portsOf, routesOf, serialOf, subnetOf, uptimeOf } from '../device-tables';
import type { FleetText } from '../fleet-platform';
import { announcedPort, announcedSystem } from '../port-names';
import { bracketAge, clockAge, routeAge } from '../text-forms';
import { nxosConfig } from './nxos-config';

const RULE = '-'.repeat(80);
/** The table shows nine characters. */
const STATUS = { connected: 'connected', notconnect: 'notconnec', disabled: 'disabled' } as const;

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

function arp(view: DeviceView): string {
  const { plan } = view;
  const entry = (ip: string, age: string, mac: string | null, name: string): string => `${ip.padEnd(15)} ${age.padEnd(9)} ${(mac === null ? 'INCOMPLETE' : dotted(mac)).padEnd(15)} ${name.padEnd(15)}`;
  // Own addresses are no entries of this table.
  const rows = [
    ...arpsOf(view).flatMap(({ ip, mac, vlan, ageSec }) => (ageSec === null ? [] : [entry(ip, clockAge(mac === null ? 17 : ageSec), mac, `Vlan${vlan}`)])),
    ...plan.vrfs.map(() => entry(`192.168.${plan.index & 255}.254`, '00:03:00', macOf(plan.index, 9), 'mgmt0')),
  ];
  return lines([
    '',
    'Flags: * - Adjacencies learnt on non-active FHRP router',
    '       + - Adjacencies synced via CFSoE',
    '       # - Adjacencies Throttled for Glean',
    '       CP - Added via L2RIB, Control plane Adjacencies',
    '       PS - Added via L2RIB, Peer Sync',
    '       RO - Re-Originated Peer Sync Entry',
    '',
    'IP ARP Table for all contexts',
    `Total number of entries: ${rows.length}`,
    'Address         Age       MAC Address     Interface       Flags',
    ...rows,
  ]);
}

function mac(view: DeviceView): string {
  return lines([
    'Legend: ',
    '        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC',
    '        age - seconds since last seen,+ - primary entry using vPC Peer-Link,',
    '        (T) - True, (F) - False, C - ControlPlane MAC, ~ - vsan',
    '   VLAN     MAC Address      Type      age     Secure NTFY Ports',
    '---------+-----------------+--------+---------+------+----+------------------',
    ...macsOf(view).map(({ mac: address, vlan, port, ageSec }) => `*  ${String(vlan).padStart(3)}     ${dotted(address)}   dynamic  ${String(ageSec).padEnd(9)}  F      F    Eth1/${port}`),
    `G    -     ${dotted(macOf(view.plan.index, 1))}   static   -         F      F    sup-eth1(R)`,
  ]);
}

function lldp(view: DeviceView): string {
  const all = neighboursOf(view);
  return lines([
    'Capability codes:',
    '  (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device',
    '  (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other',
    'Device ID            Local Intf      Hold-time  Capability  Port ID  ',
    '',
    ...all.flatMap(({ port, peer, peerPort }) => [
      `Chassis id: ${dotted(macOf(peer.index, 1))}`,
      `Port id: ${announcedPort(peer, peerPort)}`,
      `Local Port id: Eth1/${port}`,
      `Port Description: link to ${view.plan.name}`,
      `System Name: ${peer.name}.${peer.site}.example.net`,
      `System Description: ${announcedSystem(peer)}`,
      'Copyright (c) by its makers',
      `Time remaining: ${90 + (view.state.generation % 20)} seconds`,
      'System Capabilities: B, R',
      'Enabled Capabilities: B, R',
      `Management Address: ${subnetOf(peer.index, 10)}.1`,
      'Management Address IPV6: not advertised',
      'Vlan ID: 10',
      '',
      '',
    ]),
    `Total entries displayed: ${all.length}`,
  ]);
}

function interfaces(view: DeviceView): string {
  const row = (name: string, text: string, status: string, vlan: string, duplex: string, speed: string, media: string): string => `${name.padEnd(14)}${(text === '' ? '--' : text.slice(0, 18)).padEnd(19)}${status.padEnd(10)}${vlan.padEnd(10)}${duplex.padEnd(8)}${speed.padEnd(8)}${media}`;
  return lines([
    '',
    RULE,
    'Port          Name               Status    Vlan      Duplex  Speed   Type',
    RULE,
    row('mgmt0', '', 'connected', 'routed', 'full', '1000', '--'),
    ...portsOf(view).map(({ number, description, status, vlan, speed }) => row(`Eth1/${number}`, description, STATUS[status], String(vlan), status === 'connected' ? 'full' : 'auto', status === 'connected' ? (speed === 10_000 ? '10G' : String(speed)) : 'auto', '10Gbase-SR')),
  ]);
}

function routes(view: DeviceView): string {
  const { plan } = view;
  const head = (vrf: string): string[] => [`IP Route Table for VRF "${vrf}"`, "'*' denotes best ucast next-hop", "'**' denotes best mcast next-hop", "'[x/y]' denotes [preference/metric]", "'%<string>' in via output denotes VRF <string>", ''];
  return lines([
    ...head('default'),
    ...routesOf(view).flatMap(({ prefix, protocol, via, out, metric, ageSec }) => {
      const name = out === null ? '' : 'vlan' in out ? `Vlan${out.vlan}` : `Eth1/${out.port}`;
      const age = routeAge(ageSec);
      switch (protocol) {
        case 'static':
          return [`${prefix}, ubest/mbest: 1/0`, `    *via ${via}, [1/0], ${age}, static`];
        case 'connected':
        case 'local':
          return [`${prefix}, ubest/mbest: 1/0, attached`, `    *via ${subnetOf(plan.index, out !== null && 'vlan' in out && out.vlan === 20 ? 20 : 10)}.1, ${name}, [0/0], ${age}, ${protocol === 'local' ? 'local' : 'direct'}`];
        case 'ospf':
          return [`${prefix}, ubest/mbest: 1/0`, `    *via ${via}, ${name}, [110/${metric}], ${age}, ospf-10, intra`];
      }
    }),
    ...plan.vrfs.flatMap((vrf) => ['', ...head(vrf), `192.168.${plan.index & 255}.0/24, ubest/mbest: 1/0, attached`, `    *via 192.168.${plan.index & 255}.1, mgmt0, [0/0], 7w0d, direct`]),
  ]);
}

function version(view: DeviceView): string {
  const { plan } = view;
  const image = `nxos.${plan.version.replace(/[()]/g, '.').replace(/\.$/, '')}.bin`;
  return lines([
    'Cisco Nexus Operating System (NX-OS) Software',
    'TAC support: http://www.cisco.com/tac',
    'Copyright (C) 2002-2021, Cisco and/or its affiliates.',
    'All rights reserved.',
    'The copyrights to certain works contained in this software are',
    'owned by other third parties and used and distributed under their own',
    'licenses, such as open source.',
    '',
    'Software',
    '  BIOS: version 07.69',
    `  NXOS: version ${plan.version}`,
    '  BIOS compile time:  04/08/2021',
    `  NXOS image file is: bootflash:///${image}`,
    '  NXOS compile time:  8/4/2021 13:00:00 [08/04/2021 22:25:32]',
    '',
    '',
    'Hardware',
    `  cisco Nexus9000 ${plan.model} Chassis `,
    '  Intel(R) Core(TM) i3- CPU @ 2.50GHz with 16399792 kB of memory.',
    `  Processor Board ID ${serialOf(view)}`,
    '',
    `  Device name: ${plan.name}`,
    '  bootflash:   21693714 kB',
    `Kernel uptime is ${bracketAge(uptimeOf(view))}`,
    '',
    'Last reset at 123456 usecs after Fri Oct  1 10:00:00 2021',
    '  Reason: Reset Requested by CLI command reload',
    '  System version: 9.3(7)',
    '  Service: ',
    '',
    'plugin',
    '  Core Plugin, Ethernet Plugin',
    '',
    'Active Package(s):',
  ]);
}

function inventory(view: DeviceView): string {
  const { plan } = view;
  const part = (name: string, what: string, pid: string, vid: string, serial: string): string[] => [`NAME: "${name}",  DESCR: "${what}"`, `PID: ${pid.padEnd(20)},  VID: ${vid} ,  SN: ${serial}`, ''];
  return lines([
    ...part('Chassis', `Nexus9000 ${plan.model} Chassis`, `N9K-${plan.model}`, 'V02', serialOf(view)),
    ...part('Slot 1', '48x10/25G/32G + 6x40/100G Ethernet/FC Module', `N9K-${plan.model}`, 'V02', serialOf(view)),
    ...part('Power Supply 1', `Nexus9000 ${plan.model} Chassis Power Supply`, 'NXA-PAC-650W-PE', 'V01', `LIT${plan.serial.slice(3)}`),
    ...part('Fan 1', `Nexus9000 ${plan.model} Chassis Fan Module`, 'NXA-FAN-30CFM-F', 'V01', 'N/A'),
  ]);
}

/** What `show inventory` lists. */
export const NXOS_PARTS = 4;

/** What a switch with NX-OS says. */
export const NXOS_TEXTS = { configs: nxosConfig, arp, mac, lldp, interfaces, routes, version, inventory } as const satisfies Readonly<Record<string, FleetText>>;
