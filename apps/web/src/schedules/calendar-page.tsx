import type { CalendarView, ScheduleRun } from '@capstan/contracts';
import { ActionIcon, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { ProblemNotice } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { statusOf } from '../design/status';
import { TimeText, useServerNow } from '../design/time-text';
import { useRuntime } from '../runtime';
import { byDay, type Day, weeksOf } from './month';
import { RunBadge } from './run-table';
import classes from './schedules.module.css';

/** Entries of a day that are written out in its cell. */
const SHOWN = 3;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

type Entry = { readonly due_at: string; readonly schedule_id: string; readonly schedule_name: string; readonly run?: ScheduleRun };

/** What was run and what will be, by day. */
export function CalendarPage() {
  const { api } = useRuntime();
  const now = useServerNow(60_000);
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<string>();
  const today = new Date(now).toDateString();
  const weeks = useMemo(() => weeksOf(new Date(today), offset), [today, offset]);
  const first = weeks[0]?.[0]?.from ?? new Date(now);
  const last = weeks.at(-1)?.[6]?.until ?? first;
  const calendar = useQuery({
    queryKey: ['calendar', first.toISOString()],
    queryFn: ({ signal }) => api.call('calendar', { query: { since: first.toISOString(), until: last.toISOString() }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const entries = useMemo(() => byDay(weeks, entriesOf(calendar.data), (entry) => entry.due_at), [weeks, calendar.data]);
  const month = new Date(new Date(today).getFullYear(), new Date(today).getMonth() + offset, 1);
  const shown = weeks.flat().find(({ from }) => from.toDateString() === (chosen ?? today));
  return (
    <Page
      title="Calendar"
      description="In your own time."
      actions={
        <div className={classes['month']}>
          <ActionIcon variant="default" size={30} aria-label="Previous month" onClick={() => setOffset(offset - 1)}>
            <IconChevronLeft size={16} aria-hidden />
          </ActionIcon>
          <b aria-live="polite">{MONTH.format(month)}</b>
          <ActionIcon variant="default" size={30} aria-label="Next month" onClick={() => setOffset(offset + 1)}>
            <IconChevronRight size={16} aria-hidden />
          </ActionIcon>
          <Button variant="default" disabled={offset === 0} onClick={() => setOffset(0)}>
            Today
          </Button>
        </div>
      }
    >
      {calendar.isError ? <ProblemNotice error={calendar.error} retry={() => void calendar.refetch()} /> : null}
      <Panel padded={false}>
        <table className={classes['calendar']} aria-label={MONTH.format(month)}>
          <thead>
            <tr>
              {WEEKDAYS.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week[0]?.from.toISOString()}>
                {week.map((day) => (
                  <DayCell key={day.from.toISOString()} day={day} entries={entries.get(day) ?? []} today={day.from.toDateString() === today} chosen={day === shown} onChoose={() => setChosen(day.from.toDateString())} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      {calendar.data?.truncated === true ? <p className="muted">There is more than fits here: schedules that run very often show their first runs only.</p> : null}
      {shown === undefined ? null : <DayList day={shown} entries={entries.get(shown) ?? []} />}
    </Page>
  );
}

function DayCell({ day, entries, today, chosen, onChoose }: { day: Day; entries: readonly Entry[]; today: boolean; chosen: boolean; onChoose: () => void }) {
  const failed = entries.filter(({ run }) => run !== undefined && (run.state === 'failed' || run.state === 'missed' || run.session_state === 'failed')).length;
  return (
    <td className={classes['day']} data-outside={!day.inMonth} data-today={today} data-chosen={chosen}>
      <button type="button" onClick={onChoose} aria-pressed={chosen}>
        <span className="visually-hidden">{`${DAY.format(day.from)}: ${entries.length} ${entries.length === 1 ? 'run' : 'runs'}${failed === 0 ? '' : `, ${failed} failed`}.`}</span>
        <span className={classes['date']}>{day.from.getDate()}</span>
        <span className={classes['entries']}>
          {entries.slice(0, SHOWN).map((entry) => (
            <span key={`${entry.schedule_id} ${entry.due_at}`} className={classes['entry']} data-planned={entry.run === undefined}>
              <EntryIcon entry={entry} />
              <span className="num">{HOUR.format(Date.parse(entry.due_at))}</span> {entry.schedule_name}
            </span>
          ))}
          {entries.length > SHOWN ? <span className={classes['more']}>and {entries.length - SHOWN} more</span> : null}
        </span>
        {entries.length === 0 ? null : (
          <span className={classes['count']} data-status={failed === 0 ? 'running' : 'failed'} aria-hidden>
            {entries.length}
          </span>
        )}
      </button>
    </td>
  );
}

function EntryIcon({ entry: { run } }: { entry: Entry }) {
  if (run === undefined) {
    return <StatusIcon status="pending" size={12} />;
  }
  const bad = run.state === 'failed' ? 'failed' : run.state === 'missed' ? 'attention' : run.state === 'skipped' ? 'cancelled' : 'pending';
  return <StatusIcon status={run.session_state === null ? bad : statusOf(run.session_state)} size={12} />;
}

function DayList({ day, entries }: { day: Day; entries: readonly Entry[] }) {
  return (
    <Section title={DAY.format(day.from)}>
      <Panel padded={entries.length === 0}>
        {entries.length === 0 ? (
          <span className="muted">No runs on this day.</span>
        ) : (
          <ul className={classes['agenda']}>
            {entries.map((entry) => (
              <li key={`${entry.schedule_id} ${entry.due_at}`}>
                <TimeText iso={entry.due_at} form="time" />
                <Link to={`/schedules/${entry.schedule_id}`} className={classes['name']}>
                  {entry.schedule_name}
                </Link>
                {entry.run === undefined ? <span className="muted">planned</span> : <RunBadge run={entry.run} />}
                {(entry.run?.session_id ?? null) === null ? null : <Link to={`/sessions/${entry.run?.session_id}`}>Session</Link>}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Section>
  );
}

/** Runs and planned instants in one order of time. */
function entriesOf(calendar: CalendarView | undefined): Entry[] {
  const runs: Entry[] = (calendar?.runs ?? []).map((run) => ({ due_at: run.due_at, schedule_id: run.schedule_id, schedule_name: run.schedule_name, run }));
  return [...runs, ...(calendar?.planned ?? [])].sort((one, other) => one.due_at.localeCompare(other.due_at));
}
