import { arpsOf, type DeviceView, dotted, macOf, macsOf, neighboursOf, portsOf, routesOf, serialOf, subnetOf, uptimeOf } from '../device-tables';
import type { FleetText } from '../fleet-platform';
import { announcedPort, announcedSystem } from '../port-names';
import { clockAge, wordyAge } from '../text-forms';
import { eosConfig } from './eos-config';

const ARP_HEADING = 'Address         Age (sec)  Hardware Addr   Interface';
const RULE = '-'.repeat(66);
const LEGEND = `Codes: C - connected, S - static, K - kernel, 
       O - OSPF, IA - OSPF inter area, E1 - OSPF external type 1,
       E2 - OSPF external type 2, N1 - OSPF NSSA external type 1,
       N2 - OSPF NSSA external type2, B - Other BGP Routes,
       B I - iBGP, B E - eBGP, R - RIP, I L1 - IS-IS level 1,
       I L2 - IS-IS level 2, O3 - OSPFv3, A B - BGP Aggregate,
       NG - Nexthop Group Static Route, V - VXLAN Control Service,
       DP - Dynamic Policy Route, L - VRF Leaked,
       G  - gRIBI, RC - Route Cache Route
`;

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

function arp(view: DeviceView): string {
  const { plan } = view;
  const entry = (ip: string, age: string, mac: string, name: string): string => `${ip.padEnd(15)} ${age.padStart(9)}  ${dotted(mac)}  ${name}`;
  const random = macsOf(view);
  const ports = new Map(random.map(({ mac, port }) => [mac, port]));
  return lines([
    'VRF: default',
    ARP_HEADING,
    // Neither own addresses nor those nobody answered for are in this table.
    ...arpsOf(view).flatMap(({ ip, mac, vlan, ageSec }) => {
      const port = mac === null ? undefined : ports.get(mac);
      return ageSec === null || mac === null ? [] : [entry(ip, clockAge(ageSec).replace(/^0/, ''), mac, `Vlan${vlan}, ${port === undefined ? 'not learned' : `Ethernet${port}`}`)];
    }),
    '',
    ...plan.vrfs.flatMap((vrf) => [`VRF: ${vrf}`, ARP_HEADING, entry(`192.168.${plan.index & 255}.254`, '0:03:00', macOf(plan.index, 9), 'Management1'), '']),
  ]);
}

function mac(view: DeviceView): string {
  const rows = macsOf(view).map(({ mac: address, vlan, port, ageSec }) => `${String(vlan).padStart(4)}    ${dotted(address)}    DYNAMIC     ${`Et${port}`.padEnd(10)} 1       ${clockAge(ageSec).replace(/^0/, '')} ago`);
  return lines([
    '          Mac Address Table',
    RULE,
    '',
    'Vlan    Mac Address       Type        Ports      Moves   Last Move',
    '----    -----------       ----        -----      -----   ---------',
    ...rows,
    `Total Mac Addresses for this criterion: ${rows.length}`,
    '',
    '          Multicast Mac Address Table',
    RULE,
    '',
    'Vlan    Mac Address       Type        Ports',
    '----    -----------       ----        -----',
    'Total Mac Addresses for this criterion: 0',
  ]);
}

function lldp(view: DeviceView): string {
  const all = new Map(neighboursOf(view).map((neighbour) => [neighbour.port, neighbour]));
  return lines(
    portsOf(view).flatMap(({ number }) => {
      const found = all.get(number);
      if (found === undefined) {
        return [`Interface Ethernet${number} detected 0 LLDP neighbors:`, ''];
      }
      const { peer, peerPort } = found;
      return [
        `Interface Ethernet${number} detected 1 LLDP neighbors:`,
        '',
        `  Neighbor ${dotted(macOf(peer.index, 1))}/"${announcedPort(peer, peerPort)}", age ${10 + (view.state.generation % 20)} seconds`,
        '  Discovered 4 days, 1:02:03 ago; Last changed 4 days, 1:02:03 ago',
        '  - Chassis ID type: MAC address (4)',
        `    Chassis ID     : ${dotted(macOf(peer.index, 1))}`,
        '  - Port ID type: Interface name(5)',
        `    Port ID     : "${announcedPort(peer, peerPort)}"`,
        '  - Time To Live: 120 seconds',
        `  - Port Description: "link to ${view.plan.name}"`,
        `  - System Name: "${peer.name}.${peer.site}.example.net"`,
        `  - System Description: "${announcedSystem(peer)}"`,
        '  - System Capabilities : Bridge, Router',
        '    Enabled Capabilities: Bridge, Router',
        '  - Management Address Subtype: IPv4 (1)',
        `    Management Address        : ${subnetOf(peer.index, 10)}.1`,
        '    Interface Number Subtype  : ifIndex (2)',
        '    Interface Number          : 999001',
        '    OID String                : ',
        '  - IEEE802.1 Port VLAN ID: 10',
        '',
      ];
    }),
  );
}

function interfaces(view: DeviceView): string {
  const row = (name: string, text: string, status: string, vlan: string, duplex: string, speed: string, media: string): string => `${name.padEnd(10)} ${text.slice(0, 18).padEnd(18)} ${status.padEnd(12)} ${vlan.padEnd(8)} ${duplex.padEnd(6)} ${speed.padEnd(6)} ${media}`;
  return lines([
    'Port       Name               Status       Vlan     Duplex Speed  Type            Flags Encapsulation',
    ...portsOf(view).map(({ number, description, status, vlan, speed }) => row(`Et${number}`, description, status, String(vlan), status === 'connected' ? 'full' : 'auto', status === 'connected' ? (speed >= 1_000 ? `${speed / 1_000}G` : `${speed}M`) : 'auto', '10GBASE-SR')),
    row('Ma1', '', 'connected', 'routed', 'a-full', 'a-1G', '10/100/1000'),
  ]);
}

function routes(view: DeviceView): string {
  const { plan } = view;
  const [first, ...rest] = routesOf(view);
  return lines([
    '',
    'VRF: default',
    LEGEND,
    'Gateway of last resort:',
    ` S        ${first?.prefix} [1/0] via ${first?.via}, Vlan10`,
    '',
    ...rest.flatMap(({ prefix, protocol, via, out, metric }) => {
      const name = out === null ? '' : 'vlan' in out ? `Vlan${out.vlan}` : `Ethernet${out.port}`;
      switch (protocol) {
        case 'static':
          return [` S        ${prefix} [1/0] via ${via}, Vlan10`];
        case 'connected':
          return [` C        ${prefix} is directly connected, ${name}`];
        case 'local':
          // Its own addresses are no routes of their own here.
          return [];
        case 'ospf':
          return [` O        ${prefix} [110/${metric}] via ${via}, ${name}`];
      }
    }),
    '',
    ...plan.vrfs.flatMap((vrf) => [`VRF: ${vrf}`, LEGEND, 'Gateway of last resort is not set', '', ` C        192.168.${plan.index & 255}.0/24 is directly connected, Management1`, '']),
  ]);
}

function version(view: DeviceView): string {
  const { plan } = view;
  return lines([
    `Arista ${plan.model}`,
    'Hardware version:    01.02',
    `Serial number:       ${serialOf(view)}`,
    `Hardware MAC address: ${dotted(macOf(plan.index, 1))}`,
    `System MAC address:  ${dotted(macOf(plan.index, 1))}`,
    '',
    `Software image version: ${plan.version}`,
    'Architecture:           i686',
    `Internal build version: ${plan.version}-1`,
    'Internal build ID:      abc',
    '',
    `Uptime:                 ${wordyAge(uptimeOf(view))}`,
    'Total memory:           3982512 kB',
    `Free memory:            ${2_456_789 - view.state.generation} kB`,
  ]);
}

function inventory(view: DeviceView): string {
  const { plan } = view;
  return lines([
    'System information',
    '  Model                    Description',
    '  ------------------------ ----------------------------------------------------',
    `  ${plan.model.padEnd(24)} 48x SFP+ & 8x QSFP+ 1RU`,
    '',
    '  HW Version  Serial Number  Mfg Date   Epoch',
    '  ----------- -------------- ---------- -----',
    `  01.02       ${serialOf(view).padEnd(14)} 2014-12-02 01.00`,
    '',
    'System has 2 power supply slots',
    '  Slot Model            Serial Number',
    '  ---- ---------------- ----------------',
    `  1    PWR-500AC-F      K192${plan.serial.slice(3)}`,
    '  2    Not Inserted',
    '',
    'System has 1 fan modules',
    '  Module  Number of Fans  Model            Serial Number',
    '  ------- --------------- ---------------- ----------------',
    '  1       1               FAN-7000-F       N/A',
    '',
    `System has ${plan.ports} ports`,
    '  Type               Count',
    '  ------------------ ----',
    '  Management         1',
    `  Switched           ${plan.ports}`,
    '',
    'System has 2 transceiver slots',
    '  Port Manufacturer     Model            Serial Number    Rev',
    '  ---- ---------------- ---------------- ---------------- ----',
    `  1    Arista Networks  SFP-10G-SR       XCW${plan.serial.slice(3)}1     0002`,
    '  2    Not Present',
  ]);
}

/** What `show inventory` lists. */
export const EOS_PARTS = 5;

/** Two answers in the form that programs ask for; Ansible does before anything else. */
function versionJson(view: DeviceView): string {
  const { plan } = view;
  return json({ mfgName: 'Arista', modelName: plan.model, serialNumber: serialOf(view), version: plan.version });
}

function hostnameJson({ plan }: DeviceView): string {
  return json({ hostname: plan.name, fqdn: plan.name });
}

function json(answer: object): string {
  return `${JSON.stringify(answer, undefined, 4)}\n`;
}

/** What a switch with EOS says. */
export const EOS_TEXTS = { configs: eosConfig, arp, mac, lldp, interfaces, routes, version, inventory, versionJson, hostnameJson } as const satisfies Readonly<Record<string, FleetText>>;
