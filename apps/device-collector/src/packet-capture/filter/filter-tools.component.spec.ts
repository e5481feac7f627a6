import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureFilter } from '@capstan/contracts';
import fc from 'fast-check';
import { captureFilters, packets } from '../../../test/filter-arbitraries';
import { matches, pcapOf, type TestPacket } from '../../../test/filter-packets';
import { bpfExpression, withoutOwnTraffic } from './bpf';
import { displayFilter, DISPLAY_FILTER_PREFERENCES } from './display-filter';
import { readFilter } from './filter';
import type { Filter } from './filter-tree';

const PACKETS = fc.sample(packets, { seed: 20, numRuns: 400 });
/** The statistics of tshark leave out the last packet of a file. */
const LAST: TestPacket = { network: 'other', src: '', dest: '', protocol: 0, srcPort: 0, destPort: 0 };
const PREFERENCES = DISPLAY_FILTER_PREFERENCES.flatMap((preference) => ['-o', preference]);
/** What libpcap says of an expression that it finds to be false for every packet. */
const IMPOSSIBLE = /expression rejects all packets/;

function readable(filter: CaptureFilter): Filter | undefined {
  try {
    return readFilter(filter);
  } catch {
    return undefined;
  }
}

describe('compiled filters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-filters-'));
  const file = join(folder, 'all.pcap');
  const filters = fc.sample(captureFilters, { seed: 42, numRuns: 240 }).map(readable).filter((filter) => filter !== undefined);

  beforeAll(() => writeFileSync(file, pcapOf([...PACKETS, LAST])));
  afterAll(() => rmSync(folder, { recursive: true }));

  const wanted = (filter: Filter): number[] => PACKETS.flatMap((packet, index) => (matches(filter, packet) ? [index + 1] : []));

  /** Seconds at which packets pass; each packet has its own second. */
  function byTcpdump(expression: string): number[] {
    const { status, stdout } = spawnSync('tcpdump', ['-O', '-nn', '-tt', '-r', file, expression], { encoding: 'utf8', maxBuffer: 1 << 26 });
    expect([status, expression]).toEqual([0, expression]);
    return [...stdout.matchAll(/^(\d+)\.000000 /gm)].map((match) => Number(match[1]));
  }

  it('are enough different filters to prove something', () => {
    expect(filters.length).toBeGreaterThan(150);
    expect(new Set(filters.map((filter) => wanted(filter).length)).size).toBeGreaterThan(30);
  });

  it('select with the real tcpdump exactly the packets that the filter means', () => {
    for (const filter of filters) {
      const found = byTcpdump(bpfExpression(filter));
      expect([bpfExpression(filter), found.filter((second) => second <= PACKETS.length)]).toEqual([bpfExpression(filter), wanted(filter)]);
    }
  });

  it('are accepted by tcpdump -d together with the exclusion of our own connection', () => {
    for (const filter of filters.slice(0, 60)) {
      const expression = withoutOwnTraffic(bpfExpression(filter), { clientAddress: '192.0.2.9', serverPort: 22 });
      const { status, stderr } = spawnSync('tcpdump', ['-d', '-r', file, expression], { encoding: 'utf8' });
      expect([expression, status === 0 || IMPOSSIBLE.test(stderr) ? '' : stderr]).toEqual([expression, '']);
    }
  });

  it('select with the real tshark exactly the same packets', () => {
    // One process for many filters: its statistics count per filter and second, and every packet has its own second.
    for (let start = 0; start < filters.length; start += 40) {
      const some = filters.slice(start, start + 40);
      const table = execFileSync('tshark', ['-n', '-q', '-r', file, ...PREFERENCES, '-z', `io,stat,1,${some.map((filter) => displayFilter(filter) || 'frame').join(',')}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
      const rows = [...table.matchAll(/^\|\s*(\d+) <> *(?:\d+|Dur) *\|(.*)\|$/gm)].map((match) => ({ second: Number(match[1]), counts: [...(match[2] ?? '').matchAll(/(\d+) *\| *\d+/g)].map((count) => Number(count[1])) }));
      expect(rows.length).toBeGreaterThanOrEqual(PACKETS.length);
      some.forEach((filter, column) => {
        // Its clock begins with the first packet.
        const found = rows.filter(({ counts }) => (counts[column] ?? 0) > 0).map(({ second }) => second + 1).filter((second) => second <= PACKETS.length);
        expect([displayFilter(filter), found]).toEqual([displayFilter(filter), wanted(filter)]);
      });
    }
  }, 120_000);

  it('mean the same given to tshark -Y', () => {
    const filter = readFilter({ protocol: 'udp', expression: { any: [{ host: '10.0.0.0/24' }, { src_port: { from: 5_060, to: 5_061 } }] } });
    const numbers = execFileSync('tshark', ['-n', '-r', file, ...PREFERENCES, '-Y', displayFilter(filter), '-T', 'fields', '-e', 'frame.number'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(numbers.trim().split('\n').map(Number).filter((number) => number <= PACKETS.length)).toEqual(wanted(filter));
  });
});
