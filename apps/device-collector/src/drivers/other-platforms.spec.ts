import { findPlatform } from '../platforms';

function parse(platform: string, type: 'arp' | 'mac' | 'lldp' | 'interfaces' | 'routes' | 'version' | 'inventory', text: string): ReturnType<NonNullable<ReturnType<typeof findPlatform>>['parse']> {
  const sut = findPlatform(platform);
  if (sut === undefined) {
    throw new Error(`no platform ${platform}`);
  }
  return sut.parse(type, text);
}

describe('frr', () => {
  it('reads routes in text, of which only some are used', () => {
    const { rows, unparsed } = parse('frr', 'routes', `Codes: K - kernel route, C - connected, S - static, R - RIP,
       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,
       > - selected route, * - FIB route, q - queued, r - rejected, b - backup
       t - trapped, o - offload failure

VRF default:
K>* 0.0.0.0/0 [0/0] via 192.0.2.1, eth0, 00:10:00
O   10.1.1.0/24 [110/10] is directly connected, dum0, weight 1, 00:00:01
C>* 10.1.1.0/24 is directly connected, dum0, 00:00:01
B>* 10.2.0.0/16 [20/0] via 10.1.1.2, dum0, weight 1, 01:02:03
  *                    via 10.1.1.3, dum1, weight 1, 01:02:03

VRF red:
S>* 10.9.0.0/16 [1/0] unreachable (blackhole), weight 1, 2d03h04m
`);
    expect(unparsed.map(({ text }) => text)).toEqual([]);
    expect(rows).toMatchObject([
      { context: 'default', prefix: '0.0.0.0/0', protocol: 'kernel', best: true, age_sec: 600 },
      { prefix: '10.1.1.0/24', protocol: 'ospf', best: false, distance: 110 },
      { prefix: '10.1.1.0/24', protocol: 'connected', best: true, next_hops: [{ ip: null, interface: 'dum0' }] },
      { prefix: '10.2.0.0/16', protocol: 'bgp', next_hops: [{ ip: '10.1.1.2' }, { ip: '10.1.1.3' }] },
      { context: 'red', prefix: '10.9.0.0/16', protocol: 'static', next_hops: [{ ip: null, interface: null }] },
    ]);
  });

  it.each([
    ['an object per VRF', '{"default":{"10.1.1.0/24":[{"prefix":"10.1.1.0/24","protocol":"connected","vrfName":"default","selected":true,"uptime":"00:00:01","nexthops":[{"interfaceName":"dum0"}]}]},"red":{"10.9.0.0/16":[{"prefix":"10.9.0.0/16","protocol":"static","vrfName":"red","selected":true,"distance":1,"metric":0,"nexthops":[{"ip":"10.1.1.2","interfaceName":"dum1"}]}]}}'],
    ['a document per VRF', '{"10.1.1.0/24":[{"prefix":"10.1.1.0/24","protocol":"connected","vrfName":"default","selected":true,"uptime":"00:00:01","nexthops":[{"interfaceName":"dum0"}]}]}\n{"10.9.0.0/16":[{"prefix":"10.9.0.0/16","protocol":"static","vrfName":"red","selected":true,"distance":1,"metric":0,"nexthops":[{"ip":"10.1.1.2","interfaceName":"dum1"}]}]}'],
  ])('reads routes in JSON: %s', (_what, text) => {
    const { rows, status } = parse('frr', 'routes', text);
    expect(status).toBe('parsed');
    expect(rows).toMatchObject([{ context: 'default', prefix: '10.1.1.0/24', protocol: 'connected', age_sec: 1, best: true }, { context: 'red', prefix: '10.9.0.0/16', protocol: 'static', next_hops: [{ ip: '10.1.1.2', interface: 'dum1' }] }]);
  });

  it('reads interfaces with addresses below each other', () => {
    const { rows, unparsed } = parse('frr', 'interfaces', 'Interface       Status  VRF             Addresses\n---------       ------  ---             ---------\ndum0            up      default         10.1.1.1/24\n                                        2001:db8::1/64\neth1            down    red             \n');
    expect(unparsed).toEqual([]);
    expect(rows).toMatchObject([{ name: 'dum0', oper_status: 'up', addresses: ['10.1.1.1/24', '2001:db8::1/64'], context: 'default' }, { name: 'eth1', oper_status: 'down', addresses: [], context: 'red' }]);
  });

  it('reads the version', () => {
    expect(parse('frr', 'version', 'FRRouting 8.4.4 (vm) on Linux(6.1.0-30-amd64).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\nconfigured with:\n    \'--build=x86_64-linux-gnu\' \'--prefix=/usr\'\n')).toMatchObject({ status: 'parsed', rows: [{ os: 'FRR', os_version: '8.4.4', hostname: 'vm' }] });
  });

  it('hashes routes in text without their ages', () => {
    const sut = findPlatform('frr');
    const at = (age: string): string => `C>* 10.1.1.0/24 is directly connected, dum0, ${age}`;
    expect(sut?.normalise('routes', at('00:00:01')).text).toBe(sut?.normalise('routes', at('1d02h03m')).text);
  });
});

describe('linux', () => {
  it('reads neighbours', () => {
    expect(parse('linux', 'arp', '[{"dst":"10.20.1.7","dev":"eth0","lladdr":"00:de:ad:00:be:07","state":["REACHABLE"]},{"dst":"2001:DB8:0:0::1","dev":"eth0","state":["FAILED"]},{"dst":"10.20.1.9","dev":"eth0","lladdr":"00:de:ad:00:be:09","state":["PERMANENT"]},{"dst":"127.0.0.1","dev":"lo","lladdr":"00:00:00:00:00:00","state":["NOARP"]}]').rows).toMatchObject([{ ip: '10.20.1.7', mac: '00dead00be07', type: 'dynamic' }, { ip: '2001:db8::1', mac: null, type: 'incomplete' }, { ip: '10.20.1.9', type: 'static' }]);
    expect(parse('linux', 'arp', '').status).toBe('empty');
    expect(parse('linux', 'arp', '[{"dst":"10.20').status).toBe('partial');
  });

  it('reads the forwarding database', () => {
    expect(parse('linux', 'mac', '[{"mac":"00:de:ad:00:be:07","ifname":"eth1","vlan":20,"flags":[],"master":"br0","state":""},{"mac":"33:33:00:00:00:01","ifname":"eth0","flags":["self"],"state":"permanent"}]').rows).toMatchObject([{ context: 'br0', vlan: 20, ports: ['eth1'], type: 'dynamic' }, { type: 'self', flags: ['self'] }]);
  });

  it('reads interfaces', () => {
    expect(parse('linux', 'interfaces', '[{"ifname":"lo","flags":["LOOPBACK","UP"],"operstate":"UNKNOWN","addr_info":[{"local":"127.0.0.1","prefixlen":8}]},{"ifname":"eth1","flags":["BROADCAST"],"operstate":"DOWN","link_type":"ether","addr_info":[]},{}]').rows).toMatchObject([{ name: 'lo', oper_status: 'up', addresses: ['127.0.0.1/8'] }, { name: 'eth1', admin_status: 'down', oper_status: 'down' }]);
  });

  it('reads routes', () => {
    expect(parse('linux', 'routes', '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[]},{"dst":"192.0.2.0/24","dev":"eth0","protocol":"kernel","scope":"link","flags":[]},{"type":"local","dst":"192.0.2.2","dev":"eth0","table":"local","protocol":"kernel","flags":[]},{"type":"broadcast","dst":"192.0.2.255","dev":"eth0","table":"local","protocol":"kernel","flags":[]},{"dst":"10.9.0.0/16","table":"100","protocol":"static","nexthops":[{"gateway":"192.0.2.3","dev":"eth0","flags":[]},{"gateway":"192.0.2.4","dev":"eth0","flags":[]}],"flags":[]},{"dst":"default","gateway":"fe80::1","dev":"eth0","protocol":"ra","metric":1024,"flags":[]}]').rows).toMatchObject([
      { prefix: '0.0.0.0/0', protocol: 'static', next_hops: [{ ip: '192.0.2.1', interface: 'eth0' }] },
      { prefix: '192.0.2.0/24', protocol: 'connected' },
      { prefix: '192.0.2.2/32', protocol: 'local' },
      { context: '100', prefix: '10.9.0.0/16', next_hops: [{ ip: '192.0.2.3' }, { ip: '192.0.2.4' }] },
      { prefix: '::/0', protocol: 'router-advertisement', metric: 1_024 },
    ]);
  });

  it('reads neighbours of lldpd', () => {
    expect(parse('linux', 'lldp', '{"lldp":{"interface":[{"eth0":{"via":"LLDP","chassis":{"sw1":{"id":{"type":"mac","value":"00:de:ad:00:0c:01"},"descr":"a switch","mgmt-ip":["10.20.0.2","2001:db8::2"],"capability":[{"type":"Bridge","enabled":true},{"type":"Router","enabled":false}]}},"port":{"id":{"type":"ifname","value":"Gi1/0/7"},"descr":"server","ttl":"120"},"vlan":{"vlan-id":"20","pvid":true}}}]}}').rows).toMatchObject([
      { local_interface: 'eth0', chassis_id: '00:de:ad:00:0c:01', system_name: 'sw1', port_id: 'Gi1/0/7', capabilities: ['bridge', 'router'], enabled_capabilities: ['bridge'], management_addresses: ['10.20.0.2', '2001:db8::2'], vlan: 20, ttl_sec: 120 },
    ]);
    expect(parse('linux', 'lldp', '{"lldp":{}}').status).toBe('empty');
  });

  it('reads what it is, and of what it is made', () => {
    expect(parse('linux', 'version', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nCAPSTAN_UNAME=Linux vm 6.1.0 x86_64\nCAPSTAN_UPTIME=3600\nCAPSTAN_MODEL=KVM\nCAPSTAN_MEMORY=4030000 kB')).toMatchObject({ status: 'parsed', rows: [{ os: 'Debian GNU/Linux', os_version: '12', hostname: 'vm', uptime_sec: 3_600, model: 'KVM', memory_kb: 4_030_000 }] });
    expect(parse('linux', 'inventory', '# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 2.8 present.\n\nHandle 0x0100, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Example\n\tProduct Name: Box 7\n\tVersion: 2\n\tSerial Number: S0000001\n\nHandle 0x0300, DMI type 3, 22 bytes\nChassis Information\n\tManufacturer: Example\n\tType: Rack Mount\n\tSerial Number: Not Specified\n')).toMatchObject({ status: 'parsed', rows: [{ name: 'System', pid: 'Box 7', vid: '2', serial: 'S0000001' }, { name: 'Chassis', kind: 'chassis', pid: 'Rack Mount', serial: null }] });
  });
});

describe('juniper_junos', () => {
  it('reads ARP with the MAC first, and ports that go on in the next line', () => {
    const { rows, status } = parse('juniper_junos', 'arp', 'MAC Address       Address         Interface                Flags\n00:de:ad:00:be:07 10.20.1.7       irb.20 [ae3.0]           none\n00:de:ad:00:be:08 10.20.1.8       irb.20\n                                  [ge-0/0/1.0]             none\n00:de:ad:00:be:09 10.20.1.9       em0.0                    permanent\nTotal entries: 3\n\n{master:0}');
    expect(status).toBe('parsed');
    expect(rows).toMatchObject([{ interface: 'irb.20', egress_port: 'ae3.0' }, { interface: 'irb.20', egress_port: 'ge-0/0/1.0' }, { interface: 'em0.0', type: 'static' }]);
  });

  it('reads the hardware as a tree', () => {
    const { rows, unparsed } = parse('juniper_junos', 'inventory', `Hardware inventory:
Item             Version  Part number  Serial number     Description
Chassis                                JN0000000AFA      MX240
Midplane         REV 07   760-021404   ABAC0001          MX240 Backplane
PEM 0            Rev 03   740-029970   QCS0001           PS 1.4-2.52kW
FPC 1            REV 15   750-031087   CAAB0001          MPC Type 2
  CPU            REV 06   711-030884   CAAC0001          MPC PMB 2G
  MIC 0          REV 24   750-028392   CAAD0001          3D 20x 1GE(LAN) SFP
    PIC 0                 BUILTIN      BUILTIN           10x 1GE(LAN) SFP
      Xcvr 0     REV 01   740-011613   PF00001           SFP-SX
Fan Tray 0       REV 01   710-030216   ACAB0001          Enhanced Fan Tray
`);
    expect(unparsed).toEqual([]);
    expect(rows).toMatchObject([
      { name: 'Chassis', kind: 'chassis', serial: 'JN0000000AFA', parent: null },
      { name: 'Midplane', vid: 'REV 07' },
      { name: 'PEM 0', kind: 'psu' },
      { name: 'FPC 1', kind: 'module', slot: '1' },
      { name: 'CPU', parent: 'FPC 1' },
      { name: 'MIC 0', parent: 'FPC 1' },
      { name: 'PIC 0', parent: 'MIC 0' },
      { name: 'Xcvr 0', kind: 'transceiver', parent: 'PIC 0', description: 'SFP-SX' },
      { name: 'Fan Tray 0', kind: 'fan', parent: null },
    ]);
  });

  it('names who committed', () => {
    expect(findPlatform('juniper_junos')?.actor('## Last commit: 2024-11-04 10:00:00 UTC by ann\nset system host-name mx1')).toEqual({ user: 'ann', at: '2024-11-04 10:00:00 UTC', from: null });
  });
});

describe('what other devices say they are', () => {
  const version = (name: string, ...outputs: readonly string[]) => {
    const commands = findPlatform(name)!.commands('version')!.steps.map(({ choices }) => choices[0]!.text);
    const text = outputs.length === 1 ? outputs[0]! : outputs.map((output, index) => `===== ${commands[index]} =====\n${output}`).join('\n');
    const { status, rows, unparsed } = parse(name, 'version', text);
    return { status, rows, unparsed: unparsed.map((line) => line.text) };
  };

  it('Junos, of two ages', () => {
    const today = version('juniper_junos', 'Hostname: mx1\nModel: mx240\nJunos: 21.4R3.15\nJUNOS OS Kernel 64-bit  [20220105.5b4b3f1_builder_stable_11]\nJUNOS OS libs [20220105.5b4b3f1_builder_stable_11]\n\n{master}');
    expect(today).toMatchObject({ status: 'parsed', rows: [{ vendor: 'Juniper', os: 'Junos', os_version: '21.4R3.15', model: 'mx240', hostname: 'mx1', hardware: ['mx240'], serials: [] }] });
    const old = version('juniper_junos', 'fpc0:\n--------------------------------------------------------------------------\nHostname: ex1\nModel: ex2200-c-12t-2g\nJUNOS Base OS boot [12.3R3.4]\nJUNOS Base OS Software Suite [12.3R3.4]\nJUNOS Kernel Software Suite [12.3R3.4]\n\n{master:0}');
    expect(old).toMatchObject({ status: 'parsed', rows: [{ os_version: '12.3R3.4', model: 'ex2200-c-12t-2g' }] });
  });

  it('PAN-OS, also as the one part it tells of', () => {
    const info = 'hostname: pa1\nip-address: 192.0.2.5\npublic-ip-address: unknown\nnetmask: 255.255.255.0\ndefault-gateway: 192.0.2.1\nip-assignment: static\nipv6-address: unknown\nmac-address: 00:de:ad:00:be:01\ntime: Sat Nov 21 10:00:00 2026\n\nuptime: 12 days, 3:04:05\nfamily: 3200\nmodel: PA-3220\nserial: 000000000001\ncloud-mode: non-cloud\nsw-version: 10.2.3\nglobal-protect-client-package-version: 0.0.0\napp-version: 8600-7500\napp-release-date: 2026/11/20 10:00:00 UTC\nthreat-version: 8600-7500\nwildfire-version: 0\nurl-db: paloaltonetworks\nlogdb-version: 10.2.0\nplatform-family: 3200\nvpn-disable-mode: off\nmulti-vsys: off\noperational-mode: normal';
    expect(version('paloalto_panos', info)).toMatchObject({ status: 'parsed', rows: [{ os: 'PAN-OS', os_version: '10.2.3', model: 'PA-3220', hostname: 'pa1', serials: ['000000000001'], base_mac: '00dead00be01', uptime_sec: 1_047_845 }] });
    expect(parse('paloalto_panos', 'inventory', info)).toMatchObject({ status: 'parsed', rows: [{ kind: 'chassis', pid: 'PA-3220', serial: '000000000001' }] });
  });

  it('AOS-S, out of two answers with two fields in a line', () => {
    const said = version(
      'aruba_aoss',
      'Image stamp:    /ws/build/code/lakes(build_rel)\n                Nov 15 2019 16:07:43\n                WC.16.10.0003\n                345\nBoot Image:     Primary\nBoot ROM Version:    WC.17.02.0006\nActive Boot ROM:     Primary',
      ' Status and Counters - General System Information\n\n  System Name        : sw1\n  System Contact     :\n  System Location    : hall 3\n\n  MAC Age Time (sec) : 300\n\n  Time Zone          : 0\n  Daylight Time Rule : None\n\n  Software revision  : WC.16.10.0003        Base MAC Addr      : 0015b2-a45078\n  ROM Version        : WC.17.02.0006        Serial Number      : SG00000001\n\n  Up Time            : 12 days              Memory   - Total   : 341,831,680\n  CPU Util (%)       : 7                               Free    : 232,005,176\n\n  IP Mgmt  - Pkts Rx : 52,432               Packet   - Total   : 6600\n             Pkts Tx : 52,121               Buffers    Free    : 4830\n                                                       Lowest  : 4710\n                                                       Missed  : 0',
    );
    expect(said).toMatchObject({ status: 'parsed', unparsed: [], rows: [{ os: 'AOS-S', os_version: 'WC.16.10.0003', hostname: 'sw1', serials: ['SG00000001'], base_mac: '0015b2a45078', uptime_sec: 1_036_800, memory_kb: 333_820 }] });
    expect(said.rows).toHaveLength(1);
  });

  it('AOS-CX, out of two answers', () => {
    const said = version(
      'aruba_aoscx',
      '-----------------------------------------------------------------------------\nArubaOS-CX\n(c) Copyright 2017-2022 Hewlett Packard Enterprise Development LP\n-----------------------------------------------------------------------------\nVersion      : FL.10.09.1010\nBuild Date   : 2022-03-15 14:25:39 UTC\nBuild ID     : ArubaOS-CX:FL.10.09.1010:0123456789ab:202203151400\nActive Image : primary\n\nService OS Version : FL.01.09.0002\nBIOS Version       : FL.01.0002',
      'Hostname               : cx1\nSystem Description     : FL.10.09.1010\nSystem Contact         :\nSystem Location        :\n\nVendor                 : Aruba\nProduct Name           : JL658A 6300M 24SFP+\nChassis Serial Nbr     : SG00000002\nBase MAC Address       : 0015b2-a45079\nArubaOS-CX Version     : FL.10.09.1010\n\nTime Zone              : UTC\n\nUp Time                : 1 week, 2 days, 3 hours, 4 minutes\nCPU Util (%)           : 10\nMemory Usage (%)       : 20',
    );
    expect(said).toMatchObject({ status: 'parsed', unparsed: [], rows: [{ os_version: 'FL.10.09.1010', model: 'JL658A 6300M 24SFP+', hostname: 'cx1', serials: ['SG00000002'], base_mac: '0015b2a45079', uptime_sec: 788_640 }] });
  });

  it('IOS XR, of both trains', () => {
    const old = version('cisco_iosxr', 'Mon Nov  4 10:00:00.123 UTC\n\nCisco IOS XR Software, Version 6.5.3[Default]\nCopyright (c) 2019 by Cisco Systems, Inc.\n\nROM: System Bootstrap, Version 10.59(c) 1994-2012 by Cisco Systems,  Inc.\n\npe1 uptime is 1 week, 2 days, 3 hours, 4 minutes\nSystem image file is "disk0:asr9k-os-mbi-6.5.3/0x100000/mbiasr9k-rp.vm"\n\ncisco ASR9K Series (Intel 686 F6M14S4) processor with 12582912K bytes of memory.\nIntel 686 F6M14S4 processor at 2127MHz, Revision 2.174\nASR 9006 4 Line Card Slot Chassis with V1 AC PEM\n\n2 Management Ethernet\n40 GigabitEthernet\n503k bytes of non-volatile configuration memory.\n\nConfiguration register on node 0/RSP0/CPU0 is 0x2102\nBoot device on node 0/RSP0/CPU0 is disk0:\nPackage active on node 0/RSP0/CPU0:\niosxr-infra, V 6.5.3[Default], Cisco Systems, at disk0:iosxr-infra-6.5.3\n    Built on Mon Mar 25 06:52:27 UTC 2019\n    By iox-lnx-013 in /auto/build for pie');
    expect(old).toMatchObject({ status: 'parsed', unparsed: [], rows: [{ os: 'IOS-XR', os_version: '6.5.3', hostname: 'pe1', model: 'ASR9K', uptime_sec: 788_640 }] });
    const today = version('cisco_iosxr', 'Cisco IOS XR Software, Version 7.3.2 LNT\nCopyright (c) 2013-2021 by Cisco Systems, Inc.\n\nBuild Information:\n Built By     : builder\n Built On     : Wed Oct 13 20:00:36 UTC 2021\n Build Host   : host-1\n Workspace    : /auto/build\n Version      : 7.3.2\n Label        : 7.3.2\n\ncisco 8000 (VXR)\ncisco 8201 (VXR) processor with 32GB of memory\npe2 uptime is 1 day, 6 hours, 4 minutes\nCisco 8201 1RU Chassis');
    expect(today).toMatchObject({ status: 'parsed', unparsed: [], rows: [{ os_version: '7.3.2', hostname: 'pe2', model: '8201', uptime_sec: 108_240 }] });
  });

  it.each(['juniper_junos', 'paloalto_panos', 'aruba_aoss', 'aruba_aoscx', 'cisco_iosxr'])('%s reports a line that nobody knows, and has no row without a field', (name) => {
    expect(version(name, 'something else entirely')).toEqual({ status: 'partial', rows: [], unparsed: ['something else entirely'] });
  });
});

describe('cisco_iosxr', () => {
  it('reads ARP in a block per line card, below the time of day', () => {
    const { rows, unparsed } = parse('cisco_iosxr', 'arp', 'Mon Nov  4 10:00:00.123 UTC\n\n-------------------------------------------------------------------------------\n0/RSP0/CPU0\n-------------------------------------------------------------------------------\nAddress         Age        Hardware Addr   State      Type  Interface\n10.20.1.1       -          00de.ad00.0001  Interface  ARPA  MgmtEth0/RSP0/CPU0/0\n\n-------------------------------------------------------------------------------\n0/0/CPU0\n-------------------------------------------------------------------------------\nAddress         Age        Hardware Addr   State      Type  Interface\n10.20.1.7       02:55:43   00de.ad00.be07  Dynamic    ARPA  BE10.20');
    expect(unparsed).toEqual([]);
    expect(rows).toMatchObject([{ type: 'local', interface: 'MgmtEth0/RSP0/CPU0/0' }, { type: 'dynamic', age_sec: 10_543, interface: 'Bundle-Ether10.20' }]);
  });

  it('leaves out the time of day before it compares', () => {
    const sut = findPlatform('cisco_iosxr');
    expect(sut?.normalise('configs', 'Mon Nov  4 10:00:00.123 UTC\nhostname pe1\nend').text).toBe('hostname pe1\nend');
  });
});

describe.each(['aruba_aoss', 'aruba_aoscx', 'paloalto_panos'])('%s', (name) => {
  it('keeps tables as text, and says so', () => {
    expect(parse(name, 'arp', 'a table').status).toBe('unparsed');
  });
});
