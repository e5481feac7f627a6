import type { SessionSummary } from '@capstan/contracts';
import { isTerminal } from '../design/status';

/** What a clock beside a session shows; seconds. */
export type SessionTiming =
  | { readonly phase: 'waiting'; readonly elapsed: number }
  | { readonly phase: 'paused'; readonly elapsed: number; readonly remaining: number | undefined }
  | { readonly phase: 'counting-down'; readonly elapsed: number; readonly remaining: number; readonly share: number }
  | { readonly phase: 'open-ended'; readonly elapsed: number }
  | { readonly phase: 'finishing'; readonly elapsed: number }
  | { readonly phase: 'done'; readonly elapsed: number | undefined };

type Timed = Pick<SessionSummary, 'state' | 'created_at' | 'capture_started_at' | 'completed_at' | 'duration_sec' | 'paused_at' | 'paused_ms'>;

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
  // What was captured: the pauses do not count.
  const until = session.paused_at === null ? now : Date.parse(session.paused_at);
  const captured = Math.max(0, seconds(began, until) - session.paused_ms / 1_000);
  const remaining = session.duration_sec === null ? undefined : Math.max(0, session.duration_sec - captured);
  if (session.paused_at !== null) {
    return { phase: 'paused', elapsed: captured, remaining };
  }
  if (session.duration_sec === null || remaining === undefined) {
    return { phase: 'open-ended', elapsed: captured };
  }
  return { phase: 'counting-down', elapsed: captured, remaining, share: Math.min(1, captured / session.duration_sec) };
}

function seconds(from: string, to: number): number {
  return Math.max(0, (to - Date.parse(from)) / 1_000);
}
