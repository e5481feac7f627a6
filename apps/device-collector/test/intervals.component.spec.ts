import { type SeededRandom, seededRandom } from '@capstan/testing';
import type { ArpRow } from '@capstan/contracts';
import { type BenchDevice, CatalogueBench } from './catalogue-bench';

interface Naive {
  readonly ip: string;
  readonly mac: string;
  readonly first: number;
  last: number;
  missing: number[];
  ended: number | null;
}
type Run = { readonly at: number; readonly rows: ReadonlyMap<string, string>; readonly kind: 'complete' | 'partial' | 'unproven' };

/** The rules, as slowly and plainly as they can be said. */
class NaiveCatalogue {
  readonly all: Naive[] = [];

  see({ at, rows, kind }: Run): void {
    if (kind === 'unproven') {
      return;
    }
    const open = this.all.filter(({ ended }) => ended === null);
    for (const binding of open) {
      const now = rows.get(binding.ip);
      if (now === binding.mac) {
        binding.last = at;
        binding.missing = [];
      } else if (kind === 'complete') {
        binding.missing.push(at);
        if (binding.missing.length >= 2 || now !== undefined) {
          binding.ended = binding.missing[0] ?? at;
        }
      }
    }
    for (const [ip, mac] of rows) {
      if (!open.some((binding) => binding.ip === ip && binding.mac === mac)) {
        this.all.push({ ip, mac, first: at, last: at, missing: [], ended: null });
      }
    }
  }
}

describe('intervals', () => {
  let bench: CatalogueBench;

  beforeAll(async () => {
    bench = await CatalogueBench.open();
  }, 60_000);
  afterAll(() => bench.close());

  const arpRow = (ip: string, mac: string): ArpRow => ({ context: 'default', ip, mac, mac_raw: mac, age_sec: 1, interface: 'Vlan1', egress_port: null, type: 'dynamic' });

  const run = (random: SeededRandom, at: number): Run => {
    const rows = new Map<string, string>();
    for (let host = 1; host <= 5; host += 1) {
      if (random() < 0.7) {
        rows.set(`10.0.0.${host}`, `00112233440${random() < 0.8 ? host : 9}`);
      }
    }
    const luck = random();
    return { at, rows, kind: luck < 0.7 ? 'complete' : luck < 0.85 ? 'partial' : 'unproven' };
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('are what a naive catalogue makes of the same captures (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const naive = new NaiveCatalogue();
    const device: BenchDevice = bench.device(`random-${seed}`);
    let previous: Run | undefined;
    for (let step = 0; step < 30; step += 1) {
      // Two runs in a row often see the same: then nothing but the head may be written.
      const seen: Run = previous !== undefined && random() < 0.4 ? { ...previous, at: 0 } : run(random, 0);
      const capture = bench.capture(device, 'arp', `table ${step}`);
      const rows = [...seen.rows].map(([ip, mac]) => arpRow(ip, mac));
      await bench.loader.record({ ...capture, complete: seen.kind !== 'unproven', parse: { status: seen.kind === 'partial' ? 'partial' : rows.length === 0 ? 'empty' : 'parsed', rows, unparsed: seen.kind === 'partial' ? [{ number: 1, text: '?' }] : [] } });
      naive.see({ ...seen, at: bench.now });
      previous = seen;
    }
    const { bindings } = await bench.observations.arp({ page: 1, per_page: 1_000, device_id: device.id });
    const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
    const shown = bindings.map(({ ip, mac, first_seen, last_seen, ended_at, missing_since }) => ({ ip, mac, first_seen, last_seen, ended_at, missing_since }));
    const expected = naive.all.map(({ ip, mac, first, last, missing, ended }) => ({ ip, mac, first_seen: instant(first), last_seen: instant(last), ended_at: instant(ended), missing_since: ended === null ? instant(missing[0] ?? null) : null }));
    const order = (a: { ip: string; mac: string; first_seen: string | null }, b: { ip: string; mac: string; first_seen: string | null }): number => `${a.ip}${a.mac}${a.first_seen}`.localeCompare(`${b.ip}${b.mac}${b.first_seen}`);
    expect(shown.sort(order)).toEqual(expected.sort(order));
  });

  it('take a table of ten thousand rows by one statement', async () => {
    const device = bench.device('large');
    const rows = Array.from({ length: 10_000 }, (_, index) => arpRow(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, index.toString(16).padStart(12, '0')));
    const record = (some: readonly ArpRow[]) => bench.loader.record({ ...bench.capture(device, 'arp', `large ${some.length} ${bench.now}`), parse: { status: 'parsed', rows: some, unparsed: [] } });
    await record(rows);
    await record(rows.slice(1));
    const { total } = await bench.observations.arp({ page: 1, per_page: 1, device_id: device.id, open: 'true' });
    expect(total).toBe(10_000);
    const { bindings } = await bench.observations.arp({ page: 1, per_page: 10, device_id: device.id, ip: '10.0.0.0' });
    expect(bindings.map(({ missing_since }) => missing_since)).toEqual([new Date(bench.now).toISOString()]);
  });
});
