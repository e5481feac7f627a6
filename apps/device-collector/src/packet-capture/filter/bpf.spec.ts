import { captureFilter, type CaptureFilter } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { bpfExpression, withoutOwnTraffic } from './bpf';
import { readFilter } from './filter';

const filterExpression = (filter: CaptureFilter | undefined): string => bpfExpression(readFilter(filter));

describe(bpfExpression.name, () => {
  it.each<[CaptureFilter | undefined, string]>([
    [undefined, ''],
    [{}, ''],
    [{ protocol: 'all' }, ''],
    [{ protocol: 'ip' }, 'ip'],
    [{ protocol: 'arp' }, 'arp'],
    [{ protocol: 'rarp' }, 'rarp'],
    [{ protocol: 'tcp' }, 'tcp'],
    [{ protocol: 'udp' }, 'udp'],
    [{ protocol: 'icmp' }, '(icmp or icmp6)'],
    [{ host: '10.0.0.1' }, 'host 10.0.0.1'],
    [{ host: 'pbx.example.net' }, 'host pbx.example.net'],
    [{ host: '2001:db8::5' }, 'host 2001:db8::5'],
    [{ host: '10.0.0.0/8' }, 'net 10.0.0.0/8'],
    [{ host: '10.1.2.3/8' }, 'net 10.0.0.0/8'],
    [{ host: '2001:db8:1:2::5/48' }, 'net 2001:db8:1::/48'],
    [{ host: '::/0' }, 'net ::/0'],
    [{ src: '10.0.0.1', dest: '10.0.0.2' }, 'src host 10.0.0.1 and dst host 10.0.0.2'],
    [{ src: '10.0.0.0/24' }, 'src net 10.0.0.0/24'],
    [{ dest: '192.0.2.128/25' }, 'dst net 192.0.2.128/25'],
    [{ port: 5060 }, 'port 5060'],
    [{ protocol: 'udp', host: '10.0.0.1', port: 5060 }, 'udp and host 10.0.0.1 and port 5060'],
    [{ protocol: 'icmp', src: '2001:db8::1' }, '(icmp or icmp6) and src host 2001:db8::1'],
    [{ protocol: 'arp', host: '10.0.0.0/24' }, 'arp and net 10.0.0.0/24'],
    [{ expression: { port: { from: 16_384, to: 32_767 } } }, 'portrange 16384-32767'],
    [{ expression: { all: [{ src_port: 5_060 }, { dest_port: { from: 1, to: 2 } }] } }, 'src port 5060 and dst portrange 1-2'],
    [{ expression: { any: [{ host: '10.0.0.1' }, { all: [{ protocol: 'ipv6' }, { protocol: 50 }] }] } }, 'host 10.0.0.1 or (ip6 and (ip proto 50 or ip6 proto 50))'],
    [{ expression: { not: { any: [{ port: 22 }, { port: 23 }] } } }, 'not (port 22 or port 23)'],
    [{ protocol: 'udp', expression: { all: [{ all: [{ protocol: 17 }, { not: { not: { port: 5_060 } } }] }, { any: [{ port: 5_060 }] }] } }, 'udp and port 5060'],
    // A host may be called as a word of the language is.
    [{ host: 'or' }, 'host \\or'],
    [{ host: 'Gateway', protocol: 'tcp' }, 'tcp and host \\Gateway'],
  ])('turns %j into %s', (filter, expression) => {
    expect(filterExpression(filter)).toBe(expression);
  });

  it.each<[CaptureFilter, string]>([
    [{ host: '10.0.0.0/33' }, 'filter.host'],
    [{ src: 'pbx/24' }, 'filter.src'],
    [{ dest: '1:2' }, 'filter.dest'],
    [{ host: '999.1.1.1' }, 'filter.host'],
    [{ src: '10.0.0.1', dest: '2001:db8::1' }, 'filter.dest'],
    [{ protocol: 'ip', host: '2001:db8::1' }, 'filter.host'],
    [{ protocol: 'arp', src: '2001:db8::/32' }, 'filter.src'],
    [{ protocol: 'rarp', dest: '::1' }, 'filter.dest'],
    [{ expression: { any: [{ port: 1 }, { all: [{ host: '10.0.0.0/64' }, { port: 2 }] }] } }, 'filter.expression.any.1.all.0.host'],
    [{ expression: { all: [{ protocol: 'icmp' }, { port: 2 }] } }, 'filter.expression.all.1.port'],
    [{ host: '10.0.0.1', expression: { not: { host: '10.0.0.1' } } }, 'filter.expression.not.host'],
  ])('refuses %j, naming %s', (filter, path) => {
    const attempt = (): string => filterExpression(filter);
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER', details: { path } }));
  });

  it('never lets through a character that a shell or libpcap could take for syntax', () => {
    const accepted = ['host', 'src', 'dest'].flatMap((field) =>
      ["a'b", 'a;b', 'a b', 'a)b', 'a|b', 'a&b', '$(a)', '`a`', 'a\nb', 'a"b', 'a\\b', '(a', '!a', '<a', 'a>b'].filter((value) => captureFilter.safeParse({ [field]: value }).success),
    );
    expect(accepted).toEqual([]);
  });
});

describe(withoutOwnTraffic.name, () => {
  it('keeps the whole filter in its own parentheses', () => {
    expect(withoutOwnTraffic('udp or tcp', { clientAddress: '192.0.2.9', serverPort: 2222 })).toBe('(udp or tcp) and not (host 192.0.2.9 and tcp port 2222)');
  });

  it('is the only condition when everything is wanted', () => {
    expect(withoutOwnTraffic('', { clientAddress: '2001:db8::9', serverPort: 22 })).toBe('not (host 2001:db8::9 and tcp port 22)');
  });
});
