import type { SessionEvent } from '@capstan/contracts';
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
  const data = event.data;
  const state = stateIn(data['state']) ?? stateIn(data['to']);
  const error = record(data['error']);
  const detail = text(data['message']) ?? text(error?.['message']) ?? text(data['reason']);
  const code = text(error?.['code']) ?? text(data['code']);
  if (state !== undefined && /state|target|changed/.test(event.type)) {
    return { text: `${event.target_id === null ? 'Session' : 'Target'} ${SESSION_STATE_WORDS[state]}${attemptIn(data)}`, state, detail: join(code, detail) };
  }
  return { text: sentence(event.type), state, detail: join(code, detail ?? text(data['name']) ?? actorIn(data)) };
}

function attemptIn(data: Readonly<Record<string, unknown>>): string {
  return typeof data['attempt'] === 'number' && data['attempt'] > 1 ? `, attempt ${data['attempt']}` : '';
}

function actorIn(data: Readonly<Record<string, unknown>>): string | undefined {
  const name = text(record(data['requested_by'])?.['name']) ?? text(record(data['actor'])?.['name']) ?? text(record(data['created_by'])?.['name']);
  return name === undefined ? undefined : `by ${name}`;
}

/** `target.artifact-stored.v1` as `Target artifact stored`. */
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
