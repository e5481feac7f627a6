import type { LadderMessage, MergedInterface, VoiceCall, VoiceStream } from '@capstan/contracts';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import { legName } from './quality';

/** A column of the ladder: one address. */
export interface Participant {
  readonly address: string;
  /** The device that has the address, where one that captured says so. */
  readonly device?: { readonly type: string; readonly host: string };
  /** Number that calls or is called there. */
  readonly number?: string;
}

interface RowPlace {
  /** The same for the same line, whatever else is shown: `m12` for the 12th message of the call, `s7` for stream 7. */
  readonly key: string;
  readonly at: number;
  /** Columns; equal where both ends have one address. */
  readonly from: number;
  readonly to: number;
  /** Since the first line of the call, in ms. */
  readonly sinceStartMs: number;
  /** Since the line before, in ms; undefined for the first. */
  readonly sincePreviousMs: number | undefined;
  /** Number of the leg; undefined when it belongs to none. */
  readonly leg: number | undefined;
}

/** A line of the ladder: a SIP message, or the begin of a media stream. */
export type LadderRow = RowPlace & ({ readonly kind: 'message'; readonly message: LadderMessage } | { readonly kind: 'media'; readonly stream: VoiceStream });

/** What is drawn. */
export interface Ladder {
  readonly participants: readonly Participant[];
  readonly rows: readonly LadderRow[];
}

/** What of a call is drawn. */
export interface LadderChoice {
  /** Numbers of legs that are left out. */
  readonly hiddenLegs: ReadonlySet<number>;
  readonly media: boolean;
}

/** `10.0.0.1` of `10.0.0.1:5060`, `2001:db8::1` of `[2001:db8::1]:5060`. */
export function addressOf(endpoint: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(endpoint);
  return bracketed?.[1] ?? endpoint.replace(/:\d+$/, '');
}

/**
 * The ladder of a call. Columns stand in the order in which the call passes them, so that an INVITE goes to the right;
 * a stream that several devices saw is one line, at the moment it was seen first.
 */
export function ladderOf(call: VoiceCall, streams: readonly VoiceStream[], interfaces: readonly MergedInterface[], choice: LadderChoice): Ladder {
  const legOf = new Map(call.legs.map((leg, index) => [leg.call_id, index]));
  const shownLeg = (leg: number | undefined): boolean => leg === undefined || !choice.hiddenLegs.has(leg);
  const messages = call.messages.map((message, index) => ({ ...message, key: `m${index}` })).filter((message) => shownLeg(legOf.get(message.call_id)));
  const media = choice.media ? firstSightings(streams).filter((stream) => shownLeg(stream.leg ?? undefined)) : [];

  const addresses: string[] = [];
  const add = (endpoint: string): void => {
    const address = addressOf(endpoint);
    if (!addresses.includes(address)) {
      addresses.push(address);
    }
  };
  call.legs.forEach((leg, index) => {
    if (shownLeg(index)) {
      add(leg.source);
      add(leg.destination);
    }
  });
  messages.forEach(({ from, to }) => [from, to].forEach(add));
  media.forEach(({ source, destination }) => [source, destination].forEach(add));

  const columnOf = (endpoint: string): number => addresses.indexOf(addressOf(endpoint));
  const lines = [
    ...messages.map(({ key, ...message }) => ({ key, kind: 'message' as const, message, at: message.at, from: columnOf(message.from), to: columnOf(message.to), leg: legOf.get(message.call_id) })),
    ...media.map((stream) => ({ key: `s${stream.id}`, kind: 'media' as const, stream, at: stream.first_at, from: columnOf(stream.source), to: columnOf(stream.destination), leg: stream.leg ?? undefined })),
  ].sort((a, b) => a.at - b.at);
  const start = Math.min(call.started_at, lines[0]?.at ?? call.started_at);
  const rows = lines.map((line, index): LadderRow => ({ ...line, sinceStartMs: line.at - start, sincePreviousMs: index === 0 ? undefined : line.at - (lines[index - 1]?.at ?? line.at) }));
  return { participants: addresses.map((address) => participantOf(address, call, interfaces)), rows };
}

/** A column in words: the kind of device, where it is known, and the address. */
export function participantName({ address, device }: Participant): string {
  return device === undefined ? address : `${device.type} ${address}`;
}

/** One line in words, for those who do not see the arrows. */
export function rowText(row: LadderRow, participants: readonly Participant[]): string {
  const name = (column: number): string => (participants[column] === undefined ? '?' : participantName(participants[column]));
  const leg = row.leg === undefined ? '' : `, leg ${legName(row.leg)}`;
  const what = row.kind === 'message' ? row.message.label : `${row.stream.codec} media`;
  const again = row.kind === 'message' && row.message.retransmissions > 0 ? `, sent again ${row.message.retransmissions} times` : '';
  return `${what}, ${name(row.from)} to ${name(row.to)}${leg}${again}`;
}

function participantOf(address: string, call: VoiceCall, interfaces: readonly MergedInterface[]): Participant {
  const known = interfaces.find(({ host, addresses }) => host === address || addresses.includes(address));
  const first = call.legs[0];
  const last = call.legs.at(-1);
  const number = first !== undefined && addressOf(first.source) === address ? first.from : last !== undefined && addressOf(last.destination) === address ? last.to : undefined;
  return { address, ...(known === undefined ? {} : { device: { type: DEVICE_TYPE_LABELS[known.device_type] ?? known.device_type, host: known.host } }), ...(number === undefined || number === '' ? {} : { number }) };
}

function firstSightings(streams: readonly VoiceStream[]): VoiceStream[] {
  const first = new Map<string, VoiceStream>();
  for (const stream of streams) {
    const key = `${stream.source}|${stream.destination}|${stream.ssrc}`;
    const known = first.get(key);
    if (known === undefined || stream.first_at < known.first_at) {
      first.set(key, stream);
    }
  }
  return [...first.values()];
}
