import fc from 'fast-check';
import { captureFileName, safeNamePart } from './file-name';

describe(captureFileName.name, () => {
  it.each([
    ['10.0.0.1', 'eth0', '', '10.0.0.1_eth0.pcap'],
    ['pbx-1.example.net', 'any', '03', 'pbx-1.example.net_any_03.pcap'],
    ['2001:db8::1', 'GigabitEthernet0/0/1', '', '2001-db8-1_GigabitEthernet0-0-1.pcap'],
    ['../../etc', '/', '', 'etc_unnamed.pcap'],
    ['con', 'nul', '', '_con__nul.pcap'],
  ])('%s and %s %s make %s', (host, interfaceName, suffix, name) => {
    expect(captureFileName(host, interfaceName, suffix)).toBe(name);
  });
});

describe(safeNamePart.name, () => {
  it('is safe for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = safeNamePart(text);
        return /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(name) && !name.includes('..') && name.length <= 81;
      }),
    );
  });
});
