import { readCounts, readRefusal, saysListening } from './tcpdump-output';

describe(readCounts.name, () => {
  it('reads the trailer', () => {
    const messages = 'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n1 packet captured\n6 packets received by filter\n0 packets dropped by kernel\n';
    expect(readCounts(messages)).toEqual({ captured: 1, received: 6, dropped: 0 });
  });

  it('takes the newest of several answers to SIGUSR1', () => {
    const line = (count: number): string => `tcpdump: ${count} packets captured, ${count * 2} packets received by filter, 3 packets dropped by kernel\n`;
    expect(readCounts(line(5) + line(70))).toEqual({ captured: 70, received: 140, dropped: 3 });
  });

  it('knows nothing without counters', () => {
    expect(readCounts('tcpdump: listening on lo')).toBeUndefined();
  });
});

describe(readRefusal.name, () => {
  it.each([
    ['tcpdump: eth9: No such device exists\n(No such device exists)', 'BAD_INTERFACE'],
    ['tcpdump: eth1: That device is not up', 'BAD_INTERFACE'],
    ['tcpdump: pcap_loop: The interface disappeared', 'BAD_INTERFACE'],
    ["tcpdump: can't parse filter expression: syntax error", 'UNSUPPORTED_FILTER'],
    ['tcpdump: unknown host \'nosuch.invalid\'', 'UNSUPPORTED_FILTER'],
    ['tcpdump: expression rejects all packets', 'UNSUPPORTED_FILTER'],
    ["tcpdump: eth0: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)", 'PRIV_INSUFFICIENT'],
    ['sudo: a password is required', 'PRIV_INSUFFICIENT'],
    ["Sorry, user viewer is not allowed to execute '/usr/bin/tcpdump' as root on host.", 'PRIV_INSUFFICIENT'],
    ['mkdir: cannot create directory: No space left on device', 'DISK_LOW'],
    ['sh: tcpdump: not found', 'UNSUPPORTED'],
    ['tcpdump: something nobody has seen', 'START_FAILED'],
    ['', 'START_FAILED'],
  ])('%j is %s', (messages, code) => {
    expect(readRefusal(messages).code).toBe(code);
  });

  it('repeats what was said, without what is no reason', () => {
    expect(readRefusal('tcpdump: listening on lo\ntcpdump: lo: broken\n3 packets captured').message).toBe('lo: broken');
  });
});

describe(saysListening.name, () => {
  it('is true for the line of a capture into a file', () => {
    expect(saysListening('tcpdump: listening on any, link-type LINUX_SLL2')).toBe(true);
    expect(saysListening('tcpdump: data link type LINUX_SLL2\ntcpdump: listening on any')).toBe(true);
    expect(saysListening('nobody is listening on this')).toBe(false);
  });
});
