import fc from 'fast-check';
import { ageSeconds } from './age';
import { canonicalInterface, EOS_INTERFACES, IOS_INTERFACES, IOSXR_INTERFACES, NXOS_INTERFACES } from './interface-name';
import { canonicalIp, canonicalPrefix, classfulLength, prefixLength } from './ip-address';
import { canonicalMac } from './mac-address';

describe(canonicalMac.name, () => {
  it.each(['0015.b2a4.5078', '00:15:b2:a4:50:78', '00-15-B2-A4-50-78', '0015b2-a45078', '0015B2A45078', '0015-b2a4-5078', '0:15:b2:a4:50:78'])('reads %s', (text) => {
    expect(canonicalMac(text)).toBe('0015b2a45078');
  });

  it.each(['', 'Incomplete', '10.20.1.1', '0015.b2a4', '0015.b2a4.507g', '0015b2a450781'])('refuses %j', (text) => {
    expect(canonicalMac(text)).toBeUndefined();
  });
});

describe(canonicalIp.name, () => {
  it.each([['10.1.2.3', '10.1.2.3'], ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'], ['fe80::1%eth0', 'fe80::1'], ['10.1.2.256', undefined], ['010.1.2.3', undefined], ['10.1.2', undefined], ['::g', undefined], ['', undefined]])('makes %j %j', (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });
});

describe(canonicalPrefix.name, () => {
  it.each([['10.1.2.3/24', '10.1.2.0/24'], ['10.1.2.3 255.255.240.0', '10.1.0.0/20'], ['10.1.2.3', '10.1.2.3/32'], ['default', '0.0.0.0/0'], ['0.0.0.0/0', '0.0.0.0/0'], ['2001:db8::1/32', '2001:db8::/32'], ['10.0.0.0/33', undefined], ['10.1.2.3 255.0.255.0', undefined], ['x/8', undefined]])('makes %j %j', (text, expected) => {
    expect(canonicalPrefix(text)).toBe(expected);
  });

  it('clears the same bits as arithmetic does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
        const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
        expect(canonicalPrefix(`${dotted(address)}/${bits}`)).toBe(`${dotted((address & mask) >>> 0)}/${bits}`);
        expect(prefixLength(dotted(mask))).toBe(bits);
      }),
    );
  });

  it('knows the classes of old', () => {
    expect(['10.0.0.0', '172.16.0.0', '192.168.1.0'].map(classfulLength)).toEqual([8, 16, 24]);
  });
});

describe(ageSeconds.name, () => {
  it.each([['00:00:04', 4], ['1d18h', 151_200], ['7w0d', 4_233_600], ['2y3w', 64_886_400], ['0:08:16 ago', 496], ['9 days, 15:57:28 ago', 835_048], ['1 year, 2 weeks, 3 days', 33_004_800], ['123 day(s), 4 hour(s), 5 minute(s), 6 second(s)', 10_641_906], ['5 minutes', 300], ['12:30', 45_000], ['-', undefined], ['never', undefined], ['', undefined]])('makes %j %j seconds', (text, expected) => {
    expect(ageSeconds(text)).toBe(expected);
  });
});

describe(canonicalInterface.name, () => {
  it.each([
    ['Gi1/0/1', IOS_INTERFACES, 'GigabitEthernet1/0/1'], ['Po10', IOS_INTERFACES, 'Port-channel10'], ['Te1/1/1.20', IOS_INTERFACES, 'TenGigabitEthernet1/1/1.20'], ['Twe1/0/3', IOS_INTERFACES, 'TwentyFiveGigE1/0/3'], ['Tw1/0/3', IOS_INTERFACES, 'TwoGigabitEthernet1/0/3'], ['Vl20', IOS_INTERFACES, 'Vlan20'],
    ['Eth1/41', NXOS_INTERFACES, 'Ethernet1/41'], ['Po10', NXOS_INTERFACES, 'port-channel10'], ['mgmt0', NXOS_INTERFACES, 'mgmt0'], ['sup-eth1(R)', NXOS_INTERFACES, 'sup-eth1(R)'],
    ['Et1', EOS_INTERFACES, 'Ethernet1'], ['Po2', EOS_INTERFACES, 'Port-Channel2'], ['Cpu', EOS_INTERFACES, 'Cpu'],
    ['BE10', IOSXR_INTERFACES, 'Bundle-Ether10'], ['ge-0/0/1.0', [], 'ge-0/0/1.0'],
  ])('makes %s what the configuration says', (name, names, expected) => {
    expect(canonicalInterface(name, names)).toBe(expected);
    expect(canonicalInterface(expected, names)).toBe(expected);
  });
});
