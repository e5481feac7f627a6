import { useEffect, useState } from 'react';
import { useRuntime } from '../runtime';
import { formatAgo } from './format';
import { localMinute, localTime, localTimestamp, utcTimestamp } from './time';

/** A moment in the viewer's zone; UTC on hover. */
export function TimeText({ iso, form = 'timestamp' }: { iso: string; form?: 'timestamp' | 'minute' | 'time' | 'ago' }) {
  return (
    <time dateTime={iso} title={form === 'ago' || form === 'minute' ? `${localTimestamp(iso)}\n${utcTimestamp(iso)}` : utcTimestamp(iso)} className="num">
      {form === 'ago' ? <Ago iso={iso} /> : form === 'time' ? localTime(iso) : form === 'minute' ? localMinute(iso) : localTimestamp(iso)}
    </time>
  );
}

function Ago({ iso }: { iso: string }) {
  const now = useServerNow(10_000);
  return formatAgo(now - Date.parse(iso));
}

/** The server's time in ms, drawn again every `everyMs`. */
export function useServerNow(everyMs: number): number {
  const { clock } = useRuntime();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(clock.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [clock, everyMs]);
  return now;
}
