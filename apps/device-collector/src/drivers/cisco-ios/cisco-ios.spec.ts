import { CAPTURE_ROWS } from '@capstan/contracts';
import { findPlatform } from '../../platforms';

const platform = findPlatform('cisco_ios');
if (platform === undefined) {
  throw new Error('no platform');
}
const sut = platform;

describe('cisco_ios', () => {
  describe('arp', () => {
    const HEADING = 'Protocol  Address          Age (min)  Hardware Addr   Type   Interface';

    it('reads words, because the interface may be missing and the MAC may be unknown', () => {
      const { status, rows } = sut.parse('arp', [HEADING, 'Internet  10.20.1.1              -   5254.0a11.0001  ARPA   Vlan20', 'Internet  10.20.1.7             12   00de.ad00.be07  ARPA   Gi1/0/7.20', 'Internet  10.20.1.9              0   Incomplete      ARPA', 'Internet  10.20.9.2              3   0011.2233.4455  SRP-A'].join('\n'));
      expect(status).toBe('parsed');
      expect(rows.map(({ ip, mac, age_sec, interface: name, type }) => [ip, mac, age_sec, name, type])).toEqual([
        ['10.20.1.1', '52540a110001', null, 'Vlan20', 'local'],
        ['10.20.1.7', '00dead00be07', 720, 'GigabitEthernet1/0/7.20', 'dynamic'],
        ['10.20.1.9', null, 0, null, 'incomplete'],
        ['10.20.9.2', '001122334455', 180, null, 'dynamic'],
      ]);
    });

    it('keeps the VRF that was asked for', () => {
      const { rows } = sut.parse('arp', [{ command: 'show ip arp vrf BLUE', format: 'text', context: 'BLUE', extra: true, text: `${HEADING}\nInternet  10.1.1.1  4  0011.2233.4455  ARPA  Vlan9` }]);
      expect(rows[0]?.context).toBe('BLUE');
    });

    it('is empty without entries, partial with a line it does not know, and unsupported where the command is', () => {
      expect(sut.parse('arp', HEADING).status).toBe('empty');
      expect(sut.parse('arp', `${HEADING}\nInternet  10.1.1.999  4  0011.2233.4455  ARPA  Vlan9`)).toMatchObject({ status: 'partial', unparsed: [{ line: undefined, number: 2 }].map(({ number }) => ({ number })) });
      expect(sut.parse('arp', "          ^\n% Invalid input detected at '^' marker.\n")).toMatchObject({ status: 'unsupported', error: { class: 'CMD_INVALID' } });
      expect(sut.parse('arp', 'Command authorization failed.')).toMatchObject({ status: 'failed', error: { class: 'CMD_UNAUTHORIZED' } });
    });

    it('does not take a message of the log for an entry', () => {
      const { status } = sut.parse('arp', `${HEADING}\n*Mar  1 00:01:02.003: %SYS-5-CONFIG_I: Configured from console by ops on vty0 (10.0.0.9)\nInternet  10.1.1.9  4  0011.2233.4455  ARPA  Vlan9`);
      expect(status).toBe('parsed');
    });
  });

  describe('mac', () => {
    it.each([
      ['modern', '          Mac Address Table\n-------------------------------------------\n\nVlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n All    0100.0ccc.cccc    STATIC      CPU\n  20    00de.ad00.0107    DYNAMIC     Gi1/0/7\n  30    00de.ad00.0108    DYNAMIC     Po10\nTotal Mac Addresses for this criterion: 3', [[null, ['CPU']], [20, ['GigabitEthernet1/0/7']], [30, ['Port-channel10']]]],
      ['old', 'Destination Address  Address Type  VLAN  Destination Port\n-------------------  ------------  ----  --------------------\n00de.ad00.0107       Dynamic         20  FastEthernet0/7\n00de.ad00.0001       Self             1  Vlan1', [[20, ['FastEthernet0/7']], [1, ['Vlan1']]]],
      ['learned', "Legend: * - primary entry\n        age - seconds since last seen\n        n/a - not available\n\n  vlan   mac address     type    learn     age              ports\n------+----------------+--------+-----+----------+--------------------------\n*   20  00de.ad00.0107   dynamic  Yes         35   Gi3/7\n*  400  00de.ad00.0999    static  No           -   Gi1/1,Gi1/2,Gi1/3\n                                                  Gi2/1,Router\nDisplaying entries from DFC switch [2] linecard [3]:\n  vlan   mac address     type    learn     age              ports\n------+----------------+--------+-----+----------+--------------------------\nR   30  00de.ad00.0108    static  No           -   Router", [[20, ['GigabitEthernet3/7']], [400, ['GigabitEthernet1/1', 'GigabitEthernet1/2', 'GigabitEthernet1/3', 'GigabitEthernet2/1', 'Router']], [30, ['Router']]]],
      ['supervisor', 'Unicast Entries\n vlan     mac address     type        protocols               port\n---------+---------------+--------+---------------------+-------------------------\n  20      00de.ad00.0107   dynamic ip,ipx,assigned,other GigabitEthernet3/7\n\nMulticast Entries\n vlan     mac address     type    ports\n---------+---------------+-------+--------------------------------------------\n  20      ffff.ffff.ffff   system Gi3/1,Gi3/2', [[20, ['GigabitEthernet3/7']], [20, ['GigabitEthernet3/1', 'GigabitEthernet3/2']]]],
    ])('reads the %s layout by its heading', (_name, text, expected) => {
      const { rows, status } = sut.parse('mac', text);
      expect(rows.map(({ vlan, ports }) => [vlan, ports])).toEqual(expected);
      expect(status).toBe('parsed');
    });

    it('reads lists of ports that go on in the next line', () => {
      const { rows, status } = sut.parse('mac', 'Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n 400    0100.5e00.0001    STATIC      Gi1/1,Gi1/2\n                                      Gi2/1,Gi2/2');
      expect(status).toBe('parsed');
      expect(rows[0]?.ports).toHaveLength(4);
    });

    it('tells when the device counts other than what came', () => {
      const { status, checksum } = sut.parse('mac', 'Vlan    Mac Address       Type        Ports\n  20    00de.ad00.0107    DYNAMIC     Gi1/0/7\nTotal Mac Addresses for this criterion: 2');
      expect({ status, checksum }).toEqual({ status: 'partial', checksum: { said: 2, counted: 1 } });
    });
  });

  describe('lldp', () => {
    const RECORD = `------------------------------------------------
Local Intf: Gi1/0/48
Chassis id: 00de.ad00.0c01
Port id: Gi0/1
Port Description: uplink: to floor 2
System Name: dist-02.example.net

System Description:
Cisco IOS Software, Something (X-Y-M), Version 15.2(7)E3
Port: this line is a description, not a field
Copyright

Time remaining: 98 seconds
System Capabilities: B,R
Enabled Capabilities: R
Management Addresses:
    IP: 10.20.0.2
    IPV6: 2001:db8::2
Auto Negotiation - supported, enabled
Physical media capabilities:
    1000baseT(FD)
    100base-TX(FD)
Media Attachment Unit type: 30
Vlan ID: 20
`;

    it('reads a record with a description of many lines', () => {
      const { rows, unparsed, status, checksum } = sut.parse('lldp', `Capability codes:\n    (R) Router, (B) Bridge, (T) Telephone\n${RECORD}\n${RECORD.replace('Gi1/0/48', 'Te1/1/1')}\nTotal entries displayed: 2\n`);
      expect(unparsed).toEqual([]);
      expect(status).toBe('parsed');
      expect(checksum).toEqual({ said: 2, counted: 2 });
      expect(rows[0]).toMatchObject({
        protocol: 'lldp', local_interface: 'GigabitEthernet1/0/48', chassis_id: '00de.ad00.0c01', chassis_id_type: 'mac', port_id: 'Gi0/1', port_description: 'uplink: to floor 2', system_name: 'dist-02.example.net',
        capabilities: ['bridge', 'router'], enabled_capabilities: ['router'], management_addresses: ['10.20.0.2', '2001:db8::2'], vlan: 20, ttl_sec: 98,
      });
      expect(rows[0]?.system_description).toContain('Port: this line is a description');
      expect(rows[1]?.local_interface).toBe('TenGigabitEthernet1/1/1');
    });

    it('reads what old trains leave out, and phones', () => {
      const { rows, unparsed } = sut.parse('lldp', `------------------------------------------------
Chassis id: 10.20.7.7
Port id: 00DEAD000777
Port Description: SW Port
System Name - not advertised
System Description - not advertised

Time remaining: 155 seconds
System Capabilities: B,T
Enabled Capabilities: B,T
Management Addresses - not advertised
Auto Negotiation - supported, enabled
Media Attachment Unit type: 16
Vlan ID: - not advertised

MED Information:

    MED Codes:
          (NP) Network Policy, (LI) Location Identification
    F/W revision: 1.2
    Manufacturer: Example
    Model: Phone 7
    Capabilities: NP, PD, IN
    Device type: Endpoint Class III
    Network Policy(Voice): VLAN 110, tagged, Layer-2 priority: 5, DSCP: 46
    PD device, Power source: PSE, Power Priority: Unknown, Wattage: 6.3
    Location - not advertised

Total entries displayed: 1`);
      expect(unparsed).toEqual([]);
      expect(rows).toEqual([expect.objectContaining({ local_interface: null, chassis_id: '10.20.7.7', chassis_id_type: 'address', port_id: '00DEAD000777', system_name: null, system_description: null, management_addresses: [], vlan: null, capabilities: ['bridge', 'telephone'] })]);
    });

    it('takes a switched-off protocol for an empty table', () => {
      expect(sut.parse('lldp', '% LLDP is not enabled')).toMatchObject({ status: 'empty', error: { class: 'FEATURE_DISABLED' } });
    });

    it('reads the neighbours of CDP beside them', () => {
      const text = `-------------------------
Device ID: core-01.example.net
Entry address(es): 
  IP address: 10.20.0.1
Platform: cisco C9500,  Capabilities: Router Switch IGMP 
Interface: GigabitEthernet1/0/47,  Port ID (outgoing port): TwentyFiveGigE1/0/3
Holdtime : 141 sec

Version :
Cisco IOS Software, Version 17.9.4
Compiled by somebody

advertisement version: 2
Native VLAN: 20
Duplex: full
Management address(es): 
  IP address: 10.20.0.1


Total cdp entries displayed : 1`;
      const { rows, unparsed, checksum } = sut.parse('lldp', [{ command: 'show cdp neighbors detail', format: 'text', extra: true, text }]);
      expect(unparsed).toEqual([]);
      expect(checksum).toEqual({ said: 1, counted: 1 });
      expect(rows).toEqual([expect.objectContaining({ protocol: 'cdp', system_name: 'core-01.example.net', local_interface: 'GigabitEthernet1/0/47', port_id: 'TwentyFiveGigE1/0/3', management_addresses: ['10.20.0.1'], ttl_sec: 141, vlan: 20 })]);
    });
  });

  describe('interfaces', () => {
    const PORTS = `Port      Name               Status       Vlan       Duplex  Speed Type
Gi1/0/1                      connected    20         a-full a-1000 10/100/1000BaseTX
Gi1/0/2   *** connected to U notconnect   20           auto   auto 10/100/1000BaseTX
Gi1/0/3   printer room 4     err-disabled 30           auto   auto 10/100/1000BaseTX
Gi1/0/4                      disabled     1            auto   auto 10/100/1000BaseTX
Gi1/0/5   span               monitoring   20         a-full  a-100 10/100/1000BaseTX
Gi1/0/6   pv                 connected    pvlan prom a-full a-1000 10/100/1000BaseTX
Te1/1/1   to core            connected    trunk        full    10G SFP-10GBase-SR
Te1/1/2                      notconnect   routed       full    10G Not Present
Po1       bundle             connected    trunk      a-full a-1000 
`;

    it('finds the status from the right, whatever the name says', () => {
      const { rows, unparsed } = sut.parse('interfaces', PORTS);
      expect(unparsed).toEqual([]);
      expect(rows.map(({ name, description, admin_status, oper_status, reason, mode, vlan, speed_mbps }) => [name, description, admin_status, oper_status, reason, mode, vlan, speed_mbps])).toEqual([
        ['GigabitEthernet1/0/1', null, 'up', 'up', null, 'access', 20, 1000],
        ['GigabitEthernet1/0/2', '*** connected to U', 'up', 'down', null, 'access', 20, null],
        ['GigabitEthernet1/0/3', 'printer room 4', 'up', 'down', 'err-disabled', 'access', 30, null],
        ['GigabitEthernet1/0/4', null, 'down', 'down', null, 'access', 1, null],
        ['GigabitEthernet1/0/5', 'span', 'up', 'other', 'monitoring', 'access', 20, 100],
        ['GigabitEthernet1/0/6', 'pv', 'up', 'up', null, 'other', null, 1000],
        ['TenGigabitEthernet1/1/1', 'to core', 'up', 'up', null, 'trunk', null, 10_000],
        ['TenGigabitEthernet1/1/2', null, 'up', 'down', null, 'routed', null, 10_000],
        ['Port-channel1', 'bundle', 'up', 'up', null, 'trunk', null, 1000],
      ]);
      expect(rows[0]).toMatchObject({ duplex: 'full', auto_duplex: true, auto_speed: true, media: '10/100/1000BaseTX' });
      expect(rows[6]).toMatchObject({ duplex: 'full', auto_duplex: false, auto_speed: false });
    });

    it('puts the tables of a router together, the longer description wins', () => {
      const { rows, status } = sut.parse('interfaces', [
        { command: 'show ip interface brief', format: 'text', extra: false, text: 'Interface              IP-Address      OK? Method Status                Protocol\nGigabitEthernet0/0     10.20.0.1       YES NVRAM  up                    up      \nGigabitEthernet0/1     unassigned      YES unset  administratively down down    ' },
        { command: 'show interfaces description', format: 'text', extra: true, text: 'Interface                      Status         Protocol Description\nGi0/0                          up             up       to the core, left\nGi0/1                          admin down     down     ' },
      ]);
      expect(status).toBe('parsed');
      expect(rows.map(({ name, description, admin_status, addresses }) => [name, description, admin_status, addresses])).toEqual([
        ['GigabitEthernet0/0', 'to the core, left', 'up', ['10.20.0.1']],
        ['GigabitEthernet0/1', null, 'down', []],
      ]);
    });
  });

  describe('routes', () => {
    const TEXT = `Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       + - replicated route, % - next hop override, p - overrides from PfR

Gateway of last resort is 10.20.0.254 to network 0.0.0.0

S*    0.0.0.0/0 [1/0] via 10.20.0.254
      10.0.0.0/8 is variably subnetted, 6 subnets, 3 masks
C        10.20.0.0/24 is directly connected, Vlan20
L        10.20.0.1/32 is directly connected, Vlan20
O E2     10.30.0.0/16 [110/20] via 10.20.0.2, 00:00:04, GigabitEthernet1/0/1
                      [110/20] via 10.20.0.3, 1d18h, GigabitEthernet1/0/2
D EX     10.40.0.0/24 [170/3072] via 10.20.0.4, 7w0d, Vlan20
i L2     10.50.0.0/24 [115/30] via 10.20.0.5, 2y3w, Vlan20
B        10.60.0.0/16 [20/0] via 10.20.0.6 (BLUE), 3d04h
D        10.64.0.0/10 is a summary, 7w0d, Null0
O IA     10.70.0.0/16 
           [110/30] via 10.20.0.7, 00:10:00, TenGigabitEthernet1/1/1
S   %    10.80.0.0/16 [1/0] via 10.20.0.8
      172.16.0.0/24 is subnetted, 1 subnets
R        172.16.5.0 [120/2] via 10.20.0.9, 00:00:11, Vlan20
`;

    it('reads codes, parents, next hops of one cost and lines that go on', () => {
      const { rows, unparsed } = sut.parse('routes', TEXT);
      expect(unparsed).toEqual([]);
      expect(rows.map(({ prefix, protocol, subtype, distance, metric, age_sec, next_hops }) => [prefix, protocol, subtype, distance, metric, age_sec, next_hops.map(({ ip, interface: name, vrf }) => [ip, name, vrf].filter((value) => value !== null).join(' '))])).toEqual([
        ['0.0.0.0/0', 'static', null, 1, 0, null, ['10.20.0.254']],
        ['10.20.0.0/24', 'connected', null, null, null, null, ['Vlan20']],
        ['10.20.0.1/32', 'local', null, null, null, null, ['Vlan20']],
        ['10.30.0.0/16', 'ospf', 'E2', 110, 20, 151_200, ['10.20.0.2 GigabitEthernet1/0/1', '10.20.0.3 GigabitEthernet1/0/2']],
        ['10.40.0.0/24', 'eigrp', 'EX', 170, 3_072, 4_233_600, ['10.20.0.4 Vlan20']],
        ['10.50.0.0/24', 'isis', 'L2', 115, 30, 64_886_400, ['10.20.0.5 Vlan20']],
        ['10.60.0.0/16', 'bgp', null, 20, 0, 273_600, ['10.20.0.6 BLUE']],
        ['10.64.0.0/10', 'eigrp', null, null, null, 4_233_600, ['Null0']],
        ['10.70.0.0/16', 'ospf', 'IA', 110, 30, 600, ['10.20.0.7 TenGigabitEthernet1/1/1']],
        ['10.80.0.0/16', 'static', null, 1, 0, null, ['10.20.0.8']],
        ['172.16.5.0/24', 'rip', null, 120, 2, 11, ['10.20.0.9 Vlan20']],
      ]);
    });

    it('follows the names of tables', () => {
      const { rows, unparsed } = sut.parse('routes', 'Routing Table: RED\nGateway of last resort is not set\n\nC        10.9.0.0/24 is directly connected, Vlan9\n\nRouting Table: BLUE\n\nC        10.9.0.0/24 is directly connected, Vlan8\n');
      expect(unparsed).toEqual([]);
      expect(rows.map(({ context }) => context)).toEqual(['RED', 'BLUE']);
    });

    it('reports a prefix whose next hop never came', () => {
      expect(sut.parse('routes', 'O IA     10.70.0.0/16\n')).toMatchObject({ status: 'partial', rows: [], unparsed: [{ number: 1 }] });
    });
  });

  describe('version', () => {
    it('reads IOS XE, with a stack', () => {
      const { rows, unparsed } = sut.parse('version', `Cisco IOS XE Software, Version 17.09.04a
Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2023 by Cisco Systems, Inc.
Compiled Fri 20-Oct-23 10:33 by mcpre

ROM: IOS-XE ROMMON

acc-01 uptime is 1 year, 2 weeks, 3 days, 4 hours, 5 minutes
Uptime for this control processor is 1 year, 2 weeks, 3 days, 4 hours, 7 minutes
System returned to ROM by Power Failure or Unknown at 10:20:01 CET Mon Nov 4 2024
System image file is "flash:packages.conf"
Last reload reason: PowerOn

cisco C9300-48P (X86) processor with 1343703K/6147K bytes of memory.
Processor board ID FCW0000A001
2048K bytes of non-volatile configuration memory.

Base Ethernet MAC Address          : 00:de:ad:00:01:00
Motherboard Assembly Number        : 73-0000-00
Model Number                       : C9300-48P
System Serial Number               : FCW0000A001

Switch Ports Model              SW Version        SW Image              Mode   
------ ----- -----              ----------        ----------            ----   
*    1 65    C9300-48P          17.09.04a         CAT9K_IOSXE           INSTALL
     2 65    C9300-48P          17.09.04a         CAT9K_IOSXE           INSTALL

Switch 02
---------
Switch uptime                      : 1 year, 2 weeks
Base Ethernet MAC Address          : 00:de:ad:00:02:00
Model Number                       : C9300-48P
System Serial Number               : FCW0000A002

Configuration register is 0x102`);
      expect(unparsed).toEqual([]);
      expect(rows).toEqual([
        {
          vendor: 'Cisco', os: 'IOS-XE', os_version: '17.09.04a', model: 'C9300-48P', hostname: 'acc-01', serials: ['FCW0000A001', 'FCW0000A002'], hardware: ['C9300-48P', 'C9300-48P'],
          image_file: 'flash:packages.conf', uptime_sec: 31_536_000 + 2 * 604_800 + 3 * 86_400 + 4 * 3_600 + 5 * 60, boot_reason: 'Power Failure or Unknown', base_mac: '00dead000100', memory_kb: 1_349_850,
        },
      ]);
    });

    it('reads IOS', () => {
      const { rows } = sut.parse('version', 'Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)\n\nsw9 uptime is 5 minutes\nSystem image file is "flash:/c2960x.bin"\ncisco WS-C2960X-24TS-L (APM86XXX) processor (revision A0) with 524288K bytes of memory.\nProcessor board ID FOC0000B009');
      expect(rows[0]).toMatchObject({ os: 'IOS', os_version: '15.2(7)E3', model: 'WS-C2960X-24TS-L', hostname: 'sw9', serials: ['FOC0000B009'], uptime_sec: 300, memory_kb: 524_288 });
    });
  });

  it('reads an inventory of pairs, with fields that are blank', () => {
    const { rows, unparsed } = sut.parse('inventory', `NAME: "c93xx Stack", DESCR: "c93xx Stack"
PID: C9300-48P         , VID: V02  , SN: FCW0000A001

NAME: "Switch 1 - Power Supply A", DESCR: "Switch 1 - Power Supply A"
PID: PWR-C1-715WAC     , VID: V01  , SN: LIT0000X01

NAME: "Switch 1 FAN 1", DESCR: "Switch 1 FAN 1"
PID:                   , VID:      , SN:

NAME: "Te1/1/1", DESCR: "SFP-10GBase-SR"
PID: SFP-10G-SR          , VID: V03  , SN: AVD0000S01      
`);
    expect(unparsed).toEqual([]);
    expect(rows.map(({ kind, pid, vid, serial }) => [kind, pid, vid, serial])).toEqual([
      ['chassis', 'C9300-48P', 'V02', 'FCW0000A001'],
      ['psu', 'PWR-C1-715WAC', 'V01', 'LIT0000X01'],
      ['fan', null, null, null],
      ['transceiver', 'SFP-10G-SR', 'V03', 'AVD0000S01'],
    ]);
  });

  it('gives rows as the contracts know them', () => {
    const { rows } = sut.parse('arp', 'Internet  10.20.1.7             12   00de.ad00.be07  ARPA   Gi1/0/7');
    expect(() => rows.map((row) => CAPTURE_ROWS.arp.parse(row))).not.toThrow();
  });

  describe('configs', () => {
    const config = (acl: string, at = '10:00:00 UTC Mon Nov 4 2024'): string =>
      `Building configuration...\n\nCurrent configuration : 1234 bytes\n!\n! Last configuration change at ${at} by ops\n! NVRAM config last updated at ${at} by ops\n!\nversion 17.9\nhostname acc-01\n!\nip access-list extended IN\n ${acl}\n!\nntp clock-period 36029233\nntp server 10.0.0.2\nntp server 10.0.0.1\nend\n`;

    it('has the same text when only noise and order changed, and says what it left out', () => {
      const one = sut.normalise('configs', config('permit ip any any'));
      const other = sut.normalise('configs', config('permit ip any any', '23:00:00 UTC Tue Nov 5 2024').replace('36029233', '36029999').replace('1234', '1235').replace('ntp server 10.0.0.2\nntp server 10.0.0.1', 'ntp server 10.0.0.1\nntp server 10.0.0.2'));
      expect(other.text).toBe(one.text);
      expect(one.hits).toMatchObject({ building: 1, size: 1, 'last-change': 1, 'nvram-updated': 1, 'ntp-clock-period': 1, 'order-ntp': 1 });
    });

    it.each(['deny ip from 10.0.0.0 any', 'remark traffic from 10.1.2.3 at noon', 'remark ! Last configuration change at 10:00:00', 'remark ntp clock-period 5', 'deny ip host 10.9.9.9 any'])('does not hide the edit %j of an access list', (line) => {
      expect(sut.normalise('configs', config(line)).text).not.toBe(sut.normalise('configs', config('permit ip any any')).text);
      expect(sut.normalise('configs', config(line)).text).toContain(line);
    });

    it('keeps the order of access lists', () => {
      const list = 'ip access-list standard A\n permit 10.0.0.2\n permit 10.0.0.1\nip prefix-list P seq 5 permit 10.2.0.0/16\nip prefix-list P seq 4 permit 10.1.0.0/16';
      expect(sut.normalise('configs', list).text).toBe(list);
    });

    it('replaces the body of a certificate by its fingerprint', () => {
      const text = sut.normalise('configs', 'crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n  30820330 30820218 A0030201 02020101\n  300D0609 2A864886\n  \tquit\nend').text;
      expect(text).toMatch(/^crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n {2}fingerprint [0-9a-f]{16}\n {2}\tquit\nend$/);
    });

    it('leaves out a bandwidth the device sets by itself, and no other', () => {
      expect(sut.normalise('configs', 'interface Tunnel1\n tunnel mpls traffic-eng bandwidth  5000\n tunnel mpls traffic-eng auto-bw\nend').text).not.toContain('5000');
      expect(sut.normalise('configs', 'interface Tunnel1\n tunnel mpls traffic-eng bandwidth  5000\ninterface Tunnel2\n tunnel mpls traffic-eng auto-bw\nend').text).toContain('5000');
    });

    it('names who changed it', () => {
      expect(sut.actor(config('permit ip any any'))).toEqual({ user: 'ops', at: '10:00:00 UTC Mon Nov 4 2024', from: null });
      expect(sut.actor('Nov 4 10:00:00: %SYS-5-CONFIG_I: Configured from console by ann on vty0 (10.0.0.9)')).toEqual({ user: 'ann', at: null, from: '10.0.0.9' });
    });
  });
});
