import type { CaptureFilter, FilterNode, PortValue } from '@capstan/contracts';
import fc from 'fast-check';
import type { TestPacket } from './filter-packets';

// Few values, so that filters and packets meet.
const IPV4 = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.0.2.7'] as const;
const IPV6 = ['2001:db8::1', '2001:db8::2', '2001:db8:1::1', 'fe80::7'] as const;
const PORTS = [22, 53, 5_060, 5_061, 16_384, 20_000, 32_767] as const;

const host = fc.oneof(
  fc.constantFrom<string>(...IPV4, ...IPV6),
  fc.tuple(fc.constantFrom<string>(...IPV4), fc.constantFrom(0, 8, 23, 24, 31)).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.constantFrom<string>(...IPV6), fc.constantFrom(0, 32, 48, 127)).map(([address, bits]) => `${address}/${bits}`),
);
const portValue: fc.Arbitrary<PortValue> = fc.oneof(
  fc.constantFrom<number>(...PORTS),
  fc.tuple(fc.constantFrom<number>(...PORTS), fc.constantFrom<number>(...PORTS)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
);
const protocol = fc.constantFrom<Extract<FilterNode, { protocol: unknown }>['protocol']>('ip', 'ipv6', 'arp', 'rarp', 'icmp', 'tcp', 'udp', 1, 6, 17, 50, 58, 132);

const leaf: fc.Arbitrary<FilterNode> = fc.oneof(
  host.map((value): FilterNode => ({ host: value })),
  host.map((value): FilterNode => ({ src: value })),
  host.map((value): FilterNode => ({ dest: value })),
  portValue.map((value): FilterNode => ({ port: value })),
  portValue.map((value): FilterNode => ({ src_port: value })),
  portValue.map((value): FilterNode => ({ dest_port: value })),
  protocol.map((value): FilterNode => ({ protocol: value })),
);

/** Trees that the schema takes, up to three levels of lists. */
export const filterTrees: fc.Arbitrary<FilterNode> = fc.letrec<{ node: FilterNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 2, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all): FilterNode => ({ all })) },
    { weight: 2, arbitrary: fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any): FilterNode => ({ any })) },
    { weight: 1, arbitrary: tie('node').map((not): FilterNode => ({ not })) },
  ),
})).node;

/** Whole filters. */
export const captureFilters: fc.Arbitrary<CaptureFilter> = filterTrees.map((expression) => ({ expression }));

const plainPackets: fc.Arbitrary<TestPacket> = fc
  .record({
    version: fc.constantFrom('ip', 'ipv6', 'arp', 'rarp', 'other'),
    from: fc.nat(3),
    to: fc.nat(3),
    number: fc.constantFrom(1, 6, 17, 50, 58, 132),
    srcPort: fc.constantFrom<number>(...PORTS),
    destPort: fc.constantFrom<number>(...PORTS),
    laterFragment: fc.boolean(),
  })
  .map(({ version, from, to, number, srcPort, destPort, laterFragment }) => {
    const addresses: readonly string[] = version === 'ipv6' ? IPV6 : IPV4;
    return {
      network: version as TestPacket['network'],
      src: addresses[from] ?? '',
      dest: addresses[to] ?? '',
      protocol: number,
      srcPort,
      destPort,
      ...(version === 'ip' && laterFragment ? { laterFragment } : {}),
    };
  });

/** Packets of every kind a filter can tell apart, and those that carry others. */
export const packets: fc.Arbitrary<TestPacket> = fc.oneof(
  { weight: 4, arbitrary: plainPackets },
  {
    weight: 1,
    arbitrary: fc.tuple(plainPackets, plainPackets).map(([outer, inner]): TestPacket => {
      const { laterFragment: _, ...whole } = outer;
      const network = outer.network === 'ipv6' ? 'ipv6' : 'ip';
      const [src, dest] = outer.network === network ? [outer.src, outer.dest] : [IPV4[0], IPV4[1]];
      const carried: TestPacket = { ...inner, network: network === 'ip' ? 'ip' : 'ipv6', src: network === 'ip' ? IPV4[2] : IPV6[2], dest: network === 'ip' ? IPV4[3] : IPV6[3], laterFragment: false };
      return { ...whole, network, src, dest, protocol: network === 'ip' ? 1 : 58, inner: carried };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(plainPackets, fc.boolean()).map(([packet, four]): TestPacket => {
      // 6in4 and 4in6 tunnels.
      const inner: TestPacket = { ...packet, network: four ? 'ip' : 'ipv6', src: four ? IPV4[0] : IPV6[0], dest: four ? IPV4[1] : IPV6[1], protocol: 17, laterFragment: false };
      return { network: four ? 'ipv6' : 'ip', src: four ? IPV6[2] : IPV4[2], dest: four ? IPV6[3] : IPV4[3], protocol: four ? 4 : 41, srcPort: 0, destPort: 0, inner };
    }),
  },
);
