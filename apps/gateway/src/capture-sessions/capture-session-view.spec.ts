import { type ArtifactView, captureSessionAnswer, SESSION_STATES, type SessionView } from '@capstan/contracts';
import { artifactFixture, sessionFixture, targetFixture } from '../../test/fixtures';
import { isDownloadable, toCaptureSessionAnswer } from './capture-session-view';

const START = Date.parse('2026-11-21T08:00:00.000Z');
const answer = (session: Partial<SessionView>, artifacts: ArtifactView[] = [], after = 0) => {
  const made = toCaptureSessionAnswer(sessionFixture({ capture_started_at: new Date(START).toISOString(), ...session }), artifacts, START + after);
  captureSessionAnswer.parse(made);
  return made;
};

describe(toCaptureSessionAnswer.name, () => {
  it('counts whole seconds while packets are captured, and only then', () => {
    expect(answer({ state: 'capturing', duration_sec: 60 }, [], 15_900)).toMatchObject({ elapsed_sec: 15, remaining_sec: 45 });
    expect(answer({ state: 'capturing', duration_sec: 60 }, [], 90_000)).toMatchObject({ elapsed_sec: 90, remaining_sec: 0 });
    expect(answer({ state: 'capturing', duration_sec: null }, [], 5_000)).toMatchObject({ elapsed_sec: 5, remaining_sec: null });
    expect(answer({ state: 'capturing' }, [], -5_000)).toMatchObject({ elapsed_sec: 0 });
    for (const state of SESSION_STATES.filter((one) => one !== 'capturing')) {
      expect(answer({ state }, [], 5_000)).not.toHaveProperty('elapsed_sec');
    }
  });

  it('shows targets in their order, each with its own failure and its own files', () => {
    const failed = targetFixture({ target_id: '01990000-0000-7000-8000-000000000012', ordinal: 1, state: 'failed', error: { code: 'AUTH_FAILED', message: 'refused', retryable: false }, metrics: {}, started_at: null });
    const { session } = answer({ targets: [failed, targetFixture()] }, [artifactFixture({ name: 'b.pcap', size: 10 }), artifactFixture({ name: 'a.pcap', size: 5 })]);
    expect(session.targets).toMatchObject([
      { status: 'completed', error: null, filename: 'a.pcap', file_size_bytes: 15, packets_captured: 120 },
      { status: 'failed', error: 'refused', error_code: 'AUTH_FAILED', filename: null, packets_captured: null, file_size_bytes: null, capture_started_at: null },
    ]);
  });

  it('§A5: shows a rotating session, which has no duration, and that it goes on until it is stopped', () => {
    const spec = { kind: 'packet-capture', device_type: 'cucm', host: 'c', mode: 'rotating', size_per_file_mb: 5, max_files: 4, credential_id: '01990000-0000-7000-8000-000000000031' };
    const shown = answer({ state: 'capturing', duration_sec: null, targets: [targetFixture({ spec, state: 'capturing' })] }, [], 30_000);
    expect(shown).toMatchObject({ elapsed_sec: 30, remaining_sec: null, session: { mode: 'rotating', status: 'capturing', duration_sec: null, size_per_file_mb: 5, max_files: 4 } });
  });

  it('fills in the port and interface a target did not name', () => {
    const spec = { kind: 'packet-capture', device_type: 'expressway', host: 'e', credential_id: '01990000-0000-7000-8000-000000000031' };
    expect(answer({ targets: [targetFixture({ spec })] }).session.targets[0]).toMatchObject({ port: 443, interface: 'eth0' });
  });
});

describe(isDownloadable.name, () => {
  it('needs an end and a capture', () => {
    const pcap = [artifactFixture()];
    const transcript = [artifactFixture({ kind: 'transcript' })];
    expect(SESSION_STATES.filter((state) => isDownloadable({ state }, pcap))).toEqual(['completed', 'partial', 'failed', 'cancelled']);
    expect(isDownloadable({ state: 'completed' }, transcript)).toBe(false);
  });
});
