import { Skeleton, UnstyledButton } from '@mantine/core';
import { StatusIcon } from '../design/status-badge';
import type { Status } from '../design/status';
import { formatCount } from '../design/format';
import { type CameraSummary, countsOf } from './camera-counts';
import type { WallFilter } from './wall-filter';
import classes from './cameras.module.css';

/** Counts of cameras by state; each is a filter. */
export function SummaryTiles({ summary, filter, onChange }: { summary: CameraSummary | undefined; filter: WallFilter; onChange: (part: Partial<WallFilter>) => void }) {
  if (summary === undefined) {
    return (
      <div className={classes['counts']} aria-hidden>
        {Array.from({ length: 5 }, (_, index) => (
          <Skeleton key={index} height={60} radius={8} />
        ))}
      </div>
    );
  }
  const counts = countsOf(summary);
  const tiles: readonly { readonly label: string; readonly count: number; readonly state: WallFilter['state']; readonly status: Status | undefined }[] = [
    { label: 'All', count: counts.total, state: undefined, status: undefined },
    { label: 'Live', count: counts.live, state: 'live', status: 'success' },
    { label: 'Degraded', count: counts.degraded, state: 'degraded', status: 'attention' },
    { label: 'Not working', count: counts.failing, state: 'error', status: 'failed' },
    { label: 'Switched off', count: counts.off, state: 'disabled', status: 'cancelled' },
  ];
  return (
    <div className={classes['counts']} role="group" aria-label="Cameras by state">
      {tiles.map(({ label, count, state, status }) => (
        <UnstyledButton key={label} className={classes['count'] ?? ''} aria-pressed={filter.state === state} onClick={() => onChange({ state: filter.state === state ? undefined : state })}>
          <span className={classes['countLabel']}>
            {status === undefined ? null : <StatusIcon status={status} size={12} />}
            {label}
          </span>
          <span className={`num ${classes['countNumber']}`}>{formatCount(count)}</span>
        </UnstyledButton>
      ))}
    </div>
  );
}
