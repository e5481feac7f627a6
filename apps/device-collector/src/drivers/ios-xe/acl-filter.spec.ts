import fc from 'fast-check';
import type { CaptureFilter } from '@capstan/contracts';
import { captureFilters, packets } from '../../../test/filter-arbitraries';
import { matches, type TestPacket } from '../../../test/filter-packets';
import { readFilter } from '../../packet-capture/filter/filter';
import { filterMethod, routerFilter } from './acl-filter';
import { type AclRule, aclRules } from './acl-rules';

const own = { address: '192.0.2.9', ports: [22] };
const methodOf = (filter: CaptureFilter | undefined) => filterMethod(routerFilter({ filter, on_unsupported: 'refuse' }), own);
const deny = ['deny tcp host 192.0.2.9 any eq 22', 'deny tcp any eq 22 host 192.0.2.9'];

/** What a router does with an access list. */
function passes(rules: readonly AclRule[], packet: TestPacket): boolean {
  const number = (address: string): number => address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
  const inside = ({ address, bits }: AclRule['term']['source'], host: string): boolean => Math.floor(number(host) / 2 ** (32 - bits)) === Math.floor(address / 2 ** (32 - bits));
  const within = (ports: AclRule['term']['sourcePort'], port: number): boolean => ports === undefined || (ports.from <= port && port <= ports.to);
  const first = rules.find(
    ({ term }) =>
      (term.protocol === 'any' || term.protocol === packet.protocol) && inside(term.source, packet.src) && inside(term.destination, packet.dest) && within(term.sourcePort, packet.srcPort) && within(term.destinationPort, packet.destPort),
  );
  return first?.permit === true;
}

describe(filterMethod.name, () => {
  it.each<[string, CaptureFilter, string]>([
    ['one direction and one protocol', { src: '10.0.0.1', dest: '10.0.0.2', protocol: 'udp' }, 'match ipv4 protocol udp host 10.0.0.1 host 10.0.0.2'],
    ['a port at one end', { expression: { all: [{ protocol: 'udp' }, { dest_port: 5060 }] } }, 'match ipv4 protocol udp any any eq 5060'],
    ['a range of ports', { expression: { all: [{ protocol: 'udp' }, { src_port: { from: 16384, to: 32767 } }, { src: '10.1.0.0/16' }] } }, 'match ipv4 protocol udp 10.1.0.0 0.0.255.255 range 16384 32767 any'],
    ['a protocol by its number', { expression: { protocol: 50 } }, 'match ipv4 protocol 50 any any'],
  ])('matches %s inline, without touching the configuration', (_name, filter, match) => {
    expect(methodOf(filter)).toEqual({ method: 'inline', match });
  });

  it('captures everything without a filter, also what is no IPv4', () => {
    expect(methodOf(undefined)).toEqual({ method: 'any' });
    expect(methodOf({ protocol: 'all' })).toEqual({ method: 'any' });
  });

  it('§D.7: keeps host, port and protocol, in both directions, and never without saying so', () => {
    expect(methodOf({ host: '10.0.0.1', protocol: 'udp' })).toEqual({ method: 'acl', lines: ['permit udp host 10.0.0.1 any', 'permit udp any host 10.0.0.1'] });
    expect(methodOf({ port: 5060 })).toEqual({
      method: 'acl',
      lines: ['udp', 'tcp', 'sctp'].flatMap((protocol) => [`permit ${protocol} any eq 5060 any`, `permit ${protocol} any any eq 5060`]),
    });
    expect(methodOf({ host: '10.0.0.0/8', port: 5060, protocol: 'udp' })).toEqual({
      method: 'acl',
      lines: ['permit udp 10.0.0.0 0.255.255.255 eq 5060 any', 'permit udp 10.0.0.0 0.255.255.255 any eq 5060', 'permit udp any eq 5060 10.0.0.0 0.255.255.255', 'permit udp any 10.0.0.0 0.255.255.255 eq 5060'],
    });
  });

  it('keeps our own session out of what could hold it, under the address the router knows', () => {
    expect(methodOf({ protocol: 'ip' })).toEqual({ method: 'acl', lines: [...deny, 'permit ip any any'] });
    expect(methodOf({ expression: { any: [{ protocol: 'tcp' }, { protocol: 'icmp' }] } })).toEqual({ method: 'acl', lines: [...deny, 'permit tcp any any', 'permit icmp any any'] });
    expect(filterMethod(routerFilter({ filter: { host: '10.0.0.1' }, on_unsupported: 'refuse' }), { address: '10.9.9.9', ports: [22, 2222] })).toMatchObject({
      lines: ['deny tcp host 10.9.9.9 any eq 22', 'deny tcp any eq 22 host 10.9.9.9', 'deny tcp host 10.9.9.9 any eq 2222', 'deny tcp any eq 2222 host 10.9.9.9', 'permit ip host 10.0.0.1 any', 'permit ip any host 10.0.0.1'],
    });
  });

  it('writes exceptions before what they are taken from', () => {
    expect(methodOf({ expression: { all: [{ protocol: 'udp' }, { not: { host: '10.0.0.1' } }] } })).toEqual({
      method: 'acl',
      lines: ['deny udp host 10.0.0.1 any', 'deny udp any host 10.0.0.1', 'permit udp any any'],
    });
  });

  it.each<[string, CaptureFilter, string]>([
    ['ARP', { protocol: 'arp' }, 'filter.protocol'],
    ['a name', { host: 'cucm.example.com' }, 'filter.host'],
    ['IPv6', { src: '2001:db8::1' }, 'filter.src'],
    ['one impossible condition of several', { expression: { all: [{ port: 5060 }, { dest: 'cucm.example.com' }] } }, 'filter.expression.all.1.dest'],
  ])('§D.7: refuses %s, naming where it stands', (_name, filter, path) => {
    expect(() => methodOf(filter)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER', details: expect.objectContaining({ path }) }));
  });

  it('captures wider when what is left is to be filtered afterwards', () => {
    const divided = routerFilter({ filter: { expression: { all: [{ port: 5060 }, { dest: '2001:db8::1' }] } }, on_unsupported: 'post_filter' });
    expect(divided).toMatchObject({ dropped: ['filter.expression.all.1.dest'], postFilter: expect.stringContaining('2001:db8::1') });
    expect(divided.rules).toHaveLength(6);
  });
});

describe(aclRules.name, () => {
  it('passes exactly the IPv4 packets that the filter means', () => {
    let compiled = 0;
    fc.assert(
      fc.property(captureFilters, fc.array(packets, { minLength: 30, maxLength: 30 }), (wish, sample) => {
        let filter;
        try {
          filter = readFilter(wish);
        } catch {
          return true;
        }
        const rules = aclRules(filter);
        if (rules === undefined) {
          return true;
        }
        compiled += 1;
        return sample.filter(({ network, laterFragment }) => network === 'ip' && laterFragment !== true).every((packet) => passes(rules, packet) === matches(filter, packet));
      }),
      { seed: 11, numRuns: 2_000 },
    );
    expect(compiled).toBeGreaterThan(100);
  });

  it('gives up a filter that would take too many lines', () => {
    const hosts = Array.from({ length: 20 }, (_, index) => ({ host: `10.0.0.${index + 1}` }));
    const ports = Array.from({ length: 20 }, (_, index) => ({ port: 5_000 + index }));
    expect(aclRules(readFilter({ expression: { all: [{ any: hosts }, { any: ports }] } }))).toBeUndefined();
    expect(aclRules(readFilter({ expression: { any: hosts } }))).toHaveLength(40);
  });
});
