import type { CaptureFilter } from '@capstan/contracts';
import { divideFilter } from '../../packet-capture/filter/device-filter';
import { vosCanExpress, vosFilterWords } from './cucm-filter';

const words = (filter: CaptureFilter, onUnsupported: 'refuse' | 'post_filter' = 'refuse') => {
  const { device, postFilter } = divideFilter({ filter, on_unsupported: onUnsupported }, vosCanExpress, 'cucm');
  return [vosFilterWords(device), postFilter];
};

describe(vosFilterWords.name, () => {
  it.each<[CaptureFilter, string]>([
    [{}, ''],
    [{ host: '10.0.0.1' }, 'host ip 10.0.0.1'],
    [{ host: '10.0.0.1', protocol: 'arp' }, 'host arp 10.0.0.1'],
    [{ src: '10.0.0.1', dest: '10.0.0.2', port: 5060 }, 'port 5060 src 10.0.0.1 dest 10.0.0.2'],
    [{ expression: { all: [{ port: 5060 }, { host: '10.0.0.1' }] } }, 'port 5060 host ip 10.0.0.1'],
  ])('%j is %j', (filter, expected) => expect(words(filter)).toEqual([expected, null]));

  it.each<[CaptureFilter, string]>([
    [{ protocol: 'udp', port: 5060 }, 'filter.protocol'],
    [{ protocol: 'ip' }, 'filter.protocol'],
    [{ host: '10.0.0.0/8' }, 'filter.host'],
    [{ host: 'pbx.example' }, 'filter.host'],
    [{ host: '2001:db8::1' }, 'filter.host'],
    [{ expression: { any: [{ host: '10.0.0.1' }, { host: '10.0.0.2' }] } }, 'filter.expression.any.0.host'],
    [{ expression: { port: { from: 16384, to: 32767 } } }, 'filter.expression.port'],
    [{ expression: { src_port: 5060 } }, 'filter.expression.src_port'],
    [{ expression: { not: { port: 22 } } }, 'filter.expression.not.port'],
  ])('refuses %j, naming %s', (filter, path) => {
    expect(() => words(filter)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER', details: expect.objectContaining({ path }) }));
  });

  it('captures wider when the rest may be filtered afterwards', () => {
    expect(words({ protocol: 'udp', port: 5060, host: '10.0.0.1' }, 'post_filter')).toEqual(['port 5060 host ip 10.0.0.1', expect.stringContaining('udp')]);
  });
});
