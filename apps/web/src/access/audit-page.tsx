import type { AuditEntry } from '@capstan/contracts';
import { TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { detailOf, outcomeStatus } from './audit-text';
import classes from './access.module.css';

const PER_PAGE = 50;
const FILTERS = [
  { name: 'actor', label: 'Who', placeholder: 'User, token or service' },
  { name: 'action', label: 'What', placeholder: 'e.g. device.command' },
  { name: 'subject', label: 'About', placeholder: 'Session, device or user' },
] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Every call and every device command. */
export function AuditPage() {
  const { api } = useRuntime();
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const query = { page, per_page: PER_PAGE, ...Object.fromEntries(FILTERS.map(({ name }) => [name, search.get(name) ?? undefined])) };
  const list = useQuery({ queryKey: ['audit', query], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('audit', { query, signal }) });
  const set = (part: Record<string, string>): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(part)) {
          if (value === '') {
            next.delete(name);
          } else {
            next.set(name, value);
          }
        }
        return next;
      },
      { replace: true },
    );
  return (
    <Page title="Audit log" description="Every call to the API and every command sent to a device, with who caused it. Nobody can change it here.">
      <div className={classes['filters']} role="search" aria-label="Filter the audit log">
        {FILTERS.map(({ name, label, placeholder }) => (
          <FilterField key={name} label={label} placeholder={placeholder} value={search.get(name) ?? ''} onChange={(value) => set({ [name]: value, page: '' })} />
        ))}
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.entries.length === 0 ? (
            <Empty title="No entry matches">Calls and device commands are written here as they happen.</Empty>
          ) : (
            <DataTable
              label="Audit log"
              rows={list.data?.entries}
              rowKey={(row) => row.audit_id}
              skeletons={24}
              columns={[
                { label: 'Time', width: 184, cell: (row) => <TimeText iso={row.time} /> },
                {
                  label: 'Who',
                  width: 208,
                  cell: (row) => (
                    <>
                      {row.actor_name} <span className="muted">{row.actor_type === 'user' ? '' : row.actor_type}</span>
                    </>
                  ),
                },
                { label: 'What', cell: (row) => <Action entry={row} /> },
                { label: 'About', width: 176, cell: (row) => <Subject subject={row.subject} /> },
                { label: 'Outcome', width: 144, cell: (row) => <StatusBadge status={outcomeStatus(row.outcome)}>{row.outcome}</StatusBadge> },
                { label: 'From', end: true, width: 136, cell: (row) => <span className="muted num">{row.address ?? '–'}</span> },
              ]}
            />
          )}
        </Panel>
      )}
      <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={(next) => set({ page: next === 1 ? '' : String(next) })} />
    </Page>
  );
}

function Action({ entry }: { entry: AuditEntry }) {
  const detail = detailOf(entry.details);
  return (
    <span className={classes['action']}>
      <span>{entry.action}</span>
      {detail === undefined ? null : <span className={`mono ${classes['detail']}`}>{detail}</span>}
    </span>
  );
}

function Subject({ subject }: { subject: string | null }) {
  if (subject === null) {
    return <span className="muted">–</span>;
  }
  return UUID.test(subject) ? (
    <Link to={`/sessions/${subject}`} className="mono">
      {subject.slice(0, 8)}
    </Link>
  ) : (
    subject
  );
}

function FilterField({ label, placeholder, value, onChange }: { label: string; placeholder: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) {
      return undefined;
    }
    const timer = window.setTimeout(() => onChange(text), 300);
    return () => window.clearTimeout(timer);
  });
  return <TextInput label={label} size="xs" placeholder={placeholder} maxLength={200} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)} />;
}
