import { codecOf, type Codec } from './codecs';
import { type RtpStatistics, RtpStreamMeter } from './rtp-stream';
import type { SeenPacket } from './tshark-line';

/** One stream as one interface saw it. */
export interface MeasuredStream {
  readonly interface: number;
  readonly source: string;
  readonly destination: string;
  readonly ssrc: number;
  readonly statistics: RtpStatistics;
}

/** Fewer packets than this are not a conversation; without signalling they may not even be RTP. */
const LEAST_PACKETS = 10;

/** Measures every stream at every interface, in memory that grows with streams and not with packets. */
export class MediaStreams {
  private readonly meters = new Map<string, { readonly place: Omit<MeasuredStream, 'statistics'>; readonly meter: RtpStreamMeter }>();
  private packets = 0;
  private readonly refused = new Set<string>();

  /**
   * @param codecsAt what session descriptions said of media sent to an endpoint
   */
  constructor(
    private readonly limit: number,
    private readonly codecsAt: (endpoint: string) => ReadonlyMap<number, Codec> | undefined,
  ) {}

  /** RTP packets, each sighting counted. */
  get sightings(): number {
    return this.packets;
  }

  /** Streams beyond the limit. */
  get leftOut(): number {
    return this.refused.size;
  }

  push({ interface: index, source, destination, ssrc, packet }: NonNullable<SeenPacket['rtp']>): void {
    this.packets += 1;
    const key = `${index} ${source} ${destination} ${ssrc}`;
    let stream = this.meters.get(key);
    if (stream === undefined) {
      if (this.meters.size >= this.limit) {
        if (this.refused.size < this.limit) {
          this.refused.add(key);
        }
        return;
      }
      const meter = new RtpStreamMeter((payloadType) => clockFor(codecOf(payloadType, this.codecsAt(destination) ?? new Map<number, Codec>())));
      stream = { place: { interface: index, source, destination, ssrc }, meter };
      this.meters.set(key, stream);
    }
    stream.meter.push(packet);
  }

  /** Every stream worth telling of, in order of its first packet. */
  finish(isKnown: (endpoint: string) => boolean): MeasuredStream[] {
    return [...this.meters.values()]
      .map(({ place, meter }) => ({ ...place, statistics: meter.statistics() }))
      .filter(({ destination, source, statistics }) => isKnown(destination) || isKnown(source) || looksLikeMedia(statistics))
      .sort((a, b) => a.statistics.firstAt - b.statistics.firstAt);
  }
}

/** Anything over UDP whose second bit is set can pass for RTP: numbers that do not count up give it away. */
function looksLikeMedia({ packets, expected, reordered }: RtpStatistics): boolean {
  return packets >= LEAST_PACKETS && expected <= 4 * packets && reordered <= packets / 10;
}

/** Events of keys pressed repeat one timestamp: they say nothing about jitter (RFC 4733 §2.2.1). */
function clockFor({ name, clock }: Codec): number | undefined {
  return name.toLowerCase() === 'telephone-event' || name === 'CN' ? undefined : clock;
}
