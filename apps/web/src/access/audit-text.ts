import type { Status } from '../design/status';

/** How an outcome is shown: an HTTP status, or a word of a service. */
export function outcomeStatus(outcome: string): Status {
  const status = Number(outcome);
  if (Number.isInteger(status) && status > 0) {
    return status < 400 ? 'success' : status === 401 || status === 403 || status === 429 ? 'attention' : 'failed';
  }
  return /^(?:ok|success|done|completed)$/i.test(outcome) ? 'success' : /fail|error|refused|denied/i.test(outcome) ? 'failed' : 'pending';
}

/** The part of an entry's details that says most: the command, else everything in short. */
export function detailOf(details: Readonly<Record<string, unknown>>): string | undefined {
  const command = details['command'];
  if (typeof command === 'string') {
    return command;
  }
  const parts = Object.entries(details)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name}=${String(value)}`);
  return parts.length === 0 ? undefined : parts.join(' ');
}
