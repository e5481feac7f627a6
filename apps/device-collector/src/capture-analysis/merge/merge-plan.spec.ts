import type { ArtifactView, SessionView, TargetView } from '@capstan/contracts';
import { capturesToMerge, describeSources, planMerge } from './merge-plan';
import type { RawCapture } from './raw-capture.client';

const TARGETS = ['cube', 'expressway'].map((deviceType, ordinal) => ({ target_id: deviceType, ordinal, title: `${deviceType}.example`, spec: { device_type: deviceType, interface: 'eth0' } }) as unknown as TargetView);
const SESSION = { session_id: 's', name: 'n', targets: TARGETS } as unknown as SessionView;

function artifact(target: string, name: string, overrides: Partial<ArtifactView> = {}): ArtifactView {
  return { artifact_id: name, target_id: target, kind: 'pcap', name, sha256: '', meta: {}, ...overrides } as ArtifactView;
}

function raw(target: string, name: string, from: number, to: number, overrides: Partial<RawCapture> & { meta?: Record<string, unknown> } = {}): RawCapture {
  const { meta = {}, ...rest } = overrides;
  return {
    artifact: artifact(target, name, { meta }),
    path: `/scratch/${name}`,
    content: { format: 'pcap', bytes: 100, packets: 2, truncated: false, linkType: 1, firstPacketAt: from, lastPacketAt: to },
    magic: 0xa1b2c3d4,
    repaired: false,
    inOrder: true,
    ...rest,
  };
}

const shape = (captures: RawCapture[]): string[] => planMerge(SESSION, captures).map(({ name, files }) => `${name}: ${files.map((file) => file.artifact.name).join(' ')}`);

describe(capturesToMerge.name, () => {
  it('takes the filtered copies of a target that has them, and the captures of the others', () => {
    const artifacts = [artifact('cube', 'a'), artifact('expressway', 'b'), artifact('expressway', 'b-filtered', { kind: 'filtered-pcap' }), artifact('cube', 'log', { kind: 'transcript' })];
    expect(capturesToMerge(artifacts).map(({ name }) => name)).toEqual(['a', 'b-filtered']);
  });
});

describe(planMerge.name, () => {
  it('reads files that follow one another as one, whatever order they come in', () => {
    expect(shape([raw('cube', 'c', 30, 40), raw('cube', 'a', 10, 20), raw('cube', 'b', 20, 30)])).toEqual(['cube cube.example eth0: a b c']);
  });

  it('keeps apart what overlaps, or differs in format', () => {
    expect(shape([raw('cube', 'a', 10, 30), raw('cube', 'b', 20, 40)])).toEqual(['cube cube.example eth0 (1): a', 'cube cube.example eth0 (2): b']);
    expect(shape([raw('cube', 'a', 10, 20), raw('cube', 'b', 20, 40, { magic: 0xa1b23c4d })])).toHaveLength(2);
  });

  it('keeps interfaces of a device apart, in the order of the targets', () => {
    expect(shape([raw('expressway', 'e0', 1, 2, { meta: { interface: 'eth0' } }), raw('expressway', 'e1', 3, 4, { meta: { interface: 'eth1' } }), raw('cube', 'a', 1, 2)])).toEqual([
      'cube cube.example eth0: a',
      'expressway expressway.example eth0: e0',
      'expressway expressway.example eth1: e1',
    ]);
  });

  it('tells the addresses a device said it has', () => {
    const told = describeSources(planMerge(SESSION, [raw('cube', 'a', 1, 2, { meta: { device_addresses: ['10.10.30.5', '192.0.2.5'] } }), raw('expressway', 'b', 1, 2)]));
    expect(told.map(({ addresses }) => addresses)).toEqual([['10.10.30.5', '192.0.2.5'], []]);
  });

  it('does not correct times that were made up', () => {
    const [source] = planMerge(SESSION, [raw('cube', 'a', 1, 2, { meta: { clock_offset_ms: 50, clock_uncertainty_ms: 1, timestamps: 'synthetic' } })]);
    expect(source?.correction).toEqual({ method: 'none' });
    expect(describeSources([source!])[0]?.clock).toEqual({ method: 'none', offset_ms: 0, offset_end_ms: 0, uncertainty_ms: null });
  });
});
