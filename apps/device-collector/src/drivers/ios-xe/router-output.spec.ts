import { BufferDump } from './buffer-dump';
import { PcapReader } from '../../packet-capture/pcap-reader';
import {
  clockReading,
  readBuffer,
  readCapturePoints,
  readExport,
  readFileSize,
  readFreeBytes,
  readInterfaceAddresses,
  readOwnAddress,
  readRefusal,
  readStartRefusal,
  readStatus,
  readTime,
  readVersion,
  readZoneOffset,
} from './router-output';

describe('what routers say', () => {
  it('tells the addresses of its interfaces, and none of those that have none', () => {
    const said = 'Interface              IP-Address      OK? Method Status                Protocol\nGigabitEthernet1       10.10.30.5      YES NVRAM  up                    up      \nGigabitEthernet2       unassigned      YES unset  administratively down down    \nGigabitEthernet0/0/1.20 192.0.2.5      YES manual up                    up      \nLoopback0              127.0.0.5       YES NVRAM  up                    up      \n';
    expect(readInterfaceAddresses(said)).toEqual(['10.10.30.5', '192.0.2.5']);
    expect(readInterfaceAddresses("            ^\n% Invalid input detected at '^' marker.\n")).toEqual([]);
  });

  it.each([
    ['Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)', 17],
    ['Cisco IOS XE Software, Version 16.09.05', 16],
    ['Cisco IOS Software [Fuji], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.9.5, RELEASE SOFTWARE (fc1)', 16],
    ['Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M8, RELEASE SOFTWARE (fc1)', undefined],
    ['Cisco IOS XE Software, Version 03.16.04b.S - Extended Support Release', undefined],
    ['', undefined],
  ])('tells the version in %j', (text, major) => expect(readVersion(text)?.major).toBe(major));

  it('§D.6: reads packet counts and buffer sizes as they are printed, whatever the spacing', () => {
    const text = 'Load for five secs: 1%/0%\n\nStatus Information for Capture CSABCDEF\n  Target Type: \n  Interface: GigabitEthernet1, Direction: BOTH\n   Status : Active\n Filter Details:\n  Capture all packets\n Buffer Details: \n  Buffer Type: LINEAR (default)\n  Buffer Size (in MB): 10\n Limit Details: \n  Number of Packets to capture: 500\n  Packet Capture duration: 70\n  Packet Size to capture: 0 (no limit)\n\nStatus Information for Capture OTHER\n   Status: Inactive\n  Buffer Type: CIRCULAR\n  Buffer Size (in MB) : 50\n  Number of Packets to capture: 0 (no limit)\n';
    expect(readCapturePoints(text)).toEqual([
      { name: 'CSABCDEF', active: true, interfaces: ['GigabitEthernet1'], bufferMb: 10, circular: false, durationSec: 70, packetLimit: 500 },
      { name: 'OTHER', active: false, interfaces: [], bufferMb: 50, circular: true, durationSec: undefined, packetLimit: 0 },
    ]);
    expect(readBuffer(' buffer size (KB) : 10240\n buffer used (KB) : 128\n packets in buf   : 123\n packets dropped  : 4\n packets per sec  : 1')).toEqual({ packets: 123, dropped: 4, usedKb: 128 });
    expect(readBuffer('packets in buf:5')).toMatchObject({ packets: 5 });
    expect(readBuffer('Wireshark operation failure')).toEqual({ packets: undefined, dropped: undefined, usedKb: undefined });
  });

  it('reads a status, and nothing into its absence', () => {
    expect([readStatus('   Status : Active'), readStatus('Status: Inactive'), readStatus('Capture X does not exist')]).toEqual([true, false, undefined]);
  });

  it.each([
    ['Exported Successfully', 'done', undefined],
    ['Export Started Successfully', 'started', undefined],
    ['%Error opening flash:x.pcap (No space left on device)\nExported Successfully', 'failed', 'DISK_LOW'],
    ['This service allows sftp connections only.\nExported Successfully', 'failed', 'EXPORT_FAILED'],
    ['% Connection refused by remote host\nExported Successfully', 'failed', 'EXPORT_UNREACHABLE'],
    ['%Error: Permission denied', 'failed', 'EXPORT_AUTH_FAILED'],
    ["        ^\n% Invalid input detected at '^' marker.", 'failed', 'CLI_INVALID_INPUT'],
  ])('believes a failure before a success: %j', (text, outcome, code) => {
    const verdict = readExport(text);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.outcome === 'failed' ? verdict.error.code : undefined).toBe(code);
  });

  it.each([
    ['Started capture point : CSABCDEF', undefined],
    ['', undefined],
    ['Unable to activate Capture.', 'START_FAILED'],
    ['Capture is not Supported', 'START_FAILED'],
    ['% Capture point is not configured', 'START_FAILED'],
    ['Capture CSABCDEF is already active', 'ALREADY_ACTIVE'],
  ])('tells from %j whether a start was refused', (text, code) => expect(readStartRefusal(text)?.code).toBe(code));

  it('tells refusals apart', () => {
    expect(readRefusal("     ^\n% Invalid input detected at '^' marker.")?.code).toBe('CLI_INVALID_INPUT');
    expect(readRefusal('Command authorization failed.')?.code).toBe('PRIV_INSUFFICIENT');
    expect(readRefusal('Capture CSABCDEF does not exist')).toBeUndefined();
  });

  it('reads folders', () => {
    const text = 'Directory of bootflash:/CSABCDEF.pcap\n\n   12  -rw-            61573  Nov 27 2025 22:45:44 +00:00  CSABCDEF.pcap\n\n7897796608 bytes total (5363560315 bytes free)';
    expect(readFileSize(text, 'CSABCDEF.pcap')).toBe(61_573);
    expect(readFileSize(text, 'OTHER.pcap')).toBeUndefined();
    expect(readFreeBytes(text)).toBe(5_363_560_315);
  });

  it('finds our own session among those of others', () => {
    expect(readOwnAddress('    Line       User       Host(s)              Idle       Location\n   0 con 0                idle                 00:12:00\n*  2 vty 0     admin      idle                 00:00:00 10.99.0.9\n   3 vty 1     admin      idle                 00:00:09 10.0.0.1')).toBe('10.99.0.9');
    expect(readOwnAddress('*  2 vty 0     admin      idle                 00:00:00 jump.example.com')).toBeUndefined();
  });

  it.each([
    ['.22:45:44.700 UTC Thu Nov 27 2025', 'lost'],
    ['*22:45:44.700 UTC Thu Nov 27 2025', 'none'],
    ['Time source is NTP, 22:45:44.699 UTC Thu Nov 27 2025\n\n22:45:44.700 UTC Thu Nov 27 2025', 'synchronised'],
  ])('reads the clock in %j', (text, trust) => expect(readTime(text)).toEqual({ wallMs: Date.UTC(2025, 10, 27, 22, 45, 44, 700), zone: 'UTC', trust }));

  it('knows what a zone is from the configuration only', () => {
    const configuration = 'clock timezone CET 1 0\nclock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00';
    expect([readZoneOffset('UTC', ''), readZoneOffset('CET', configuration), readZoneOffset('CEST', configuration), readZoneOffset('EST', configuration)]).toEqual([0, 60, 120, undefined]);
    expect(readZoneOffset('NST', 'clock timezone NST -3 30')).toBe(-210);
    expect(readZoneOffset('LHDT', 'clock timezone LHST 10 30\nclock summer-time LHDT recurring 1 Sun Oct 2:00 1 Sun Apr 2:00 30')).toBe(660);
    expect(clockReading({ wallMs: Date.UTC(2026, 0, 1, 1, 0, 0, 7), zone: 'CET', trust: 'synchronised' }, 60, 1, 2)).toEqual({ sentAt: 1, receivedAt: 2, deviceTime: `${Date.UTC(2026, 0, 1) / 1_000}.007` });
  });
});

describe(BufferDump.name, () => {
  const read = (lines: readonly string[]) => {
    const sut = new BufferDump(Date.UTC(2026, 0, 1));
    lines.forEach((line) => sut.line(line));
    sut.end();
    const bytes = sut.take();
    const reader = new PcapReader();
    reader.push(bytes);
    return { bytes, summary: reader.summary() };
  };

  it.each([
    ['XE 16', ['0', '  0000:  00000C07 AC154C5D 3C6A1234 08004500  ....L]<j.4..E.', '  0010:  0028AB                                .(.', '', '1', '  0000:  FFFF', '']],
    ['XE 17', [' 0', '0000  00 00 0c 07 ac 15 4c 5d 3c 6a 12 34 08 00 45 00   ......L]<j.4..E.', '0010  00 28 ab                                          .(.', '', ' 1', '0000  ff ff                                             ..', '']],
  ])('makes a capture file of the listing of %s', (_name, lines) => {
    const { bytes, summary } = read(lines);
    expect(summary).toMatchObject({ format: 'pcap', packets: 2, truncated: false, linkType: 1 });
    expect(bytes.subarray(40, 59).toString('hex')).toBe('00000c07ac154c5d3c6a1234080045000028ab');
    expect(bytes.subarray(75).toString('hex')).toBe('ffff');
  });

  it('cuts a packet off where a line is missing, and goes on with the next', () => {
    expect(read(['0000  00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', '0020  00', '0000  01 02']).summary).toMatchObject({ packets: 2, truncated: false });
  });
});
