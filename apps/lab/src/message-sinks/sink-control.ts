import { AppError } from '@capstan/kernel';
import { SINK_NAMES, type SinkName } from './sink-faults';

/** Words that act on one sink. */
export const SINK_CONTROLS = ['sink-fault', 'sink-received'] as const;

/** Orders to the sinks. */
export type SinkControl =
  | { readonly do: 'sink-fault'; readonly sink: SinkName; readonly fault: string }
  | { readonly do: 'sink-received'; readonly sink: SinkName; /** Messages that are known already. */ readonly after: number };

/** Reads an order to a sink; undefined when it is none. @throws AppError `LAB_BAD_CONTROL` */
export function parseSinkControl(value: Readonly<Record<string, unknown>>): SinkControl | undefined {
  const word = SINK_CONTROLS.find((known) => known === value['do']);
  if (word === undefined) {
    return undefined;
  }
  const { fault, after } = value;
  const sink = SINK_NAMES.find((name) => name === value['sink']);
  if (sink === undefined) {
    throw new AppError('LAB_BAD_CONTROL', `sink must be ${SINK_NAMES.join(' or ')}`);
  }
  if (word === 'sink-received') {
    return { do: word, sink, after: typeof after === 'number' && after > 0 ? Math.floor(after) : 0 };
  }
  if (typeof fault !== 'string') {
    throw new AppError('LAB_BAD_CONTROL', 'sink-fault needs fault, or none to end it');
  }
  return { do: word, sink, fault };
}
