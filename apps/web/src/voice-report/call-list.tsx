import type { VoiceCall, VoiceReport } from '@capstan/contracts';
import { Button, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Empty } from '../design/feedback';
import { formatCount, formatDuration, formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { type VirtualColumn, VirtualTable } from '../design/virtual-table';
import { CALL_CHOICES, type CallChoice, type CallColumn, type CallFilter, callFilterOf, callSearch, filterCalls } from './call-filter';
import { exactTime } from './instants';
import { findingStatus, OUTCOMES } from './quality';
import { Mos, Outcome } from './quality-marks';
import classes from './voice-report.module.css';

const CHOICE_LABELS: Record<CallChoice, string> = {
  all: 'All calls',
  findings: 'With findings',
  one_way: 'One-way audio',
  answered: OUTCOMES.answered.label,
  rejected: OUTCOMES.rejected.label,
  cancelled: OUTCOMES.cancelled.label,
  unanswered: OUTCOMES.unanswered.label,
  in_progress: OUTCOMES.in_progress.label,
};

/** Every call of the report, to filter and to sort; the address keeps both. */
export function CallList({ report }: { report: VoiceReport }) {
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => callFilterOf(search), [search]);
  const calls = useMemo(() => filterCalls(report.calls, filter), [report, filter]);
  const change = (part: Partial<CallFilter>): void => setSearch((before) => callSearch(before, { ...callFilterOf(before), ...part }), { replace: true });
  const columns = useMemo(() => callColumns((call) => `?${withCall(search, call.id)}`), [search]);
  if (report.calls.length === 0) {
    return (
      <Panel>
        <Empty title="No call was seen">The captures hold no INVITE. Check that the filter lets SIP through (ports 5060 and 5061), and that the devices signal in this network. Encrypted SIP (TLS) cannot be read.</Empty>
      </Panel>
    );
  }
  return (
    <Section title="Calls" aside={<span className="num muted">{calls.length === report.calls.length ? `${formatCount(calls.length)}` : `${formatCount(calls.length)} of ${formatCount(report.calls.length)}`}</span>}>
      <div className={classes['filters']}>
        <TextInput type="search" size="xs" aria-label="Search calls" placeholder="Number, address, Call-ID, codec" leftSection={<IconSearch size={14} aria-hidden />} spellCheck={false} value={filter.text} onChange={(event) => change({ text: event.currentTarget.value })} />
        <Select size="xs" aria-label="Show" allowDeselect={false} data={CALL_CHOICES.map((value) => ({ value, label: CHOICE_LABELS[value] }))} value={filter.choice} onChange={(value) => change({ choice: (value ?? 'all') as CallChoice })} />
      </div>
      <Panel padded={false}>
        {calls.length === 0 ? (
          <Empty title="No call matches" action={<Button variant="default" onClick={() => change({ text: '', choice: 'all' })}>Show all calls</Button>}>
            None of the {formatCount(report.calls.length)} calls has what you search for.
          </Empty>
        ) : (
          <VirtualTable label="Calls" columns={columns} rows={calls} rowKey={(call) => call.id} sort={filter.sort} onSort={(sort) => change({ sort })} />
        )}
      </Panel>
    </Section>
  );
}

/** The same address with one call open. */
export function withCall(search: URLSearchParams, id: number): URLSearchParams {
  const next = new URLSearchParams(search);
  next.set('call', String(id));
  return next;
}

function callColumns(linkTo: (call: VoiceCall) => string): VirtualColumn<VoiceCall, CallColumn>[] {
  return [
    {
      id: 'started',
      label: 'Began',
      width: '104px',
      sortable: true,
      cell: (call) => (
        <Link className={classes['callLink']} to={linkTo(call)} preventScrollReset>
          <span className="num">{exactTime(call.started_at).slice(0, 12)}</span>
          <span className="visually-hidden">
            , {call.from} to {call.to}
          </span>
        </Link>
      ),
    },
    { id: 'from', label: 'From', width: 'minmax(64px, 0.7fr)', sortable: true, cell: (call) => call.from },
    { id: 'to', label: 'To', width: 'minmax(64px, 0.7fr)', sortable: true, cell: (call) => call.to },
    { id: 'outcome', label: 'Outcome', width: '136px', sortable: true, cell: (call) => <Outcome call={call} /> },
    { id: 'duration', label: 'Talk time', width: '88px', end: true, sortable: true, cell: (call) => <span className="num">{call.duration_ms === null ? '–' : formatDuration(call.duration_ms / 1_000)}</span> },
    { id: 'delay', label: 'Rings after', width: '88px', end: true, sortable: true, cell: (call) => <span className="num">{call.post_dial_delay_ms === null ? '–' : formatMilliseconds(call.post_dial_delay_ms)}</span> },
    { id: 'codecs', label: 'Codecs', width: 'minmax(64px, 0.7fr)', sortable: true, cell: (call) => (call.codecs.length === 0 ? <span className="muted">–</span> : call.codecs.join(', ')) },
    { id: 'mos', label: 'Worst MOS', width: '112px', sortable: true, cell: (call) => <Mos mos={call.worst_mos} /> },
    { id: 'findings', label: 'Findings', width: 'minmax(160px, 2.4fr)', sortable: true, cell: (call) => <FirstFinding call={call} /> },
  ];
}

function FirstFinding({ call }: { call: VoiceCall }) {
  const [first, ...more] = call.findings;
  return first === undefined ? (
    <span className="muted">none</span>
  ) : (
    <span className={classes['firstFinding']}>
      <StatusIcon status={findingStatus(first.code)} size={12} />
      <span title={call.findings.map(({ message }) => message).join('\n')}>{first.message}</span>
      {more.length === 0 ? null : <span className="muted"> +{more.length}</span>}
    </span>
  );
}
