import { findPlatform } from '../../platforms';

const platform = findPlatform('cisco_nxos');
if (platform === undefined) {
  throw new Error('no platform');
}
const sut = platform;

describe('cisco_nxos', () => {
  const LEGEND = `
Flags: * - Adjacencies learnt on non-active FHRP router
       + - Adjacencies synced via CFSoE
       # - Adjacencies Throttled for Glean
       CP - Added via L2RIB, Control plane Adjacencies
       PS - Added via L2RIB, Peer Sync

IP ARP Table for all contexts
`;

  it('reads ARP with flags, and counts', () => {
    const { rows, status, checksum } = sut.parse('arp', `${LEGEND}Total number of entries: 4\nAddress         Age       MAC Address     Interface       Flags\n10.20.1.7       00:12:07  00de.ad00.be07  Vlan20                   \n10.20.1.8       00:00:17  INCOMPLETE      Vlan20          \n10.20.1.9       -         00de.ad00.be09  Vlan20          *\n10.20.2.1       1d02h     00de.ad00.be0a  Eth1/41.100`);
    expect({ status, checksum }).toEqual({ status: 'parsed', checksum: { said: 4, counted: 4 } });
    expect(rows.map(({ ip, mac, age_sec, interface: name, type }) => [ip, mac, age_sec, name, type])).toEqual([
      ['10.20.1.7', '00dead00be07', 727, 'Vlan20', 'dynamic'],
      ['10.20.1.8', null, 17, 'Vlan20', 'incomplete'],
      ['10.20.1.9', '00dead00be09', null, 'Vlan20', 'static'],
      ['10.20.2.1', '00dead00be0a', 93_600, 'Ethernet1/41.100', 'dynamic'],
    ]);
  });

  it('reads the port behind a VLAN, and tables per context', () => {
    const { rows } = sut.parse('arp', 'IP ARP Table for context RED\nTotal number of entries: 1\nAddress         Age       MAC Address     Interface       Physical Interface  Flags    VRF-Name\n10.20.1.7       00:12:07  00de.ad00.be07  Vlan20          port-channel10');
    expect(rows).toEqual([expect.objectContaining({ context: 'RED', interface: 'Vlan20', egress_port: 'port-channel10' })]);
  });

  it('tells that entries are missing', () => {
    expect(sut.parse('arp', `${LEGEND}Total number of entries: 2\nAddress         Age       MAC Address     Interface\n10.20.1.7       00:12:07  00de.ad00.be07  Vlan20`)).toMatchObject({ status: 'partial', checksum: { said: 2, counted: 1 } });
  });

  it('reads MACs with flags before the VLAN and ports that are no ports', () => {
    const { rows, unparsed } = sut.parse('mac', `Legend: 
        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC
        age - seconds since last seen,+ - primary entry using vPC Peer-Link,
        (T) - True, (F) - False, C - ControlPlane MAC, ~ - vsan
   VLAN     MAC Address      Type      age     Secure NTFY Ports
---------+-----------------+--------+---------+------+----+------------------
*   20     00de.ad00.0107   dynamic  0         F      F    Eth1/7
+   20     00de.ad00.0108   dynamic  120       F      F    vPC Peer-Link
C   30     00de.ad00.0109   dynamic  NA        F      F    nve1(10.0.0.2)
G    -     00de.ad00.0001   static   -         F      F    sup-eth1(R)
*  100     00de.ad00.0dd0   static   -         F      F    Drop
*  110     00de.ad00.0ee0   secure   -         T      F    Eth1/9`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ vlan, type, ports, age_sec, flags }) => [vlan, type, ports, age_sec, flags.join('')])).toEqual([
      [20, 'dynamic', ['Ethernet1/7'], 0, '*'],
      [20, 'dynamic', ['vPC Peer-Link'], 120, '+'],
      [30, 'dynamic', ['nve1(10.0.0.2)'], null, 'C'],
      [null, 'self', ['sup-eth1(R)'], null, 'G'],
      [100, 'static', ['Drop'], null, '*'],
      [110, 'secure', ['Ethernet1/9'], null, '*'],
    ]);
  });

  it('reads neighbours whose local port is called a local port id', () => {
    const { rows, unparsed, checksum } = sut.parse('lldp', `Capability codes:
  (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device
  (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other
Device ID            Local Intf      Hold-time  Capability  Port ID  

Chassis id: 00de.ad00.0c01
Port id: Ethernet1/3
Local Port id: Eth1/41
Port Description: to leaf, row 3
System Name: spine-01
System Description: Cisco Nexus Operating System (NX-OS) Software 9.3(8)
TAC support: http://www.cisco.com/tac
Copyright (c) 2002-2021
Time remaining: 104 seconds
System Capabilities: B, R
Enabled Capabilities: B, R
Management Address: 10.20.0.11
Management Address IPV6: not advertised
Vlan ID: not advertised


Chassis id: server7
Port id: 00de.ad00.0e07
Local Port id: mgmt0
Port Description: null
System Name: null
System Description: null
Time remaining: 90 seconds
System Capabilities: not advertised
Enabled Capabilities: not advertised
Management Address: not advertised
Vlan ID: 20

Total entries displayed: 2`);
    expect(unparsed).toEqual([]);
    expect(checksum).toEqual({ said: 2, counted: 2 });
    expect(rows[0]).toMatchObject({ local_interface: 'Ethernet1/41', system_name: 'spine-01', chassis_id_type: 'mac', management_addresses: ['10.20.0.11'], capabilities: ['bridge', 'router'], ttl_sec: 104, vlan: null });
    expect(rows[0]?.system_description?.split('\n')).toHaveLength(3);
    expect(rows[1]).toMatchObject({ local_interface: 'mgmt0', vlan: 20, capabilities: [], management_addresses: [] });
  });

  it('reads ports with statuses cut to nine characters', () => {
    const { rows, unparsed } = sut.parse('interfaces', `--------------------------------------------------------------------------------
Port          Name               Status    Vlan      Duplex  Speed   Type
--------------------------------------------------------------------------------
mgmt0         --                 connected routed    full    1000    --         
Eth1/1        to-leaf-1          connected trunk     full    10G     10Gbase-SR
Eth1/2        --                 xcvrAbsen 1         auto    auto    --         
Eth1/3        a name that runs onnotconnec 20        auto    auto    10Gbase-SR
Po10          vpc                noOperMem trunk     full    auto    --
Eth1/4        --                 disabled  1         auto    auto    10Gbase-SR
Lo0           --                 connected routed    auto    auto    --`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ name, description, admin_status, oper_status, reason, mode }) => [name, description, admin_status, oper_status, reason, mode])).toEqual([
      ['mgmt0', null, 'up', 'up', null, 'routed'],
      ['Ethernet1/1', 'to-leaf-1', 'up', 'up', null, 'trunk'],
      ['Ethernet1/2', null, 'up', 'down', 'xcvrAbsen', 'access'],
      ['Ethernet1/3', 'a name that runs on', 'up', 'down', null, 'access'],
      ['port-channel10', 'vpc', 'up', 'down', 'noOperMem', 'trunk'],
      ['Ethernet1/4', null, 'down', 'down', null, 'access'],
      ['loopback0', null, 'up', 'up', null, 'routed'],
    ]);
  });

  it('reads routes of all VRFs with all next hops', () => {
    const { rows, unparsed } = sut.parse('routes', `IP Route Table for VRF "default"
'*' denotes best ucast next-hop
'**' denotes best mcast next-hop
'[x/y]' denotes [preference/metric]
'%<string>' in via output denotes VRF <string>

0.0.0.0/0, ubest/mbest: 1/0
    *via 10.20.0.254, [1/0], 1y2w, static
10.20.0.0/24, ubest/mbest: 1/0, attached
    *via 10.20.0.1, Vlan20, [0/0], 5d18h, direct
10.20.0.1/32, ubest/mbest: 1/0, attached
    *via 10.20.0.1, Vlan20, [0/0], 5d18h, local
10.30.0.0/16, ubest/mbest: 2/0
    *via 10.20.0.2, Eth1/1, [110/3], 5d18h, ospf-10, intra
    *via 10.20.0.3, Eth1/2, [110/3], 00:10:00, ospf-10, intra
10.40.0.0/24, ubest/mbest: 1/0
    *via 10.20.0.4%default, [200/0], 2w1d, bgp-65001, internal, tag 65002 (evpn) segid: 50001 tunnelid: 0xa140004 encap: VXLAN

IP Route Table for VRF "RED"
'*' denotes best ucast next-hop

10.9.0.0/16, ubest/mbest: 1/0
    *via Null0, [220/0], 1w0d, bgp-65001, discard, tag 65001
`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ context, prefix, protocol, subtype, distance, metric, tag, age_sec, next_hops }) => [context, prefix, protocol, subtype, distance, metric, tag, age_sec, next_hops.length])).toEqual([
      ['default', '0.0.0.0/0', 'static', null, 1, 0, null, 32_745_600, 1],
      ['default', '10.20.0.0/24', 'connected', null, 0, 0, null, 496_800, 1],
      ['default', '10.20.0.1/32', 'local', null, 0, 0, null, 496_800, 1],
      ['default', '10.30.0.0/16', 'ospf', 'intra', 110, 3, null, 496_800, 2],
      ['default', '10.40.0.0/24', 'bgp', 'internal', 200, 0, 65_002, 1_296_000, 1],
      ['RED', '10.9.0.0/16', 'bgp', null, 220, 0, 65_001, 604_800, 1],
    ]);
    expect(rows[4]?.next_hops).toEqual([{ ip: '10.20.0.4', interface: null, vrf: 'default' }]);
  });

  it('reads the version', () => {
    const { rows, unparsed } = sut.parse('version', `Cisco Nexus Operating System (NX-OS) Software
TAC support: http://www.cisco.com/tac
Copyright (C) 2002-2021, Cisco and/or its affiliates.
All rights reserved.
The copyrights to certain works contained in this software are
owned by other third parties and used and distributed under their own
licenses, such as open source.

Software
  BIOS: version 07.69
  NXOS: version 9.3(8)
  BIOS compile time:  04/08/2021
  NXOS image file is: bootflash:///nxos.9.3.8.bin
  NXOS compile time:  8/4/2021 13:00:00 [08/04/2021 22:25:32]


Hardware
  cisco Nexus9000 C9396PX Chassis 
  Intel(R) Core(TM) i3- CPU @ 2.50GHz with 16399792 kB of memory.
  Processor Board ID SAL0000N001

  Device name: leaf-01
  bootflash:   21693714 kB
Kernel uptime is 123 day(s), 4 hour(s), 5 minute(s), 6 second(s)

Last reset at 123456 usecs after Fri Oct  1 10:00:00 2021
  Reason: Reset Requested by CLI command reload
  System version: 9.3(7)
  Service: 

plugin
  Core Plugin, Ethernet Plugin

Active Package(s):
`);
    expect(unparsed.map(({ text }) => text)).toEqual([]);
    expect(rows).toEqual([expect.objectContaining({ os: 'NX-OS', os_version: '9.3(8)', model: 'Nexus9000 C9396PX', hostname: 'leaf-01', serials: ['SAL0000N001'], image_file: 'bootflash:///nxos.9.3.8.bin', uptime_sec: 123 * 86_400 + 4 * 3_600 + 306, boot_reason: 'Reset Requested by CLI command reload', memory_kb: 16_399_792 })]);
  });

  it('has the same configuration whenever it is shown, and keeps what looks like noise inside', () => {
    const at = (time: string): string => `\n!Command: show running-config\n!Running configuration last done at: ${time}\n!Time: ${time}\n\nversion 9.3(8) Bios:version 07.69 \nhostname leaf-01\nip access-list IN\n  10 deny ip from-here any\n`;
    const { text, hits } = sut.normalise('configs', at('Mon Nov  4 10:00:00 2024'));
    expect(sut.normalise('configs', at('Tue Nov  5 11:00:00 2024')).text).toBe(text);
    expect(hits).toEqual({ command: 1, 'last-done': 1, time: 1, bios: 1 });
    expect(text).toContain('10 deny ip from-here any');
  });
});
