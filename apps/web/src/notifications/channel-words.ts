import type { ChannelView } from '@capstan/contracts';
import type { Status } from '../design/status';

/** Kinds of channels, as people call them. */
export const CHANNEL_TYPE_WORD: Readonly<Record<ChannelView['type'], string>> = { email: 'E-mail', webhook: 'Webhook', in_app: 'Web app' };

/** How a channel fares, in a word and a sentence; `since` and `next` are instants that belong to the sentence. */
export interface ChannelFare {
  readonly status: Status;
  readonly word: string;
  readonly text: string;
  readonly since?: string;
  readonly next?: string;
}

/** What is known of a channel, in words. */
export function fareOf({ enabled, failing_since: since, last_error: error, retry_at: next, last_delivered_at: delivered, waiting }: ChannelView): ChannelFare {
  const queue = waiting === 0 ? '' : ` ${waiting === 1 ? 'One message waits.' : `${waiting} messages wait.`}`;
  if (!enabled) {
    return { status: 'cancelled', word: 'Switched off', text: waiting === 0 ? 'Nothing is sent.' : `Nothing is sent until it is switched on.${queue}` };
  }
  if (since !== null) {
    return { status: 'failed', word: 'Failing', text: `${error ?? 'It gave no reason.'}${queue}`, since, ...(next === null ? {} : { next }) };
  }
  return delivered === null ? { status: 'pending', word: 'Unused', text: `Nothing has gone through it yet.${queue}` } : { status: 'success', word: 'Works', text: queue.trim() };
}

/** Where a channel leads, in a line. */
export function addressOf({ type, settings }: Pick<ChannelView, 'type' | 'settings'>): string {
  const text = (name: string): string => String(settings[name] ?? '');
  switch (type) {
    case 'email': {
      const to = Array.isArray(settings['to']) ? settings['to'].map(String) : [];
      return `${to[0] ?? ''}${to.length > 1 ? ` and ${to.length - 1} more` : ''}, by ${text('host')}:${text('port')}`;
    }
    case 'webhook':
      return text('url');
    case 'in_app':
      return 'The bell of everybody who is signed in';
  }
}
