import type { ArtifactView } from '@capstan/contracts';
import { operator, Simulation } from '../../../test/engine-fixtures';
import type { SessionArtifactsFact } from './model';
import { addSessionArtifacts } from './session-artifacts';

function finished(): Simulation {
  const sut = new Simulation(1);
  sut.advance(1, 'configuring', 'ready', 'starting', 'capturing');
  sut.finish(1, 'completed', { artifacts: [sut.artifact(1).artifact] });
  return sut;
}

function merged(sut: Simulation, overrides: Partial<ArtifactView> = {}): SessionArtifactsFact {
  const { artifact } = sut.artifact(1);
  const sessionId = sut.session.sessionId;
  return { session_id: sessionId, artifacts: [{ ...artifact, target_id: null, kind: 'merged-pcap', key: `sessions/${sessionId}/analysis/merged.pcapng`, size: 40, ...overrides }] };
}

describe(addSessionArtifacts.name, () => {
  it('adds to a session that has ended without moving its state, and tells of it', () => {
    const sut = finished();
    const decision = sut.do({ type: 'session-artifacts', fact: { ...merged(sut), metrics: { calls: 3 } }, known: [] });
    expect(sut.session).toMatchObject({ state: 'completed', artifactCount: 2, artifactBytes: 140, captureCount: 1, metrics: { calls: 3 } });
    expect(decision.messages.map(({ type }) => type)).toEqual(['artifact-added', 'state-changed']);
    expect(decision.history).toMatchObject([{ type: 'artifact.added', targetId: null }, { type: 'session.counts-changed' }]);
    expect(decision.artifacts).toMatchObject([{ type: 'add', attempt: null, replaces: [] }]);
  });

  it('does nothing when it is told again', () => {
    const sut = finished();
    const fact = { ...merged(sut), metrics: { calls: 3 } };
    sut.do({ type: 'session-artifacts', fact, known: [] });
    const [artifact] = fact.artifacts;
    const known = [{ artifactId: artifact?.artifact_id ?? '', key: artifact?.key ?? '', targetId: null, size: 40, kind: 'merged-pcap' as const }];
    expect(sut.do({ type: 'session-artifacts', fact, known }).changed).toBe(false);
  });

  it('replaces what lay under the same key', () => {
    const sut = finished();
    const fact = merged(sut);
    sut.do({ type: 'session-artifacts', fact, known: [] });
    const known = [{ artifactId: fact.artifacts[0]?.artifact_id ?? '', key: fact.artifacts[0]?.key ?? '', targetId: null, size: 40, kind: 'merged-pcap' as const }];
    const again = sut.do({ type: 'session-artifacts', fact: merged(sut, { size: 50, artifact_id: 'bbbbbbbb-0000-7000-8000-000000000001' }), known });
    expect(again.artifacts).toMatchObject([{ type: 'add', replaces: [fact.artifacts[0]?.artifact_id] }]);
    expect(sut.session).toMatchObject({ artifactCount: 2, artifactBytes: 150 });
  });

  it.each([
    ['belongs to a target', (sut: Simulation) => merged(sut, { target_id: sut.target(1).targetId })],
    ['lies outside of the session', (sut: Simulation) => merged(sut, { key: 'sessions/other/merged.pcapng' })],
    ['names another session', (sut: Simulation) => merged(sut, { session_id: 'cccccccc-0000-7000-8000-000000000001' })],
  ])('leaves out what %s', (_what, made) => {
    const sut = finished();
    expect(sut.do({ type: 'session-artifacts', fact: made(sut), known: [] }).changed).toBe(false);
  });

  it('keeps nothing of a session that was cancelled', () => {
    const sut = new Simulation(1);
    sut.advance(1, 'configuring', 'ready', 'starting', 'capturing');
    sut.do({ type: 'cancel', by: operator });
    sut.finish(1, 'cancelled');
    expect(sut.do({ type: 'session-artifacts', fact: merged(sut), known: [] }).changed).toBe(false);
  });
});
