import { CAPTURE_ROWS, type RowType } from '@capstan/contracts';
import fc from 'fast-check';
import { builtInPlatforms } from './find-platform';

/** One good output of every parser, in its vendor's shape. */
const OUTPUTS: readonly { readonly platform: string; readonly type: RowType; readonly lineByLine: boolean; readonly text: string }[] = [
  { platform: 'cisco_ios', type: 'arp', lineByLine: true, text: 'Protocol  Address          Age (min)  Hardware Addr   Type   Interface\nInternet  10.20.1.1              -   5254.0a11.0001  ARPA   Vlan20\nInternet  10.20.1.7             12   00de.ad00.be07  ARPA   Gi1/0/7' },
  { platform: 'cisco_ios', type: 'mac', lineByLine: true, text: 'Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n  20    00de.ad00.0107    DYNAMIC     Gi1/0/7\n  20    00de.ad00.0108    DYNAMIC     Gi1/0/8' },
  { platform: 'cisco_ios', type: 'lldp', lineByLine: false, text: '------------------------------------------------\nLocal Intf: Gi1/0/48\nChassis id: 00de.ad00.0c01\nPort id: Gi0/1\nSystem Name: dist\n\nSystem Description:\nfree text\n\nTime remaining: 98 seconds\nSystem Capabilities: B,R\nVlan ID: 20\n\nTotal entries displayed: 1' },
  { platform: 'cisco_ios', type: 'interfaces', lineByLine: true, text: 'Port      Name               Status       Vlan       Duplex  Speed Type\nGi1/0/1                      connected    20         a-full a-1000 10/100/1000BaseTX\nGi1/0/2   printer            notconnect   20           auto   auto 10/100/1000BaseTX' },
  { platform: 'cisco_ios', type: 'routes', lineByLine: true, text: 'C        10.20.0.0/24 is directly connected, Vlan20\nO E2     10.30.0.0/16 [110/20] via 10.20.0.2, 00:00:04, GigabitEthernet1/0/1\nS*    0.0.0.0/0 [1/0] via 10.20.0.254' },
  { platform: 'cisco_ios', type: 'version', lineByLine: false, text: 'Cisco IOS Software, X Software (Y), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)\nsw9 uptime is 5 minutes\nProcessor board ID FOC0000B009' },
  { platform: 'cisco_ios', type: 'inventory', lineByLine: false, text: 'NAME: "1", DESCR: "WS-C2960"\nPID: WS-C2960X , VID: V02 , SN: FOC0000B009\n\nNAME: "Fan", DESCR: "Fan"\nPID: , VID: , SN:' },
  { platform: 'cisco_nxos', type: 'arp', lineByLine: true, text: 'Total number of entries: 2\nAddress         Age       MAC Address     Interface       Flags\n10.20.1.7       00:12:07  00de.ad00.be07  Vlan20\n10.20.1.8       00:00:17  INCOMPLETE      Vlan20' },
  { platform: 'cisco_nxos', type: 'mac', lineByLine: true, text: '   VLAN     MAC Address      Type      age     Secure NTFY Ports\n*   20     00de.ad00.0107   dynamic  0         F      F    Eth1/7\nG    -     00de.ad00.0001   static   -         F      F    sup-eth1(R)' },
  { platform: 'cisco_nxos', type: 'lldp', lineByLine: false, text: 'Chassis id: 00de.ad00.0c01\nPort id: Ethernet1/3\nLocal Port id: Eth1/41\nSystem Name: spine-01\nTime remaining: 104 seconds\nTotal entries displayed: 1' },
  { platform: 'cisco_nxos', type: 'routes', lineByLine: false, text: 'IP Route Table for VRF "default"\n\n10.30.0.0/16, ubest/mbest: 2/0\n    *via 10.20.0.2, Eth1/1, [110/3], 5d18h, ospf-10, intra\n    *via 10.20.0.3, Eth1/2, [110/3], 5d18h, ospf-10, intra\n10.31.0.0/16, ubest/mbest: 1/0\n    *via 10.20.0.9, [1/0], 5d18h, static' },
  { platform: 'arista_eos', type: 'arp', lineByLine: true, text: 'Address         Age (sec)  Hardware Addr   Interface\n10.20.1.7         0:12:07  00de.ad00.be07  Vlan20, Port-Channel2\n10.20.1.9             N/A  00de.ad00.be09  Et1' },
  { platform: 'arista_eos', type: 'mac', lineByLine: true, text: 'Vlan    Mac Address       Type        Ports      Moves   Last Move\n  20    00de.ad00.0107    DYNAMIC     Et7        1       0:08:16 ago\nTotal Mac Addresses for this criterion: 1' },
  { platform: 'arista_eos', type: 'lldp', lineByLine: false, text: 'Interface Ethernet1 detected 1 LLDP neighbors:\n\n  Neighbor 00de.ad00.0c01/"Ethernet3", age 12 seconds\n  - Chassis ID type: MAC address (4)\n    Chassis ID     : 00de.ad00.0c01\n  - System Name: "spine"' },
  { platform: 'arista_eos', type: 'routes', lineByLine: true, text: ' B E      10.30.0.0/16 [20/0] via 10.20.0.2, Ethernet1\n C        10.20.0.0/24 is directly connected, Vlan20' },
  { platform: 'arista_eos', type: 'inventory', lineByLine: false, text: 'System information\n  Model                    Description\n  DCS-7050SX-64-F          48x SFP+ 1RU\n\n  HW Version  Serial Number  Mfg Date   Epoch\n  01.02       JPE00000001    2014-12-02 01.00\n\nSystem has 2 power supply slots\n  Slot Model            Serial Number\n  1    PWR-500AC-F      K19200000A1' },
  { platform: 'frr', type: 'routes', lineByLine: true, text: 'K>* 0.0.0.0/0 [0/0] via 192.0.2.1, eth0, 00:10:00\nC>* 10.1.1.0/24 is directly connected, dum0, 00:00:01\nO   10.1.1.0/24 [110/10] is directly connected, dum0, weight 1, 00:00:01' },
  { platform: 'juniper_junos', type: 'arp', lineByLine: true, text: 'MAC Address       Address         Interface                Flags\n00:de:ad:00:be:07 10.20.1.7       irb.20 [ae3.0]           none\n00:de:ad:00:be:08 10.20.1.8       em0.0                    permanent\nTotal entries: 2' },
];

/** A line no device says. Blank ones carry nothing. */
const nonsense = fc.string({ minLength: 3, maxLength: 60, unit: 'grapheme-ascii' }).map((text) => `%~ ${text.replace(/[\r\n]/g, ' ').trim()} ~%`);

describe.each(OUTPUTS)('$platform $type', ({ platform: name, type, lineByLine, text }) => {
  const sut = builtInPlatforms.find(name);
  const rowsOf = (output: string): readonly unknown[] => sut?.parse(type, output).rows ?? [];

  it('understands the whole output, in rows of the contract', () => {
    const { status, unparsed, rows } = sut?.parse(type, text) ?? { status: 'failed', unparsed: [], rows: [] };
    expect({ status, unparsed }).toEqual({ status: 'parsed', unparsed: [] });
    expect(() => rows.map((row) => CAPTURE_ROWS[type].parse(row))).not.toThrow();
  });

  it('never throws, and gives only rows of the contract', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.shuffledSubarray(text.split('\n')).map((lines) => lines.join('\n')), fc.array(fc.oneof(nonsense, fc.constantFrom(...text.split('\n')))).map((lines) => lines.join('\n'))), (output) => {
        for (const row of rowsOf(output)) {
          CAPTURE_ROWS[type].parse(row);
        }
      }),
    );
  });

  it('gives no row on a cut output that the whole one does not have, but the one it was cut in', () => {
    const whole = new Set(rowsOf(text).map((row) => JSON.stringify(row)));
    for (let length = 0; length < text.length; length += 1) {
      const strange = rowsOf(text.slice(0, length)).filter((row) => !whole.has(JSON.stringify(row)));
      expect(strange.length).toBeLessThanOrEqual(1);
    }
  });

  if (lineByLine) {
    it('accounts for every line: a foreign one is reported, wherever it stands, and costs no row', () => {
      const lines = text.split('\n');
      fc.assert(
        fc.property(nonsense, fc.integer({ min: 0, max: lines.length }), (line, at) => {
          const { rows, unparsed } = sut?.parse(type, [...lines.slice(0, at), line, ...lines.slice(at)].join('\n')) ?? { rows: [], unparsed: [] };
          expect(unparsed.map(({ text: found }) => found)).toEqual([line]);
          expect(rows).toHaveLength(rowsOf(text).length);
        }),
      );
    });

    it('has each line of a shuffled output in a row, in the report, or knows it', () => {
      const lines = text.split('\n');
      fc.assert(
        fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
          const { rows, unparsed } = sut?.parse(type, shuffled.join('\n')) ?? { rows: [], unparsed: [] };
          expect(rows.length + unparsed.length).toBeGreaterThanOrEqual(rowsOf(text).length);
        }),
      );
    });
  }
});
