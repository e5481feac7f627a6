import { artifactFixture, sessionFixture } from '../../test/fixtures';
import { planBundle } from './bundle-plan';

describe(planBundle.name, () => {
  it('puts what belongs to the session as a whole behind its targets, without a device', () => {
    const own = artifactFixture({ artifact_id: '01990000-0000-7000-8000-000000000022', target_id: null, kind: 'merged-pcap', name: 'a-merged.pcapng', meta: {} });
    const { zip, members } = planBundle(sessionFixture(), [own, artifactFixture()]);
    expect(zip.entries.map(({ name }) => name).at(-1)).toBe('a-merged.pcapng');
    const [manifest] = members;
    const { artifacts } = JSON.parse(manifest?.source.kind === 'bytes' ? manifest.source.bytes.toString() : '{}') as { artifacts: unknown[] };
    expect(artifacts[1]).toMatchObject({ name: 'a-merged.pcapng', target_id: null, device: null, started_at: null, clock_offset_ms: null });
  });
});
