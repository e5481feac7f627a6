import type { ArpRow } from '@capstan/contracts';
import { arpFindings, MANY_IPS, openedMacs } from './arp-findings';
import { intervalInputs } from './interval-rows';
import { describeMac, readMac } from './mac-facts';

const row = (ip: string, mac: string): ArpRow => ({ context: 'default', ip, mac, mac_raw: mac, age_sec: 0, interface: null, egress_port: null, type: 'dynamic' });
const nothing = { knownMacs: new Set<string>(), gateways: new Set<string>(), first: false };

describe(arpFindings.name, () => {
  const inputs = intervalInputs('arp', [row('10.0.0.1', '001122334455'), row('10.0.0.2', '021122334455'), row('10.0.0.3', 'ffffffffffff')]);
  const opened = { opened: new Set(inputs.map(({ key }) => key)), displaced: [], missing: false };

  it('says nothing of a first table, nor of MACs chosen by software or of all', () => {
    expect(arpFindings(inputs, opened, { ...nothing, first: true })).toEqual([]);
    expect(openedMacs(inputs, opened)).toHaveLength(3);
    expect(arpFindings(inputs, opened, nothing).map(({ kind, mac }) => [kind, mac])).toEqual([['new-mac', '001122334455']]);
  });

  it('knows a gateway that moved from an address that did', () => {
    const displaced = [{ key: 'default|10.0.0.1|00aabbccddee', identity: 'default|10.0.0.1' }];
    const knownMacs = new Set(['001122334455']);
    expect(arpFindings(inputs, { ...opened, displaced }, { ...nothing, knownMacs })).toMatchObject([{ kind: 'ip-moved', other_mac: '00aabbccddee' }]);
    expect(arpFindings(inputs, { ...opened, displaced }, { ...nothing, knownMacs, gateways: new Set(['10.0.0.1']) })).toMatchObject([{ kind: 'gateway-moved' }]);
  });

  it('tells of a MAC with many addresses once, when it crosses the line', () => {
    const many = intervalInputs('arp', Array.from({ length: MANY_IPS + 1 }, (_, index) => row(`10.0.1.${index}`, '001122334455')));
    const knownMacs = new Set(['001122334455']);
    const last = many.at(-1)?.key ?? '';
    expect(arpFindings(many, { opened: new Set([last]), displaced: [], missing: false }, { ...nothing, knownMacs })).toMatchObject([{ kind: 'many-ips', count: MANY_IPS + 1 }]);
  });
});

describe(intervalInputs.name, () => {
  it('leaves out what nobody has, what is no address, and takes a route with its host bits off', () => {
    expect(intervalInputs('arp', [{ ...row('10.0.0.1', ''), mac: null }, row('nonsense', '001122334455')])).toEqual([]);
    const route = { context: 'default', prefix: '10.1.2.3/8', protocol: 'static', subtype: null, distance: 1, metric: 0, next_hops: [{ ip: '10.0.0.1', interface: null, vrf: null }], age_sec: 1, best: true, tag: null };
    expect(intervalInputs('routes', [route]).map(({ columns }) => columns['prefix'])).toEqual(['10.0.0.0/8']);
    expect(intervalInputs('routes', [{ ...route, prefix: 'default' }])).toEqual([]);
  });
});

describe(describeMac.name, () => {
  it('knows the vendor, the group bit and the local bit', () => {
    expect(describeMac('00000c123456')).toMatchObject({ mac_text: '00:00:0c:12:34:56', vendor: expect.stringMatching(/cisco/i), multicast: false });
    expect(describeMac('02000c123456')).toMatchObject({ vendor: null, locally_administered: true });
    expect(describeMac('01005e000001').multicast).toBe(true);
    expect(['0000.0c12.3456', '00-00-0C-12-34-56', 'cafe'].map(readMac)).toEqual(['00000c123456', '00000c123456', undefined]);
  });
});
