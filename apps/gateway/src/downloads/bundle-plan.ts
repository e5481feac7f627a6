import { createHash } from 'node:crypto';
import type { ArtifactView, SessionView, TargetView } from '@capstan/contracts';
import { bundleNames, MANIFEST_NAME, SUMS_NAME } from './bundle-names';
import { planZip, type PlacedEntry, type ZipPlan } from './zip-format';

/** Where the bytes of a member come from. */
export type MemberSource = { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'artifact'; readonly artifact: ArtifactView };

/** A member of the bundle, with its place in the file. */
export interface BundleMember {
  readonly entry: PlacedEntry;
  readonly source: MemberSource;
}

/** A bundle before it is sent. */
export interface BundlePlan {
  readonly zip: ZipPlan;
  readonly members: readonly BundleMember[];
}

/** Version of the manifest's format. */
export const MANIFEST_FORMAT = 'capstan-bundle/1';

function clockOffset(artifact: ArtifactView | undefined, target: TargetView | undefined): number | null {
  const own = artifact?.meta['clock_offset_ms'];
  return typeof own === 'number' ? own : (target?.metrics['clock_offset_ms'] ?? null);
}

function manifestOf(session: SessionView, targets: readonly TargetView[], artifacts: readonly ArtifactView[], names: readonly string[]): unknown {
  const byId = new Map(targets.map((target) => [target.target_id, target]));
  return {
    format: MANIFEST_FORMAT,
    session: {
      session_id: session.session_id,
      name: session.name,
      state: session.state,
      duration_sec: session.duration_sec,
      created_at: session.created_at,
      created_by: session.created_by.name,
      t0: session.t0,
      capture_started_at: session.capture_started_at,
      stop_requested_at: session.stop_requested_at,
      cancel_requested_at: session.cancel_requested_at,
      completed_at: session.completed_at,
      start_spread_ms: session.start_spread_ms,
      retry_of: session.retry_of,
      metrics: session.metrics,
    },
    targets: targets.map((target) => ({
      target_id: target.target_id,
      ordinal: target.ordinal,
      kind: target.kind,
      device: target.title,
      spec: target.spec,
      state: target.state,
      error: target.error,
      message: target.message,
      attempt: target.attempt,
      ready_at: target.ready_at,
      start_sent_at: target.start_sent_at,
      started_at: target.started_at,
      stopped_at: target.stopped_at,
      finished_at: target.finished_at,
      clock_offset_ms: clockOffset(undefined, target),
      metrics: target.metrics,
    })),
    artifacts: artifacts.map((artifact, index) => {
      const target = artifact.target_id === null ? undefined : byId.get(artifact.target_id);
      return {
        name: names[index],
        artifact_id: artifact.artifact_id,
        target_id: artifact.target_id,
        device: target?.title ?? null,
        kind: artifact.kind,
        key: artifact.key,
        size: artifact.size,
        sha256: artifact.sha256,
        media_type: artifact.media_type,
        created_at: artifact.created_at,
        started_at: target?.started_at ?? null,
        stopped_at: target?.stopped_at ?? null,
        clock_offset_ms: clockOffset(artifact, target),
        meta: artifact.meta,
      };
    }),
  };
}

/**
 * Decides what is in a bundle, in which order and where: the manifest and the sums first, so that whoever looks into an
 * unfinished download can tell what it should become. The same session always gives the same bytes.
 */
export function planBundle(session: SessionView, artifacts: readonly ArtifactView[]): BundlePlan {
  const targets = [...session.targets].sort((one, other) => one.ordinal - other.ordinal);
  const ordinal = new Map(targets.map((target) => [target.target_id, target.ordinal]));
  // What belongs to the session as a whole comes behind its targets.
  const rank = (artifact: ArtifactView): number => (artifact.target_id === null ? undefined : ordinal.get(artifact.target_id)) ?? Number.MAX_SAFE_INTEGER;
  const ordered = [...artifacts].sort((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));
  const names = bundleNames(ordered);
  const manifest = Buffer.from(`${JSON.stringify(manifestOf(session, targets, ordered, names), undefined, 2)}\n`);
  const sums = Buffer.from(
    [[createHash('sha256').update(manifest).digest('hex'), MANIFEST_NAME] as const, ...ordered.map((artifact, index) => [artifact.sha256, names[index]] as const)]
      .map(([sha256, name]) => `${sha256}  ${name}\n`)
      .join(''),
  );
  const finishedAt = new Date(session.completed_at ?? session.created_at);
  const sources: MemberSource[] = [
    { kind: 'bytes', bytes: manifest },
    { kind: 'bytes', bytes: sums },
    ...ordered.map((artifact) => ({ kind: 'artifact' as const, artifact })),
  ];
  const zip = planZip([
    { name: MANIFEST_NAME, size: manifest.length, modifiedAt: finishedAt },
    { name: SUMS_NAME, size: sums.length, modifiedAt: finishedAt },
    ...ordered.map((artifact, index) => ({ name: names[index] ?? '', size: artifact.size, modifiedAt: new Date(artifact.created_at) })),
  ]);
  return { zip, members: zip.entries.map((entry, index) => ({ entry, source: sources[index] as MemberSource })) };
}
