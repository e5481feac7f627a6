import { findPlatform } from '../../platforms';

const platform = findPlatform('arista_eos');
if (platform === undefined) {
  throw new Error('no platform');
}
const sut = platform;

describe('arista_eos', () => {
  it('reads ARP of all VRFs, with the port behind a VLAN', () => {
    const { rows, unparsed } = sut.parse('arp', `VRF: default
Address         Age (sec)  Hardware Addr   Interface
10.20.1.7         0:12:07  00de.ad00.be07  Vlan20, Port-Channel2
10.20.1.8               0  00de.ad00.be08  Vlan1, not learned
10.20.1.9             N/A  00de.ad00.be09  Et1

VRF: RED
Address         Age (min)  Hardware Addr   Interface
10.20.1.7               3  00de.ad00.be17  Management1
`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ context, ip, age_sec, interface: name, egress_port, type }) => [context, ip, age_sec, name, egress_port, type])).toEqual([
      ['default', '10.20.1.7', 727, 'Vlan20', 'Port-Channel2', 'dynamic'],
      ['default', '10.20.1.8', 0, 'Vlan1', null, 'dynamic'],
      ['default', '10.20.1.9', null, 'Ethernet1', null, 'static'],
      ['RED', '10.20.1.7', 180, 'Management1', null, 'dynamic'],
    ]);
  });

  it('reads MACs of both tables, and their totals', () => {
    const { rows, status, checksum } = sut.parse('mac', `          Mac Address Table
------------------------------------------------------------------

Vlan    Mac Address       Type        Ports      Moves   Last Move
----    -----------       ----        -----      -----   ---------
  20    00de.ad00.0107    DYNAMIC     Et7        1       0:08:16 ago
  20    00de.ad00.0108    STATIC      Cpu
  30    00de.ad00.0109    DYNAMIC     Po10       2       9 days, 15:57:28 ago
Total Mac Addresses for this criterion: 3

          Multicast Mac Address Table
------------------------------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       ----        -----
  20    0100.5e00.0001    STATIC      Et1 Et2
Total Mac Addresses for this criterion: 1`);
    expect({ status, checksum }).toEqual({ status: 'parsed', checksum: { said: 4, counted: 4 } });
    expect(rows.map(({ vlan, type, ports, moves, last_move_sec }) => [vlan, type, ports.join(), moves, last_move_sec])).toEqual([
      [20, 'dynamic', 'Ethernet7', 1, 496],
      [20, 'static', 'Cpu', null, null],
      [30, 'dynamic', 'Port-Channel10', 2, 9 * 86_400 + 57_448],
      [20, 'static', 'Ethernet1,Ethernet2', null, null],
    ]);
  });

  it('reads neighbours of interfaces, also of those without', () => {
    const { rows, unparsed, checksum } = sut.parse('lldp', `Interface Ethernet1 detected 1 LLDP neighbors:

  Neighbor 00de.ad00.0c01/"Ethernet3", age 12 seconds
  Discovered 4 days, 1:02:03 ago; Last changed 4 days, 1:02:03 ago
  - Chassis ID type: MAC address (4)
    Chassis ID     : 00de.ad00.0c01
  - Port ID type: Interface name(5)
    Port ID     : "Ethernet3"
  - Time To Live: 120 seconds
  - Port Description: "to leaf: row 3"
  - System Name: "spine-01.example.net"
  - System Description: "Arista Networks EOS
version 4.28.3M running on a switch"
  - System Capabilities : Bridge, Router
    Enabled Capabilities: Bridge
  - Management Address Subtype: IPv4 (1)
    Management Address        : 10.20.0.11
    Interface Number Subtype  : ifIndex (2)
    Interface Number          : 999001
    OID String                : 
  - IEEE802.1 Port VLAN ID: 20
  - IEEE802.1/IEEE802.3 Link Aggregation
    Link Aggregation Status: Capable, Disabled (0x01)
    Port ID                : 0
  - IEEE802.3 Maximum Frame Size: 9236 bytes

Interface Ethernet2 detected 0 LLDP neighbors:

`);
    expect(unparsed.map(({ text }) => text)).toEqual([]);
    expect(checksum).toEqual({ said: 1, counted: 1 });
    expect(rows).toEqual([
      expect.objectContaining({ local_interface: 'Ethernet1', chassis_id: '00de.ad00.0c01', chassis_id_type: 'mac', port_id: 'Ethernet3', port_id_type: 'interface-name', port_description: 'to leaf: row 3', system_name: 'spine-01.example.net', system_description: 'Arista Networks EOS\nversion 4.28.3M running on a switch', capabilities: ['bridge', 'router'], enabled_capabilities: ['bridge'], management_addresses: ['10.20.0.11'], vlan: 20, ttl_sec: 120 }),
    ]);
  });

  it('reads ports, with columns of their own', () => {
    const { rows, unparsed } = sut.parse('interfaces', `Port       Name            Status       Vlan     Duplex Speed  Type            Flags Encapsulation
Et1        to spine-01     connected    routed   full   100G   100GBASE-SR4                       
Et2                        errdisabled  20       auto   auto   Not Present                        
Et3        lag             connected    in Po10  full   10G    10GBASE-CR                         
Ma1                        connected    routed   a-full a-1G   10/100/1000                        
Po10       a very long name of a bundle connected trunk full 20G N/A`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ name, oper_status, reason, mode, speed_mbps }) => [name, oper_status, reason, mode, speed_mbps])).toEqual([
      ['Ethernet1', 'up', null, 'routed', 100_000],
      ['Ethernet2', 'down', 'errdisabled', 'access', null],
      ['Ethernet3', 'up', null, 'other', 10_000],
      ['Management1', 'up', null, 'routed', 1_000],
      ['Port-Channel10', 'up', null, 'trunk', 20_000],
    ]);
  });

  it('reads routes with two letters and next hops below each other', () => {
    const { rows, unparsed } = sut.parse('routes', `
VRF: default
Codes: C - connected, S - static, K - kernel, 
       O - OSPF, IA - OSPF inter area, E1 - OSPF external type 1,
       B - Other BGP Routes, B I - iBGP, B E - eBGP,
       DP - Dynamic Policy Route, L - VRF Leaked

Gateway of last resort:
 S        0.0.0.0/0 [1/0] via 10.20.0.254, Management1

 B E      10.30.0.0/16 [20/0] via 10.20.0.2, Ethernet1
                              via 10.20.0.3, Ethernet2
 B I      10.31.0.0/16 [200/0] via VTEP 10.0.0.9 VNI 5001 router-mac 00:de:ad:00:00:09 local-interface Vxlan1
 C        10.20.0.0/24 is directly connected, Vlan20
 O E2     10.40.0.0/24
           [110/20] via 10.20.0.4, Ethernet3

VRF: RED
Codes: C - connected, S - static, K - kernel

Gateway of last resort is not set

 C        10.9.0.0/24 is directly connected, Vlan9
`);
    expect(unparsed.map(({ text }) => text)).toEqual([]);
    expect(rows.map(({ context, prefix, protocol, subtype, next_hops }) => [context, prefix, protocol, subtype, next_hops.map(({ ip, interface: name }) => `${ip ?? ''} ${name ?? ''}`.trim()).join(', ')])).toEqual([
      ['default', '0.0.0.0/0', 'static', null, '10.20.0.254 Management1'],
      ['default', '10.30.0.0/16', 'bgp', 'E', '10.20.0.2 Ethernet1, 10.20.0.3 Ethernet2'],
      ['default', '10.31.0.0/16', 'bgp', 'I', '10.0.0.9 Vxlan1'],
      ['default', '10.20.0.0/24', 'connected', null, 'Vlan20'],
      ['default', '10.40.0.0/24', 'ospf', 'E2', '10.20.0.4 Ethernet3'],
      ['RED', '10.9.0.0/24', 'connected', null, 'Vlan9'],
    ]);
  });

  it('reads the version, in text and in JSON', () => {
    const { rows, unparsed } = sut.parse('version', 'Arista DCS-7050SX-64-F\nHardware version:    01.02\nSerial number:       JPE00000001\nHardware MAC address: 00de.ad00.0001\nSystem MAC address:  00de.ad00.0001\n\nSoftware image version: 4.28.3M\nArchitecture:           i686\nInternal build version: 4.28.3M-1\nInternal build ID:      abc\n\nUptime:                 5 weeks, 1 day, 2 hours and 3 minutes\nTotal memory:           3982512 kB\nFree memory:            2456789 kB\n');
    expect(unparsed).toEqual([]);
    expect(rows).toEqual([expect.objectContaining({ model: 'DCS-7050SX-64-F', os_version: '4.28.3M', serials: ['JPE00000001'], base_mac: '00dead000001', uptime_sec: 5 * 604_800 + 86_400 + 7_380, memory_kb: 3_982_512 })]);
    const json = sut.parse('version', '{"modelName": "DCS-7050SX-64-F", "version": "4.28.3M", "serialNumber": "JPE00000001", "systemMacAddress": "00:de:ad:00:00:01", "uptime": 3117780.5, "memTotal": 3982512}');
    expect(json.rows).toEqual([expect.objectContaining({ model: 'DCS-7050SX-64-F', base_mac: '00dead000001', uptime_sec: 3_117_781 })]);
  });

  it('reads an inventory section by section', () => {
    const { rows, unparsed } = sut.parse('inventory', `System information
  Model                    Description
  ------------------------ ----------------------------------------------------
  DCS-7050SX-64-F          48x SFP+ & 4x QSFP+ 1RU

  HW Version  Serial Number  Mfg Date   Epoch
  ----------- -------------- ---------- -----
  01.02       JPE00000001    2014-12-02 01.00

System has 2 power supply slots
  Slot Model            Serial Number
  ---- ---------------- ----------------
  1    PWR-500AC-F      K19200000A1
  2    Not Inserted

System has 1 fan modules
  Module  Number of Fans  Model            Serial Number
  ------- --------------- ---------------- ----------------
  1       1               FAN-7000-F       N/A

System has 64 ports
  Type               Count
  ------------------ ----
  Management         1
  Switched           64

System has 2 transceiver slots
  Port Manufacturer     Model            Serial Number    Rev
  ---- ---------------- ---------------- ---------------- ----
  1    Arista Networks  SFP-10G-SR       XCW00000S01      0002
  2    Not Present
`);
    expect(unparsed.map(({ text }) => text)).toEqual([]);
    expect(rows.map(({ kind, slot, pid, serial }) => [kind, slot, pid, serial])).toEqual([
      ['chassis', null, 'DCS-7050SX-64-F', 'JPE00000001'],
      ['psu', '1', 'PWR-500AC-F', 'K19200000A1'],
      ['psu', '2', null, null],
      ['fan', '1', 'FAN-7000-F', null],
      ['transceiver', '1', 'SFP-10G-SR', 'XCW00000S01'],
    ]);
  });

  it('reads JSON of tables', () => {
    expect(sut.parse('arp', '{"vrfs":{"RED":{"ipV4Neighbors":[{"hwAddress":"00de.ad00.be07","address":"10.20.1.7","interface":"Vlan20, Port-Channel2","age":12}]}}}').rows).toEqual([expect.objectContaining({ context: 'RED', mac: '00dead00be07', egress_port: 'Port-Channel2', age_sec: 12 })]);
    expect(sut.parse('mac', '{"unicastTable":{"tableEntries":[{"macAddress":"00:de:ad:00:01:07","vlanId":20,"interface":"Ethernet7","entryType":"dynamic","moves":1}]},"multicastTable":{"tableEntries":[]}}').rows).toEqual([expect.objectContaining({ mac: '00dead000107', vlan: 20, ports: ['Ethernet7'], moves: 1 })]);
    expect(sut.parse('routes', '{"vrfs":{"default":{"routes":{"10.30.0.0/16":{"routeType":"eBGP","preference":20,"metric":0,"vias":[{"nexthopAddr":"10.20.0.2","interface":"Ethernet1"}]}}}}}').rows).toEqual([expect.objectContaining({ prefix: '10.30.0.0/16', protocol: 'bgp', subtype: 'E', next_hops: [{ ip: '10.20.0.2', interface: 'Ethernet1', vrf: null }] })]);
    expect(sut.parse('interfaces', '{"interfaceStatuses":{"Ethernet1":{"linkStatus":"connected","bandwidth":10000000000,"duplex":"duplexFull","description":"x","vlanInformation":{"interfaceMode":"bridged","vlanId":20}}}}').rows).toEqual([expect.objectContaining({ name: 'Ethernet1', oper_status: 'up', speed_mbps: 10_000, mode: 'access', vlan: 20 })]);
  });

  it('has the same configuration whenever it is shown', () => {
    const at = (time: string): string => `! Command: show running-config\n! Time: ${time}\n! device: leaf-01 (DCS-7050, EOS-4.28.3M)\n!\n! boot system flash:/EOS.swi\n!\nhostname leaf-01\n!\nend\n`;
    expect(sut.normalise('configs', at('Mon Nov  4 10:00:00 2024')).text).toBe(sut.normalise('configs', at('Tue Nov  5 10:00:00 2024')).text);
    expect(sut.normalise('configs', at('x')).text).toContain('! device: leaf-01');
  });
});
