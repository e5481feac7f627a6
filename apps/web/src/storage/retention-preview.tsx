import type { RetentionPreview, TargetKindName } from '@capstan/contracts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { DataTable } from '../design/data-table';
import { formatBytes, formatCount } from '../design/format';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { limitsOf, type PolicyDraft } from './policy-draft';
import { reasonText, sessionsText, STORE_LABELS } from './store-words';
import classes from './storage.module.css';

const ASK_AFTER_MS = 300;

/** What a run would remove now, by the numbers in the form; nothing goes by looking at it. */
export function RetentionPreviewPanel({ kind, draft, changed }: { kind: TargetKindName; draft: PolicyDraft; changed: boolean }) {
  const { api } = useRuntime();
  const [asked] = useDebouncedValue(JSON.stringify(limitsOf(draft)), ASK_AFTER_MS);
  const preview = useQuery({
    queryKey: ['retention-preview', kind, asked],
    queryFn: ({ signal }) => api.call('previewRetention', { body: { policies: [{ kind, ...(JSON.parse(asked) as ReturnType<typeof limitsOf>) }] }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
    retry: false,
  });
  if (preview.isError) {
    const problem = asProblem(preview.error);
    return (
      <p className={classes['wrong']} role="alert">
        {problem.fields.some(({ path }) => path.endsWith('keep_last')) ? '“Always keep the last” must not be larger than “Sessions at most”.' : (problem.fields[0]?.message ?? problem.message)}
      </p>
    );
  }
  const { data } = preview;
  return (
    <div className={classes['preview']} aria-busy={preview.isFetching}>
      <p className={classes['verdict']} role="status">
        {data === undefined ? (
          'Looking…'
        ) : (
          <>
            <StatusIcon status={data.sessions === 0 ? 'success' : 'attention'} size={16} />
            <span>{verdictOf(data, changed)}</span>
          </>
        )}
      </p>
      {data === undefined || data.sessions === 0 ? null : <First preview={data} />}
    </div>
  );
}

function verdictOf({ sessions, artifacts, bytes, held, by_kind: kinds }: RetentionPreview, changed: boolean): string {
  const basis = changed ? 'With these numbers' : 'As it is stored';
  const keeps = held === 0 ? '' : ` ${sessionsText(held)} more would go if nobody held ${held === 1 ? 'it' : 'them'}.`;
  if (sessions === 0) {
    return `${basis} a run would remove nothing.${keeps}`;
  }
  const split = kinds.length < 2 ? '' : ` (${kinds.map((one) => `${STORE_LABELS[one.kind].toLowerCase()} ${formatCount(one.sessions)}`).join(', ')})`;
  return `${basis} a run would remove ${sessionsText(sessions)}${split}: ${artifacts === 1 ? '1 file' : `${formatCount(artifacts)} files`}, ${formatBytes(bytes)}.${keeps}`;
}

function First({ preview: { first, sessions } }: { preview: RetentionPreview }) {
  return (
    <>
      <DataTable
        label="What would go"
        rows={first}
        rowKey={(row) => row.session_id}
        columns={[
          { label: 'Session', cell: (row) => <Link to={`/sessions/${row.session_id}`} className={classes['name']}>{row.name}</Link> },
          { label: 'Ended', width: 184, cell: (row) => <TimeText iso={row.completed_at} /> },
          { label: 'Size', width: 96, end: true, cell: (row) => formatBytes(row.artifact_bytes) },
          { label: 'Why', cell: (row) => row.reasons.map(reasonText).join(', and ') },
        ]}
      />
      {sessions > first.length ? <p className="muted">The oldest {first.length} of {formatCount(sessions)}.</p> : null}
    </>
  );
}
