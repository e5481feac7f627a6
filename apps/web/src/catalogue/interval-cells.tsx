import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';

interface Interval {
  readonly first_seen: string;
  readonly last_seen: string;
  readonly ended_at: string | null;
  readonly missing_since: string | null;
}

/** Whether it is there, and since or until when. */
export function Presence({ row, certain }: { row: Interval; certain?: boolean }) {
  if (certain === false) {
    return <StatusBadge status="attention">Uncertain</StatusBadge>;
  }
  return row.ended_at !== null ? <StatusBadge status="cancelled">Gone</StatusBadge> : row.missing_since !== null ? <StatusBadge status="attention">Missing</StatusBadge> : <StatusBadge status="success">There</StatusBadge>;
}

/** From when to when it was seen. */
export function Seen({ row }: { row: Interval }) {
  return (
    <span>
      <TimeText iso={row.first_seen} form="minute" /> – <TimeText iso={row.last_seen} form="minute" />
    </span>
  );
}
