import type { Draft } from './draft';
import type { SessionArtifactsFact, KnownArtifact } from './model';

/**
 * Takes in what was made of the session as a whole, a merged capture for example: also after the end, and without moving
 * any state. What is known by its id is there already; the same key under another id replaces what lay there. A session
 * that was cancelled or is being deleted keeps nothing.
 */
export function addSessionArtifacts(draft: Draft, { session_id: sessionId, artifacts, metrics }: SessionArtifactsFact, known: readonly KnownArtifact[]): void {
  if (draft.session.cancelRequestedAt !== null || draft.session.deleteRequestedAt !== null) {
    return;
  }
  for (const artifact of artifacts) {
    const mine = artifact.target_id === null && artifact.session_id === sessionId && artifact.key.startsWith(`sessions/${sessionId}/`);
    if (!mine || known.some((row) => row.artifactId === artifact.artifact_id)) {
      continue;
    }
    const gone = known.filter((row) => row.key === artifact.key && row.targetId === null);
    draft.artifacts.push({ type: 'add', artifact, attempt: null, replaces: gone.map((row) => row.artifactId) });
    draft.added.push(artifact);
    draft.session = {
      ...draft.session,
      ownArtifactCount: draft.session.ownArtifactCount + 1 - gone.length,
      ownArtifactBytes: draft.session.ownArtifactBytes + artifact.size - gone.reduce((sum, row) => sum + row.size, 0),
    };
  }
  if (metrics !== undefined) {
    draft.session = { ...draft.session, metrics: { ...draft.session.metrics, ...metrics } };
  }
}
