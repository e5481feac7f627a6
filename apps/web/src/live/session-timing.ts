import type { SessionSummary } from '@capstan/contracts';
import { isTerminal } from '../design/status';

/** What a clock beside a session shows; seconds. */
export type SessionTiming =
  | { readonly phase: 'waiting'; readonly elapsed: number }
  | { readonly phase: 'counting-down'; readonly elapsed: number; readonly remaining: number; readonly share: number }
  | { readonly phase: 'open-ended'; readonly elapsed: number }
  | { readonly phase: 'finishing'; readonly elapsed: number }
  | { readonly phase: 'done'; readonly elapsed: number | undefined };

type Timed = Pick<SessionSummary, 'state' | 'created_at' | 'capture_started_at' | 'completed_at' | 'duration_sec'>;

/** Timing of a session from the server's own times and `now`, the server's time in ms. */
export function timingOf(session: Timed, now: number): SessionTiming {
  const began = session.capture_started_at ?? session.created_at;
  if (isTerminal(session.state)) {
    return { phase: 'done', elapsed: session.completed_at === null ? undefined : seconds(began, Date.parse(session.completed_at)) };
  }
  const elapsed = seconds(began, now);
  if (session.state === 'stopping' || session.state === 'collecting') {
    return { phase: 'finishing', elapsed };
  }
  if (session.capture_started_at === null) {
    return { phase: 'waiting', elapsed };
  }
  if (session.duration_sec === null) {
    return { phase: 'open-ended', elapsed };
  }
  const remaining = Math.max(0, session.duration_sec - elapsed);
  return { phase: 'counting-down', elapsed, remaining, share: Math.min(1, elapsed / session.duration_sec) };
}

function seconds(from: string, to: number): number {
  return Math.max(0, (to - Date.parse(from)) / 1_000);
}
