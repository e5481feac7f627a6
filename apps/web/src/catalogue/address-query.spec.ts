import { addressQuery, fromLocalInput } from './address-query';

describe(addressQuery.name, () => {
  it.each([
    ['arp', '10.1.2.3', { ip: '10.1.2.3' }],
    ['arp', '10.0.0.0/8', { ip: '10.0.0.0/8' }],
    ['arp', '2001:db8::1', { ip: '2001:db8::1' }],
    ['arp', '0011.2233.4455', { mac: '0011.2233.4455' }],
    ['arp', '00:11:22', { mac: '00:11:22' }],
    ['mac', '00-11-22-33-44-55', { mac: '00-11-22-33-44-55' }],
    ['mac', 'Gi1/0/1', { port: 'Gi1/0/1' }],
    ['routes', '10.1.2.3', { ip: '10.1.2.3' }],
    ['routes', '10.0.0.0/8', { prefix: '10.0.0.0/8' }],
    ['neighbors', ' core-1 ', { q: 'core-1' }],
    ['arp', ' ', {}],
  ] as const)('understands in %s what %j means', (what, text, query) => {
    expect(addressQuery(what, text)).toEqual(query);
  });

  it('takes a local time as an instant, and nothing else', () => {
    expect(fromLocalInput('2026-11-21T08:00')).toBe(new Date(2026, 10, 21, 8).toISOString());
    expect(fromLocalInput('soon')).toBeUndefined();
  });
});
