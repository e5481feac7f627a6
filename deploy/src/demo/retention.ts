import { routes } from '@capstan/contracts';
import { say } from '../terminal';
import type { DemoPart } from './demo-part';

const SHOWN = 3;

/** What would go if only the newest collection and a day of captures were kept: told, and nothing removed. */
export const previewRetention: DemoPart = async ({ api }) => {
  const limits = { kind: 'collection', max_sessions: 1, keep_last: 1 } as const;
  const preview = await api.call(routes.previewRetention, { body: { policies: [limits] } });
  say(`  If only the newest collection stayed, ${preview.sessions} sessions with ${preview.artifacts} files (${(preview.bytes / 1_024).toFixed(0)} KiB) would go, the oldest first:`);
  for (const { name, completed_at: at, artifact_count: files, reasons } of preview.first.slice(0, SHOWN)) {
    say(`    ${name}, of ${at.slice(11, 19)}, ${files} files: ${reasons.map(({ kind, rule, limit }) => `${rule} of ${kind} beyond ${limit}`).join(', ')}`);
  }
  const [first] = preview.first;
  if (first === undefined) {
    return false;
  }
  const { session } = await api.call(routes.getSession, { params: { id: first.session_id } });
  say(`  Nothing was removed: ${session.name} is still ${session.state}`);
  return preview.sessions > 0 && preview.by_kind.every(({ kind }) => kind === 'collection');
};
