import fc from 'fast-check';
import { readAddress } from './ip-network';

describe(readAddress.name, () => {
  it.each([
    ['10.0.0.1', { kind: 'address', family: 4, address: '10.0.0.1' }],
    ['::1', { kind: 'address', family: 6, address: '::1' }],
    ['a.example', { kind: 'name', name: 'a.example' }],
    ['192.168.77.99/26', { kind: 'network', family: 4, network: '192.168.77.64/26', bits: 26 }],
    ['0.0.0.0/0', { kind: 'network', family: 4, network: '0.0.0.0/0', bits: 0 }],
    ['2001:db8:ffff::1/33', { kind: 'network', family: 6, network: '2001:db8:8000::/33', bits: 33 }],
    ['::ffff:1.2.3.4/112', { kind: 'network', family: 6, network: '::ffff:102:0/112', bits: 112 }],
    ['1:0:0:2:0:0:0:3/128', { kind: 'network', family: 6, network: '1:0:0:2::3/128', bits: 128 }],
  ])('reads %s', (text, expected) => {
    expect(readAddress(text)).toEqual(expected);
  });

  it('clears exactly the host bits of any IPv4 network', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const read = readAddress(`${address}/${bits}`);
        const value = (text: string): number => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
        const size = 2 ** (32 - bits);
        const network = read.kind === 'network' ? read.network.split('/')[0] ?? '' : '';
        return value(network) === Math.floor(value(address) / size) * size;
      }),
    );
  });

  it('makes of any IPv6 network one that reads as itself', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, bits) => {
        const read = readAddress(`${address}/${bits}`);
        return read.kind === 'network' && JSON.stringify(readAddress(read.network)) === JSON.stringify(read);
      }),
    );
  });
});
