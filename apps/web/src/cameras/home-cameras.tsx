import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import type { Status } from '../design/status';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { eventLabel } from './camera-words';
import { countsOf } from './camera-counts';
import { CAMERAS, useCameraSummary, useCamerasFeed } from './use-cameras';
import classes from './cameras.module.css';

const SHOWN = 5;

/** How the cameras are, for the first page; nothing where there are none. */
export function HomeCameras() {
  useCamerasFeed();
  const { api } = useRuntime();
  const may = useMay('cameras:read');
  const summary = useCameraSummary();
  const events = useQuery({ queryKey: [...CAMERAS, 'events', 'open'], enabled: may, queryFn: ({ signal }) => api.call('cameraEvents', { query: { open_only: 'true', per_page: SHOWN }, signal }) });
  const names = useQuery({
    queryKey: [...CAMERAS, 'list', 'with-events'],
    enabled: (events.data?.total ?? 0) > 0,
    queryFn: ({ signal }) => api.call('listCameras', { query: { with_events: 'true', per_page: 100 }, signal }),
  });
  if (summary.data === undefined || summary.data.total_cameras === 0) {
    return null;
  }
  const counts = countsOf(summary.data);
  const tiles: readonly { readonly label: string; readonly count: number; readonly to: string; readonly status: Status }[] = [
    { label: 'Live', count: counts.live, to: '/cameras?state=live', status: 'success' },
    { label: 'Degraded', count: counts.degraded, to: '/cameras?state=degraded', status: 'attention' },
    { label: 'Not working', count: counts.failing, to: '/cameras?state=error', status: 'failed' },
    { label: 'Switched off', count: counts.off, to: '/cameras?state=disabled', status: 'cancelled' },
    { label: 'Open events', count: events.data?.total ?? 0, to: '/cameras?events=open', status: 'attention' },
  ];
  const nameOf = (id: string): string => names.data?.cameras.find((camera) => camera.id === id)?.name ?? 'A camera';
  return (
    <Section title="Cameras" aside={<Link to="/cameras">All cameras</Link>}>
      <div className={classes['homeRow']}>
        <div className={classes['counts']}>
          {tiles.map(({ label, count, to, status }) => (
            <Link key={label} to={to} className={classes['count'] ?? ''}>
              <span className={classes['countLabel']}>
                <StatusIcon status={count === 0 && status !== 'success' ? 'cancelled' : status} size={12} />
                {label}
              </span>
              <span className={`num ${classes['countNumber']}`}>{formatCount(count)}</span>
            </Link>
          ))}
        </div>
        {events.data === undefined || events.data.events.length === 0 ? null : (
          <Panel padded={false}>
            {events.data.events.map((event) => (
              <div key={event.id} className={classes['homeEvent']}>
                <StatusIcon status="attention" />
                <Link to={`/cameras/${event.camera_id}?tab=health`}>{nameOf(event.camera_id)}</Link>
                <span>{eventLabel(event.kind)}</span>
                <span>
                  since <TimeText iso={event.opened_at} form="minute" />
                </span>
              </div>
            ))}
          </Panel>
        )}
      </div>
    </Section>
  );
}
