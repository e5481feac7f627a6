import type { ScheduleView } from '@capstan/contracts';
import { bodyOf, draftOf, newDraft } from './schedule-draft';

const stored = {
  name: 'Nightly',
  enabled: false,
  cron: '0 2 * * *',
  time_zone: 'Europe/Rome',
  starts_at: '2026-11-21T02:00:00.000Z',
  ends_at: null,
  max_runs: 7,
  overlap: 'queue',
  jitter_sec: 60,
  missed: 'run_once',
  template_id: null,
  session: { targets: [{ kind: 'packet-capture' }] },
} as unknown as ScheduleView;

describe(bodyOf.name, () => {
  it('keeps everything of a schedule that is opened and stored again', () => {
    const { name, enabled, cron, time_zone, starts_at, ends_at, max_runs, overlap, jitter_sec, missed, template_id, session } = stored;
    expect(bodyOf(draftOf(stored), stored)).toEqual({ name, enabled, cron, time_zone, starts_at, ends_at, max_runs, overlap, jitter_sec, missed, template_id, session });
  });

  it('lets a template take the place of the session of its own', () => {
    expect(bodyOf({ ...draftOf(stored), templateId: 'a template' }, stored)).toMatchObject({ template_id: 'a template', session: null });
  });

  it('takes empty fields for what they say', () => {
    expect(bodyOf({ ...newDraft('UTC'), name: ' Hourly ', jitterSec: '' })).toMatchObject({ name: 'Hourly', enabled: true, starts_at: null, max_runs: null, jitter_sec: 0 });
  });
});
