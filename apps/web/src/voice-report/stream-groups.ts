import type { VoiceCall, VoiceStream } from '@capstan/contracts';

/** A stream beside the place that media passed before. */
export interface ComparedStream {
  readonly stream: VoiceStream;
  /** Where it was seen before on its way; undefined at the first place. */
  readonly before?: VoiceStream;
  /** Packets that are missing here and were there before; undefined where the stream was made anew in between, or is the first. */
  readonly freshLoss?: number;
  /** Mean jitter here less there, in ms; undefined as `freshLoss`, or where it was not measured. */
  readonly addedJitterMs?: number;
  /** Whether a finding of one-way audio is read from it. */
  readonly oneWay: boolean;
}

/** Streams of one call in one direction, in the order in which media passes the devices. */
export interface StreamGroup {
  readonly towards: 'callee' | 'caller' | null;
  readonly rows: readonly ComparedStream[];
}

/** The streams of a call, per direction, each compared with the place before it. */
export function streamGroups(call: VoiceCall, all: readonly VoiceStream[]): StreamGroup[] {
  const byId = new Map(all.map((stream) => [stream.id, stream]));
  const streams = call.streams.map((id) => byId.get(id)).filter((stream) => stream !== undefined);
  const oneWay = new Set(call.findings.filter(({ code }) => code === 'ONE_WAY_AUDIO').flatMap(({ streams: ids }) => ids));
  return (['callee', 'caller', null] as const)
    .map((towards) => ({ towards, rows: compare(streams.filter((stream) => stream.towards === towards), oneWay) }))
    .filter(({ rows }) => rows.length > 0);
}

function compare(streams: readonly VoiceStream[], oneWay: ReadonlySet<number>): ComparedStream[] {
  return streams.map((stream, index) => {
    const before = streams[index - 1];
    const same = before !== undefined && before.ssrc === stream.ssrc;
    return {
      stream,
      oneWay: oneWay.has(stream.id),
      ...(before === undefined ? {} : { before }),
      ...(same ? { freshLoss: stream.lost - before.lost } : {}),
      ...(same && stream.mean_jitter_ms !== null && before.mean_jitter_ms !== null ? { addedJitterMs: stream.mean_jitter_ms - before.mean_jitter_ms } : {}),
    };
  });
}
