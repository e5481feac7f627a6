import type { BlockList } from 'node:net';
import { mayReceive, readNetworks } from './webhook-address';

const none = readNetworks('') as BlockList;

describe(mayReceive.name, () => {
  it.each(['8.8.8.8', '93.184.216.34', '2a00:1450:4001:80b::200e', '::ffff:8.8.8.8'])('lets %s receive', (ip) => {
    expect(mayReceive(ip, none)).toBe(true);
  });

  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', '::', 'fe80::1', 'fc00::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '224.0.0.1', 'no address'])('refuses %s', (ip) => {
    expect(mayReceive(ip, none)).toBe(false);
  });

  it('lets an allowed private network receive, and no other', () => {
    const allowed = readNetworks('10.0.0.0/8, fc00::/7') as BlockList;
    expect(['10.9.9.9', 'fc00::1', '192.168.1.1', '::ffff:10.0.0.1'].map((ip) => mayReceive(ip, allowed))).toEqual([true, true, false, true]);
  });
});

describe(readNetworks.name, () => {
  it.each(['10.0.0.0/33', 'ten', '10.0.0.0/8,', '::/129'])('reads %s for what it is', (text) => {
    expect(readNetworks(text) === undefined).toBe(text !== '10.0.0.0/8,');
  });
});
