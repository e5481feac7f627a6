import { AppError } from '@capstan/kernel';
import type { WebhookFault } from './webhook-sink';

/** The sinks of a lab by their names. */
export const SINK_NAMES = ['mail-sink', 'webhook-sink'] as const;
/** See {@link SINK_NAMES}. */
export type SinkName = (typeof SINK_NAMES)[number];

/** Faults of the sinks as the controls name them, with what they mean. */
export const SINK_FAULTS: Readonly<Record<SinkName, Readonly<Record<string, string>>>> = {
  'mail-sink': { '451': 'asks to try again later', '550': 'refuses for good', slow: 'slow:30000 answers after so many milliseconds', closed: 'nobody listens at its port' },
  'webhook-sink': {
    '500': 'any status from 400 on: answers with it',
    slow: 'slow:30000 answers after so many milliseconds',
    closed: 'nobody listens at its port',
    'hang-up': 'hangs up instead of answering',
    redirect: 'answers 302 and sends the caller to /elsewhere',
  },
};

/** Where the fault `redirect` sends whoever asks. */
export const ELSEWHERE = '/elsewhere';
const SLOW_MS = 30_000;

/** What a sink does instead of taking messages; `undefined` takes them. */
export type SinkFault = 'closed' | 'hang-up' | { readonly slowMs: number } | { readonly status: number } | { readonly redirectTo: string } | undefined;

/** Reads a fault such as `slow:500`; `none` ends the one there is. @throws AppError `LAB_UNKNOWN_FAULT` */
export function sinkFault(sink: SinkName, text: string): SinkFault {
  const [word = '', number] = text.split(':');
  if (word === 'none') {
    return undefined;
  }
  const status = Number(word);
  if (Number.isInteger(status) && (sink === 'mail-sink' ? word in SINK_FAULTS[sink] : status >= 400 && status <= 599)) {
    return { status };
  }
  if (!(word in SINK_FAULTS[sink])) {
    throw new AppError('LAB_UNKNOWN_FAULT', `no fault ${word || 'without a name'} at ${sink}; there are ${Object.keys(SINK_FAULTS[sink]).join(', ')} and none`);
  }
  switch (word) {
    case 'slow':
      return { slowMs: number === undefined ? SLOW_MS : Number(number) };
    case 'redirect':
      return { redirectTo: ELSEWHERE };
    default:
      return word === 'hang-up' ? 'hang-up' : 'closed';
  }
}

/** The same fault, as a webhook sink takes it; a closed one is no fault of the server but its absence. */
export function webhookFault(fault: SinkFault): WebhookFault | undefined {
  return fault === 'closed' ? undefined : fault;
}
