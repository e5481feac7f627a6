import type { CameraState, CameraView } from '@capstan/contracts';
import { SegmentedControl, Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import type { Answer } from '../api/endpoints';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatCount, formatDuration, formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { eventLabel, stateWords } from './camera-words';
import { FigureChart } from './figure-chart';
import { type ChartPoint, formatFigure, spansOf } from './health-chart';
import { healthKey } from './use-cameras';
import classes from './cameras.module.css';
import own from './camera-health-tab.module.css';

type Health = Answer<'cameraHealth'>;

const PERIODS = [
  { value: '1', label: '1 h' },
  { value: '6', label: '6 h' },
  { value: '24', label: '24 h' },
  { value: '168', label: '7 d' },
  { value: '720', label: '30 d' },
];
/** Beyond this, hours are shown instead of single looks. */
const SINGLE_LOOKS_HOURS = 6;
const HOUR_MS = 3_600_000;
const SHORTEST_MS = 300_000;
/** A look counts for this long: two of them may be missed. */
const LOOK_MS = 190_000;

/** How a camera was. */
export function CameraHealthTab({ camera }: { camera: CameraView }) {
  const { api, clock } = useRuntime();
  const [search, setSearch] = useSearchParams();
  const hours = Number(PERIODS.find(({ value }) => value === search.get('hours'))?.value ?? 1);
  const query = useQuery({
    queryKey: [...healthKey(camera.id), hours],
    queryFn: ({ signal }) => api.call('cameraHealth', { params: { id: camera.id }, query: { hours, limit: 1_000 }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  const health = query.data;
  const to = clock.now();
  return (
    <div className={classes['stack']}>
      <div className={classes['healthHead']}>
        <SegmentedControl
          aria-label="Period"
          size="xs"
          data={PERIODS}
          value={String(hours)}
          onChange={(value) =>
            setSearch(
              (before) => {
                before.set('hours', value);
                return before;
              },
              { replace: true },
            )
          }
        />
        {health === undefined ? null : <Report report={health.report} />}
      </div>
      {query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : null}
      {health === undefined ? (
        query.isError ? null : (
          <Skeleton height={280} radius={8} />
        )
      ) : (
        <>
          {hours > SINGLE_LOOKS_HOURS ? <HourCharts health={health} from={to - hours * HOUR_MS} to={to} /> : <LookCharts health={health} camera={camera} from={to - hours * HOUR_MS} to={to} />}
          <Events events={health.events} now={to} />
        </>
      )}
    </div>
  );
}

function Report({ report }: { report: Health['report'] }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Up', report.up_pct === null ? '–' : `${formatFigure(report.up_pct)} %`],
    ['Frame rate', report.avg_fps === null ? '–' : `${formatFigure(report.avg_fps)} /s`],
    ['Answers in', report.avg_latency_ms === null ? '–' : formatMilliseconds(report.avg_latency_ms)],
    ['Looks', formatCount(report.samples)],
    ['Events', formatCount(report.events)],
  ];
  return (
    <dl className={own['report']} aria-label="Report over the period">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function LookCharts({ health, camera, from: earliest, to }: { health: Health; camera: CameraView; from: number; to: number }) {
  const looks = [...health.samples].reverse();
  // A camera that was added a moment ago would be a dot at the edge.
  const from = Math.max(earliest, Math.min(to - SHORTEST_MS, Date.parse(looks[0]?.at ?? '') - LOOK_MS / 6 || earliest));
  if (looks.length === 0) {
    return (
      <Panel>
        <Empty title="No looks in this time">{camera.is_active ? 'The first one follows within seconds of adding a camera.' : 'Nobody looks at a camera that is switched off.'}</Empty>
      </Panel>
    );
  }
  const series = (pick: (look: (typeof looks)[number]) => number | null): ChartPoint[] => looks.map((look) => ({ at: Date.parse(look.at), value: pick(look) }));
  const expected = looks.at(-1)?.fps_expected ?? null;
  const shared = { from, to, gapMs: LOOK_MS };
  return (
    <>
      <StateHistory looks={looks.map(({ at, state }) => ({ at: Date.parse(at), state }))} from={from} to={to} />
      <div className={classes['charts']}>
        <FigureChart label="Frame rate" unit="frames/s" points={series((look) => look.fps)} expected={expected} {...shared} />
        <FigureChart label="Bitrate" unit="kbit/s" points={series((look) => look.bitrate_kbps)} {...shared} />
        <FigureChart label="Packet loss" unit="%" points={series((look) => look.loss_pct)} atLeast={1} {...shared} />
        <FigureChart label="Jitter" unit="ms" points={series((look) => look.jitter_ms)} atLeast={1} {...shared} />
      </div>
    </>
  );
}

function HourCharts({ health, from, to }: { health: Health; from: number; to: number }) {
  if (health.rollups.length === 0) {
    return (
      <Panel>
        <Empty title="No looks in this time">Hours are summed up as they pass.</Empty>
      </Panel>
    );
  }
  // A figure of an hour stands in its middle.
  const series = (pick: (hour: Health['rollups'][number]) => number | null): ChartPoint[] => health.rollups.map((hour) => ({ at: Math.min(to, Date.parse(hour.from) + HOUR_MS / 2), value: pick(hour) }));
  const shared = { from, to, gapMs: 1.5 * HOUR_MS };
  return (
    <div className={classes['charts']}>
      <FigureChart label="Up" unit="%" points={series((hour) => hour.up_pct)} atLeast={100} {...shared} />
      <FigureChart label="Frame rate" unit="frames/s" points={series((hour) => hour.fps)} {...shared} />
      <FigureChart label="Bitrate" unit="kbit/s" points={series((hour) => hour.bitrate_kbps)} {...shared} />
      <FigureChart label="Packet loss" unit="%" points={series((hour) => hour.loss_pct)} atLeast={1} {...shared} />
    </div>
  );
}

function StateHistory({ looks, from, to }: { looks: readonly { readonly at: number; readonly state: CameraState }[]; from: number; to: number }) {
  const spans = spansOf(looks, to, LOOK_MS).filter((span) => span.to > from);
  const share = (time: number): number => (100 * (Math.max(from, time) - from)) / (to - from);
  const states = [...new Set(spans.map(({ state }) => state))];
  const seconds = (state: CameraState): number => spans.filter((span) => span.state === state).reduce((sum, span) => sum + (span.to - Math.max(from, span.from)) / 1_000, 0);
  return (
    <div className={own['history']} role="img" aria-label={`State history: ${states.map((state) => `${stateWords(state).label} for ${formatDuration(seconds(state))}`).join(', ')}`}>
      <div className={own['historyBar']}>
        {spans.map((span) => (
          <span key={span.from} data-status={stateWords(span.state).status} data-state={span.state} title={`${stateWords(span.state).label}, ${formatDuration((span.to - span.from) / 1_000)}`} style={{ left: `${share(span.from)}%`, width: `max(2px, ${share(span.to) - share(span.from)}%)` }} />
        ))}
      </div>
      <div className={own['legend']}>
        {states.map((state) => (
          <span key={state}>
            <i data-status={stateWords(state).status} /> {stateWords(state).label} <span className="num muted">{formatDuration(seconds(state))}</span>
          </span>
        ))}
      </div>
    </div>
  );
}

function Events({ events, now }: { events: Health['events']; now: number }) {
  return (
    <Section title="Events">
      <Panel padded={false}>
        {events.length === 0 ? (
          <Empty title="No events">A state that stays bad and a picture that is frozen, black, blurred, covered or moved open an event. It closes when that ends.</Empty>
        ) : (
          <DataTable
            label="Events"
            rows={events}
            rowKey={(event) => event.id}
            columns={[
              { label: 'Event', cell: (event) => eventLabel(event.kind) },
              { label: 'Now', width: 120, cell: (event) => <StatusBadge status={event.closed_at === null ? 'attention' : 'cancelled'}>{event.closed_at === null ? 'Open' : 'Closed'}</StatusBadge> },
              { label: 'Began', cell: (event) => <TimeText iso={event.opened_at} /> },
              { label: 'Lasted', end: true, width: 120, cell: (event) => formatDuration(((event.closed_at === null ? now : Date.parse(event.closed_at)) - Date.parse(event.opened_at)) / 1_000) },
              { label: 'Reason', cell: (event) => <span className="mono">{event.detail ?? ''}</span> },
            ]}
          />
        )}
      </Panel>
    </Section>
  );
}
