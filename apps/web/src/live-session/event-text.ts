import type { SessionEvent } from '@capstan/contracts';
import { formatBytes } from '../design/format';
import { SESSION_STATE_WORDS } from './state-words';

/** A line of the event log in words. */
export interface EventLine {
  readonly text: string;
  /** State that the line is about, for its mark. */
  readonly state?: keyof typeof SESSION_STATE_WORDS;
  readonly detail?: string;
}

/** What a history event says; a type from the future is shown by its own name. */
export function eventLine(event: Pick<SessionEvent, 'type' | 'data' | 'target_id'>): EventLine {
  const { data, type } = event;
  const state = stateIn(data['state']);
  const who = event.target_id === null ? 'Session' : 'Target';
  const error = record(data['error']);
  const failure = join(text(error?.['code']), text(error?.['message']));
  switch (type) {
    case 'session.state-changed':
    case 'target.state-changed':
      return state === undefined ? { text: sentence(type) } : { text: `${who} ${SESSION_STATE_WORDS[state]}${attemptIn(data)}`, state, detail: failure ?? text(data['message']) };
    case 'target.attempt-started':
      return { text: `Target begins again${attemptIn(data)}`, state, detail: failure ?? text(data['message']) };
    case 'target.updated':
      return { text: text(data['message']) === undefined ? 'Target was updated' : 'Target reports', detail: text(data['message']) ?? failure };
    case 'session.counts-changed':
      return { text: 'Session counts', detail: countsIn(data) };
    case 'artifact.added':
      return { text: 'Artifact stored', detail: join(text(data['name']), typeof data['size'] === 'number' ? formatBytes(data['size']) : undefined) };
    case 'session.held':
      return { text: 'Session is held', detail: join(text(data['reason']), actorIn(data)) };
    default:
      return { text: sentence(type), detail: failure ?? text(data['message']) ?? actorIn(data) };
  }
}

const COUNTS = [
  ['completed_count', 'completed'],
  ['failed_count', 'failed'],
  ['artifact_count', 'artifacts'],
] as const;

function countsIn(data: Readonly<Record<string, unknown>>): string | undefined {
  const parts = COUNTS.flatMap(([name, word]) => (typeof data[name] === 'number' ? [`${data[name]} ${word}`] : []));
  return parts.length === 0 ? undefined : parts.join(', ');
}

function attemptIn(data: Readonly<Record<string, unknown>>): string {
  return typeof data['attempt'] === 'number' && data['attempt'] > 1 ? `, attempt ${data['attempt']}` : '';
}

function actorIn(data: Readonly<Record<string, unknown>>): string | undefined {
  const name = text(record(data['by'])?.['name']);
  return name === undefined ? undefined : `by ${name}`;
}

/** `session.stop-requested` as `Session stop requested`. */
function sentence(type: string): string {
  const words = type.replace(/\.v\d+$/, '').replace(/[._-]+/g, ' ').trim();
  return words === '' ? 'Event' : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function stateIn(value: unknown): keyof typeof SESSION_STATE_WORDS | undefined {
  return typeof value === 'string' && Object.hasOwn(SESSION_STATE_WORDS, value) ? (value as keyof typeof SESSION_STATE_WORDS) : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function join(code: string | undefined, detail: string | undefined): string | undefined {
  return code === undefined ? detail : detail === undefined ? code : `${code}: ${detail}`;
}
