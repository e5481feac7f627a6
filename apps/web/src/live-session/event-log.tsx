import type { SessionEvent } from '@capstan/contracts';
import { Skeleton, UnstyledButton } from '@mantine/core';
import { memo, useState } from 'react';
import { ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { statusOf } from '../design/status';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { eventLine } from './event-text';
import { useEventLog } from './use-event-log';
import classes from './live-session.module.css';

const FIRST = 100;

/** The durable history of the session, newest first. */
export const EventLog = memo(function EventLog({ id, sequence, titles }: { id: string; sequence: number; titles: ReadonlyMap<string, string> }) {
  const log = useEventLog(id, sequence);
  const [all, setAll] = useState(false);
  const events = log.data?.events;
  const shown = events === undefined ? undefined : [...events].reverse().slice(0, all ? undefined : FIRST);
  return (
    <Section title="Event log" aside={<span className="num muted">{events === undefined ? '' : `${events.length} events`}</span>}>
      <Panel padded={false}>
        {log.isError && events === undefined ? <ProblemNotice error={log.error} retry={() => void log.refetch()} /> : null}
        <div className={classes['log']} role="log" aria-label="Event log" tabIndex={0}>
          {shown === undefined
            ? Array.from({ length: 8 }, (_, index) => <Skeleton key={index} height={12} mx={16} my={12} width={`${48 + ((index * 13) % 36)}%`} />)
            : shown.map((event) => <Line key={event.sequence} event={event} title={event.target_id === null ? undefined : titles.get(event.target_id)} />)}
          {shown !== undefined && events !== undefined && shown.length < events.length ? (
            <UnstyledButton className={classes['more']} onClick={() => setAll(true)}>
              Show {events.length - shown.length} earlier events
            </UnstyledButton>
          ) : null}
        </div>
      </Panel>
    </Section>
  );
});

function Line({ event, title }: { event: SessionEvent; title: string | undefined }) {
  const line = eventLine(event);
  return (
    <div className={classes['line']}>
      <span className={classes['lineTime']}>
        <TimeText iso={event.time} form="time" />
      </span>
      <span className={classes['lineMark']}>{line.state === undefined ? <span className={classes['lineDot']} aria-hidden /> : <StatusIcon status={statusOf(line.state)} size={12} />}</span>
      <span className={classes['lineText']}>
        {title === undefined ? line.text : line.text.replace(/^Target/, title)}
        {title !== undefined && !line.text.startsWith('Target') ? <span className="muted"> · {title}</span> : null}
        {line.detail === undefined ? null : <span className={classes['lineDetail']}>{line.detail}</span>}
      </span>
    </div>
  );
}
