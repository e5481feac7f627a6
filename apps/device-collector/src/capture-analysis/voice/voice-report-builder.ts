import type { LadderMessage, MergedInterface, VoiceCall, VoiceReport, VoiceStream } from '@capstan/contracts';
import { type CorrelatedCall, correlateCalls } from './call-correlation';
import { findingsOf, isOneWay } from './call-findings';
import { progressOf } from './call-outcome';
import { type Codec, codecOf } from './codecs';
import { meanOpinionScore, ratingFactor } from './e-model';
import { type MeasuredStream, MediaStreams } from './media-streams';
import { type DialogMessage, type Side, SipDialogs, type SipLeg } from './sip-dialogs';
import type { SeenPacket } from './tshark-line';

/** What a report may hold at most; the rest is counted in `left_out`. */
export interface ReportLimits {
  readonly calls: number;
  readonly messages: number;
  readonly streams: number;
}

/** Enough for a busy hour of a large site, and few enough to read as one JSON document. */
export const REPORT_LIMITS: ReportLimits = { calls: 2_000, messages: 30_000, streams: 12_000 };

const LEGS_PER_CALL = 6;
const DEFAULT_PACKET_MS = 20;
/** A stream that begins this long before its call, or this long after, belongs to another one at the same port. */
const AROUND_CALL_MS = 3_000;

type ReportBody = Pick<VoiceReport, 'calls' | 'streams' | 'left_out'> & { readonly summary: Omit<VoiceReport['summary'], 'packets' | 'clock_uncertainty_ms'> };

interface Owner {
  readonly call: number;
  readonly leg: number;
  readonly side: Side;
  readonly from: number;
  readonly to: number;
  readonly sipLeg: SipLeg;
}

/** Takes packet after packet, and makes calls of them in the end. */
export class VoiceReportBuilder {
  private readonly dialogs: SipDialogs;
  private readonly media: MediaStreams;
  private readonly withMedia = new Set<number>();
  private lastAt = 0;

  constructor(private readonly limits: ReportLimits = REPORT_LIMITS) {
    this.dialogs = new SipDialogs({ legs: limits.calls * LEGS_PER_CALL, messages: limits.messages });
    this.media = new MediaStreams(limits.streams, (endpoint) => this.dialogs.codecsAt(endpoint));
  }

  push({ sip, rtp }: SeenPacket): void {
    for (const message of sip) {
      this.dialogs.push(message);
      this.lastAt = Math.max(this.lastAt, message.at);
    }
    if (rtp !== undefined) {
      this.media.push(rtp);
      this.withMedia.add(rtp.interface);
      this.lastAt = Math.max(this.lastAt, rtp.at);
    }
  }

  /** @param toleranceMs by how much clocks may still be wrong */
  finish(interfaces: readonly Pick<MergedInterface, 'index' | 'name'>[], toleranceMs: number): ReportBody {
    const all = correlateCalls(this.dialogs.finish(), toleranceMs);
    const correlated = all.slice(0, this.limits.calls);
    const owners = ownersOf(correlated);
    const measured = this.media.finish((endpoint) => owners.has(endpoint));
    const streams = measured.map((stream, id) => this.streamView(id, stream, ownerOf(owners.get(stream.destination), stream)));
    const names = new Map(interfaces.map(({ index, name }) => [index, name]));
    const byCall = new Map<number, VoiceStream[]>();
    for (const stream of streams) {
      if (stream.call !== null) {
        byCall.set(stream.call, [...(byCall.get(stream.call) ?? []), stream]);
      }
    }
    const ttls = measured.map(({ statistics }) => statistics.ttl);
    const calls = correlated.map((call, id) => this.callView(id, call, inPathOrder(byCall.get(id) ?? [], ttls), (index) => names.get(index) ?? `interface ${index}`));
    const scores = streams.map(({ mos }) => mos).filter((mos) => mos !== null);
    return {
      summary: {
        sip_messages: this.dialogs.sightings,
        rtp_packets: this.media.sightings,
        calls: calls.length,
        answered: calls.filter(({ outcome }) => outcome === 'answered').length,
        rejected: calls.filter(({ outcome }) => outcome === 'rejected').length,
        one_way: calls.filter((call) => call.one_way_audio).length,
        streams: streams.length,
        streams_with_loss: streams.filter(({ lost }) => lost > 0).length,
        worst_mos: scores.length === 0 ? null : Math.min(...scores),
      },
      calls,
      streams,
      left_out: { calls: all.length - correlated.length + Math.ceil(this.dialogs.leftOut.legs / LEGS_PER_CALL), messages: this.dialogs.leftOut.messages, streams: this.media.leftOut },
    };
  }

  private streamView(id: number, stream: MeasuredStream, owner: Owner | undefined): VoiceStream {
    const { statistics } = stream;
    const codec = codecOf(statistics.payloadType, owner?.sipLeg.codecs ?? this.dialogs.codecsAt(stream.destination) ?? new Map<number, Codec>());
    const lossPercent = statistics.expected === 0 ? 0 : (100 * statistics.lost) / statistics.expected;
    const rating = ratingFactor(codec.name, { lossPercent, jitterMs: statistics.meanJitterMs ?? 0, packetMs: statistics.packetMs ?? DEFAULT_PACKET_MS });
    return {
      id,
      call: owner?.call ?? null,
      leg: owner?.leg ?? null,
      towards: owner?.side ?? null,
      interface: stream.interface,
      source: stream.source,
      destination: stream.destination,
      ssrc: `0x${stream.ssrc.toString(16).padStart(8, '0')}`,
      codec: codec.name,
      payload_type: statistics.payloadType,
      first_at: statistics.firstAt,
      last_at: statistics.lastAt,
      packets: statistics.packets,
      expected: statistics.expected,
      lost: statistics.lost,
      loss_percent: round(lossPercent, 2),
      duplicates: statistics.duplicates,
      reordered: statistics.reordered,
      mean_jitter_ms: statistics.meanJitterMs === null ? null : round(statistics.meanJitterMs, 3),
      max_jitter_ms: statistics.maxJitterMs === null ? null : round(statistics.maxJitterMs, 3),
      max_delta_ms: round(statistics.maxDeltaMs, 3),
      r_factor: rating === undefined ? null : round(rating, 1),
      mos: rating === undefined ? null : round(meanOpinionScore(rating), 2),
    };
  }

  private callView(id: number, { legs }: CorrelatedCall, streams: readonly VoiceStream[], interfaceName: (index: number) => string): VoiceCall {
    const [first] = legs as [CorrelatedCall['legs'][number]];
    const progress = progressOf(first.leg, this.lastAt);
    const messages = legs.flatMap(({ leg }) => leg.messages).sort((a, b) => a.at - b.at);
    const findings = findingsOf({
      outcome: progress.outcome,
      status: progress.status,
      reason: progress.reason,
      durationMs: progress.durationMs,
      retransmissions: messages.reduce((sum, message) => sum + message.retransmissions, 0),
      streams,
      interfaceName,
      mediaCaptured: legs.some(({ leg }) => [...leg.interfaces].some((index) => this.withMedia.has(index))),
      oneWayByIntent: legs.some(({ leg }) => answeredOneWay(leg)),
    });
    const scores = streams.map(({ mos }) => mos).filter((mos) => mos !== null);
    const negotiated = legs.map(({ leg }) => (leg.preferred === undefined ? undefined : codecOf(leg.preferred, leg.codecs).name)).filter((name) => name !== undefined);
    const carried = streams.map(({ codec }) => codec);
    return {
      id,
      from: first.leg.fromUser,
      to: first.leg.toUser,
      outcome: progress.outcome,
      status: progress.status,
      reason: progress.reason,
      started_at: progress.startedAt,
      ringing_at: progress.ringingAt,
      answered_at: progress.answeredAt,
      ended_at: progress.endedAt,
      post_dial_delay_ms: progress.postDialDelayMs,
      duration_ms: progress.durationMs,
      codecs: [...new Set(carried.length > 0 ? carried : negotiated)],
      holds: progress.holds,
      one_way_audio: isOneWay(findings),
      worst_mos: scores.length === 0 ? null : Math.min(...scores),
      legs: legs.map(({ leg, evidence }) => ({
        call_id: leg.callId,
        from: leg.fromUser,
        to: leg.toUser,
        source: leg.source,
        destination: leg.destination,
        correlated_by: evidence,
        caller_media: leg.media.caller.at(-1) ?? null,
        callee_media: leg.media.callee.at(-1) ?? null,
        interfaces: [...leg.interfaces].sort((a, b) => a - b),
      })),
      messages: messages.map(messageView),
      streams: streams.map((stream) => stream.id),
      findings,
    };
  }
}

function messageView(message: DialogMessage): LadderMessage {
  return {
    at: message.at,
    from: message.source,
    to: message.destination,
    transport: message.transport,
    label: message.method ?? `${message.status ?? ''} ${message.reason ?? ''}`.trim(),
    method: message.method ?? null,
    status: message.status ?? null,
    call_id: message.callId,
    cseq: `${message.cseq} ${message.cseqMethod}`,
    media: message.media ?? null,
    media_direction: message.direction ?? null,
    retransmissions: message.retransmissions,
    seen_by: [...message.seen].map(([index, at]) => ({ interface: index, at })).sort((a, b) => a.at - b.at),
  };
}

/** Who waits for media where. A hop that signals only speaks of others' endpoints: the first leg that names one owns it. */
function ownersOf(calls: readonly CorrelatedCall[]): Map<string, Owner[]> {
  const owners = new Map<string, Owner[]>();
  calls.forEach(({ legs }, call) =>
    legs.forEach(({ leg: sipLeg }, leg) => {
      for (const side of ['caller', 'callee'] as const) {
        for (const endpoint of sipLeg.media[side]) {
          const known = owners.get(endpoint) ?? [];
          if (!known.some((owner) => owner.call === call)) {
            owners.set(endpoint, [...known, { call, leg, side, from: sipLeg.firstAt, to: sipLeg.lastAt, sipLeg }]);
          }
        }
      }
    }),
  );
  return owners;
}

/** Of several calls at one endpoint, the one that was up: ports are used again. */
function ownerOf(owners: readonly Owner[] | undefined, { statistics }: MeasuredStream): Owner | undefined {
  return owners
    ?.filter(({ from, to }) => statistics.lastAt >= from - AROUND_CALL_MS && statistics.firstAt <= to + AROUND_CALL_MS)
    .sort((a, b) => overlap(b, statistics) - overlap(a, statistics))[0];
}

function overlap({ from, to }: Owner, { firstAt, lastAt }: { firstAt: number; lastAt: number }): number {
  return Math.min(to, lastAt) - Math.max(from, firstAt);
}

/**
 * The order in which media passes: towards the callee along the legs, towards the caller against them; on one leg by the
 * hops it has left, and where those are equal by what is missing, because what is lost does not come back.
 */
function inPathOrder(streams: readonly VoiceStream[], ttls: readonly number[]): VoiceStream[] {
  const direction = (towards: VoiceStream['towards']): VoiceStream[] => {
    const sign = towards === 'callee' ? 1 : -1;
    return streams
      .filter((stream) => stream.towards === towards)
      .sort((a, b) => sign * ((a.leg ?? 0) - (b.leg ?? 0)) || (ttls[b.id] ?? 0) - (ttls[a.id] ?? 0) || a.lost - b.lost || a.first_at - b.first_at);
  };
  return [...direction('callee'), ...direction('caller')];
}

/** An answer that takes part in one direction only, e.g. music or an announcement. */
function answeredOneWay(leg: SipLeg): boolean {
  const answers = leg.messages.filter(({ status, cseqMethod, direction }) => status === 200 && cseqMethod === 'INVITE' && direction !== undefined);
  return answers.length > 0 && answers.every(({ direction }) => direction === 'sendonly' || direction === 'recvonly');
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
