import type { CaptureFilter } from '@capstan/contracts';
import fc from 'fast-check';
import { captureFilters, packets } from '../../../test/filter-arbitraries';
import { matches } from '../../../test/filter-packets';
import { divideFilter, type Expressible, EXPRESSES_ALL, EXPRESSES_NOTHING, widen } from './device-filter';
import { readFilter } from './filter';
import { type Filter, leavesOf } from './filter-tree';
import { pushNegations, simplify } from './simplify';

/** At most one host of IPv4 and one port, both or one of them: a command line with two optional words. */
const hostAndPort: Expressible = (filter) => {
  const parts = filter.kind === 'all' ? filter.of : [filter];
  const count = (kind: Filter['kind']): number => parts.filter((part) => part.kind === kind).length;
  return (
    count('network') <= 1 &&
    count('port') <= 1 &&
    parts.every((part) => (part.kind === 'network' && part.family === 4 && part.bits === 32) || (part.kind === 'port' && part.side === 'either' && part.from === part.to))
  );
};
/** Lists of conditions without a `not`, as access lists are. */
const accessList: Expressible = (filter) => {
  const entries = filter.kind === 'any' ? filter.of : [filter];
  return entries.length <= 4 && entries.every((entry) => (entry.kind === 'all' ? entry.of : [entry]).every((part) => ['network', 'port', 'protocol'].includes(part.kind)));
};

const devices = { hostAndPort, accessList, EXPRESSES_NOTHING, EXPRESSES_ALL } as const;

/** A random filter, unless it contradicts itself. */
const readable = captureFilters
  .map((filter) => {
    try {
      return readFilter(filter);
    } catch {
      return undefined;
    }
  })
  .filter((filter) => filter !== undefined);

describe(simplify.name, () => {
  it('changes nothing of what passes', () => {
    const raw = (filter: CaptureFilter): Filter => simplify({ kind: 'not', of: { kind: 'not', of: { kind: 'all', of: [readFilter(filter)] } } });
    fc.assert(
      fc.property(readable, fc.array(packets, { minLength: 20, maxLength: 20 }), (filter, sample) =>
        sample.every((packet) => matches(filter, packet) === matches(pushNegations(filter), packet) && matches(pushNegations(filter, true), packet) === !matches(filter, packet)),
      ),
      { seed: 3, numRuns: 300 },
    );
    expect(raw({ port: 1 })).toEqual(readFilter({ port: 1 }));
  });

  it('is its own result when it is done again', () => {
    fc.assert(fc.property(readable, (filter) => JSON.stringify(simplify(filter)) === JSON.stringify(filter)), { seed: 3, numRuns: 300 });
  });

  it('leaves no list of one, no list in a like list, and no constant inside', () => {
    const isNormal = (filter: Filter, parent?: Filter['kind']): boolean => {
      switch (filter.kind) {
        case 'all':
        case 'any':
          return filter.of.length > 1 && filter.kind !== parent && filter.of.every((child) => isNormal(child, filter.kind));
        case 'not':
          return parent !== 'not' && isNormal(filter.of, 'not');
        case 'everything':
        case 'nothing':
          return parent === undefined;
        default:
          return true;
      }
    };
    fc.assert(fc.property(readable, (filter) => isNormal(filter)), { seed: 5, numRuns: 300 });
  });
});

describe(widen.name, () => {
  it.each(Object.entries(devices))('gives a device (%s) something it can express that passes everything wanted', (_name, expressible) => {
    fc.assert(
      fc.property(readable, fc.array(packets, { minLength: 30, maxLength: 30 }), (wanted, sample) => {
        const wider = widen(wanted, expressible);
        return (wider.kind === 'everything' || expressible(wider)) && sample.every((packet) => !matches(wanted, packet) || matches(wider, packet));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it.each(Object.entries(devices))('changes nothing for a device (%s) that can express the whole', (_name, expressible) => {
    fc.assert(
      fc.property(readable, (wanted) => {
        const plain = pushNegations(wanted);
        return plain.kind === 'everything' || !expressible(plain) || JSON.stringify(widen(wanted, expressible)) === JSON.stringify(plain);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it.each<[CaptureFilter, string[]]>([
    [{ host: '10.0.0.1', port: 5_060 }, ['filter.host', 'filter.port']],
    [{ protocol: 'udp', host: '10.0.0.1', port: 5_060 }, ['filter.host', 'filter.port']],
    [{ host: '10.0.0.0/8', port: 5_060 }, ['filter.port']],
    [{ expression: { any: [{ all: [{ port: 5_060 }, { host: '10.0.0.1' }] }, { all: [{ port: 5_060 }, { host: '10.0.0.2' }] }] } }, ['filter.expression.any.0.all.0.port']],
    [{ expression: { any: [{ port: 1 }, { port: 2 }] } }, []],
    [{ port: 5_060, expression: { not: { host: '10.0.0.1' } } }, ['filter.port']],
  ])('keeps of %j what a device with a host and a port can take: %j', (filter, paths) => {
    expect(leavesOf(widen(readFilter(filter), hostAndPort)).map(({ path }) => path)).toEqual(paths);
  });
});

describe(divideFilter.name, () => {
  const filter: CaptureFilter = { port: 5_060, expression: { any: [{ host: '10.0.0.1' }, { host: '10.0.0.0/24' }] } };

  it('refuses what a device cannot express, naming every condition', () => {
    expect(() => divideFilter({ filter, on_unsupported: 'refuse' }, hostAndPort, 'cucm')).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FILTER',
        message: expect.stringContaining('cucm cannot'),
        details: { path: 'filter.expression.any.0.host', paths: ['filter.expression.any.0.host', 'filter.expression.any.1.host'] },
      }),
    );
  });

  it('captures wider when asked to, and says what is left for afterwards', () => {
    const divided = divideFilter({ filter, on_unsupported: 'post_filter' }, hostAndPort, 'cucm');
    expect(divided).toMatchObject({ device: { kind: 'port', from: 5_060 }, dropped: ['filter.expression.any.0.host', 'filter.expression.any.1.host'] });
    expect(divided.postFilter).toContain('10.0.0.0/24');
  });

  it('names every condition when only their combination is too much', () => {
    expect(() => divideFilter({ filter: { expression: { any: [{ port: 1 }, { port: 2 }] } }, on_unsupported: 'refuse' }, hostAndPort, 'x')).toThrow(
      expect.objectContaining({ details: { path: 'filter.expression.any.0.port', paths: ['filter.expression.any.0.port', 'filter.expression.any.1.port'] } }),
    );
  });

  it('has nothing to do without a filter, whatever the device can', () => {
    expect(divideFilter({ on_unsupported: 'refuse' }, EXPRESSES_NOTHING, 'x')).toEqual({ device: { kind: 'everything' }, postFilter: null, dropped: [] });
  });

  it('refuses to look up a name afterwards, because the device might have got another answer', () => {
    expect(() => divideFilter({ filter: { host: 'pbx.example' }, on_unsupported: 'post_filter' }, EXPRESSES_NOTHING, 'x')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FILTER', details: { path: 'filter.host' } }),
    );
  });
});
