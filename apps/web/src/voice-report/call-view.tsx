import type { VoiceCall, VoiceReport } from '@capstan/contracts';
import { Button, Chip } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { formatDuration, formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { callFilterOf, filterCalls } from './call-filter';
import { withCall } from './call-list';
import { exactTime } from './instants';
import { Ladder } from './ladder';
import { ladderOf } from './ladder-layout';
import { legName } from './quality';
import { Findings, Mos, Outcome } from './quality-marks';
import { streamGroups } from './stream-groups';
import { StreamTable } from './stream-table';
import classes from './voice-report.module.css';

/** Less doubt than this does not matter: a hop answers in some milliseconds. */
const CLOCK_DOUBT_MS = 10;
const NONE: ReadonlySet<number> = new Set();
const TOWARDS = { callee: 'To the called side', caller: 'To the calling side', null: 'Direction unknown' } as const;
const EVIDENCE = { first: 'the first leg', 'session-id': 'same Session-ID', header: 'named in a header', 'media-address': 'same media address', 'numbers-and-time': 'same numbers at the same time' } as const;

/** One call: what is wrong with it, its ladder over all legs, its streams from device to device. */
export function CallView({ report, call }: { report: VoiceReport; call: VoiceCall }) {
  const [search, setSearch] = useSearchParams();
  const [hiddenLegs, setHiddenLegs] = useState<ReadonlySet<number>>(NONE);
  const [media, setMedia] = useState(true);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const streams = useMemo(() => {
    const own = new Set(call.streams);
    return report.streams.filter(({ id }) => own.has(id));
  }, [report, call]);
  const ladder = useMemo(() => ladderOf(call, streams, report.interfaces, { hiddenLegs, media }), [call, streams, report, hiddenLegs, media]);
  const groups = useMemo(() => streamGroups(call, streams), [call, streams]);
  const choose = useCallback((key: string) => setSearch((before) => withLine(before, key), { replace: true, preventScrollReset: true }), [setSearch]);
  const toggle = (leg: number): void =>
    setHiddenLegs((before) => {
      const next = new Set(before);
      if (!next.delete(leg)) {
        next.add(leg);
      }
      return next;
    });
  return (
    <>
      <div className={classes['callHead']}>
        <div className={classes['callTitle']}>
          <h2 ref={heading} tabIndex={-1}>
            {call.from} to {call.to}
          </h2>
          <Outcome call={call} />
        </div>
        <Neighbours report={report} call={call} search={search} />
      </div>
      <Panel>
        <dl className={classes['callFacts']}>
          <Fact term="Began" value={exactTime(call.started_at)} />
          <Fact term="Rings after" value={call.post_dial_delay_ms === null ? 'never' : formatMilliseconds(call.post_dial_delay_ms)} />
          <Fact term="Talk time" value={call.duration_ms === null ? (call.answered_at === null ? 'not answered' : 'not over when the capture ended') : formatDuration(call.duration_ms / 1_000)} />
          <Fact term="Ended with" value={call.status === null ? 'no answer to the INVITE' : `${call.status} ${call.reason ?? ''}`} />
          <Fact term="Codecs" value={call.codecs.length === 0 ? 'none seen' : call.codecs.join(', ')} />
          {call.holds === 0 ? null : <Fact term="On hold" value={call.holds === 1 ? 'once' : `${call.holds} times`} />}
          <div>
            <dt>Worst MOS</dt>
            <dd>
              <Mos mos={call.worst_mos} />
            </dd>
          </div>
        </dl>
      </Panel>
      {call.findings.length === 0 ? null : (
        <Section title="Findings">
          <Panel>
            <Findings findings={call.findings} />
          </Panel>
        </Section>
      )}
      <ClockDoubt report={report} call={call} />
      <Section
        title="Ladder"
        aside={
          <div className={classes['legs']} role="group" aria-label="Shown legs">
            {call.legs.length < 2
              ? null
              : call.legs.map((leg, index) => (
                  <Chip key={leg.call_id} size="xs" variant="outline" checked={!hiddenLegs.has(index)} onChange={() => toggle(index)} title={`${leg.source} to ${leg.destination}, ${EVIDENCE[leg.correlated_by]}`}>
                    Leg {legName(index)}
                  </Chip>
                ))}
            <Chip size="xs" variant="outline" checked={media} onChange={() => setMedia(!media)}>
              Media
            </Chip>
          </div>
        }
      >
        <Panel padded={false}>
          <Ladder ladder={ladder} interfaces={report.interfaces} chosen={search.get('line') ?? undefined} onChoose={choose} />
        </Panel>
      </Section>
      <Section title="Streams" aside={<span className="muted">in the order in which media passes the devices</span>}>
        {groups.length === 0 ? (
          <Panel>
            <p className={classes['hint']}>No media of this call was captured. RTP may go past the devices that captured, or the filter kept it out.</p>
          </Panel>
        ) : (
          groups.map(({ towards, rows }) => (
            <Panel key={String(towards)} padded={false}>
              <h3 className={classes['direction']}>{TOWARDS[`${towards}`]}</h3>
              <StreamTable label={`Streams, ${TOWARDS[`${towards}`].toLowerCase()}`} rows={rows} interfaces={report.interfaces} compared />
            </Panel>
          ))
        )}
      </Section>
    </>
  );
}

/** Where clocks are worse than the time between messages, lines of different devices may stand in the wrong order; nobody should read a cause into it. */
function ClockDoubt({ report, call }: { report: VoiceReport; call: VoiceCall }) {
  const seen = new Set(call.legs.flatMap(({ interfaces }) => interfaces));
  const devices = report.interfaces.filter(({ index }) => seen.has(index));
  const unmeasured = devices.filter(({ clock }) => clock.uncertainty_ms === null);
  const worst = Math.max(0, ...devices.map(({ clock }) => clock.uncertainty_ms ?? 0));
  if (devices.length < 2 || (unmeasured.length === 0 && worst < CLOCK_DOUBT_MS)) {
    return null;
  }
  return (
    <div className={classes['notice']} data-status="attention" role="note">
      <StatusIcon status="attention" size={16} />
      <div>
        {unmeasured.length > 0 ? `The clock of ${unmeasured.map(({ host }) => host).join(', ')} was never measured. ` : `Clocks of this call are right within ${Math.round(worst)} ms only. `}
        Lines that different devices saw may stand in another order than they happened; the order of one device is right. <Link to="?view=devices">Clocks</Link>
      </div>
    </div>
  );
}

function Fact({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}

/** The calls before and after it in the list as it is filtered and sorted. */
function Neighbours({ report, call, search }: { report: VoiceReport; call: VoiceCall; search: URLSearchParams }) {
  const listed = filterCalls(report.calls, callFilterOf(search));
  const at = listed.findIndex(({ id }) => id === call.id);
  const to = (other: VoiceCall | undefined): string | undefined => (other === undefined ? undefined : `?${withCall(withLine(search, ''), other.id)}`);
  const list = new URLSearchParams(withLine(search, ''));
  list.delete('call');
  const before = to(at > 0 ? listed[at - 1] : undefined);
  const after = to(at >= 0 ? listed[at + 1] : undefined);
  return (
    <nav className={classes['callNav']} aria-label="Calls">
      <Button component={Link} to={`?${list}`} variant="default">
        All calls
      </Button>
      {before === undefined ? null : (
        <Button component={Link} to={before} variant="default" leftSection={<IconArrowLeft size={14} aria-hidden />}>
          Previous
        </Button>
      )}
      {after === undefined ? null : (
        <Button component={Link} to={after} variant="default" rightSection={<IconArrowRight size={14} aria-hidden />}>
          Next
        </Button>
      )}
    </nav>
  );
}

function withLine(search: URLSearchParams, key: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (key === '') {
    next.delete('line');
  } else {
    next.set('line', key);
  }
  return next;
}
