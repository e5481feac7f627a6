import type { VoiceCall, VoiceFinding, VoiceStream } from '@capstan/contracts';

/** What findings are read from: a call whose streams lie in the order in which media passes them. */
export interface FindingSubject {
  readonly outcome: VoiceCall['outcome'];
  readonly status: number | null;
  readonly reason: string | null;
  readonly durationMs: number | null;
  readonly retransmissions: number;
  readonly streams: readonly VoiceStream[];
  /** Names of interfaces, by their number. */
  readonly interfaceName: (index: number) => string;
  /** Whether interfaces of this call's devices saw any media at all, be it of other calls. */
  readonly mediaCaptured: boolean;
  /** Whether a session description of the call forbade one direction for good. */
  readonly oneWayByIntent: boolean;
}

type Towards = 'caller' | 'callee';

const MEDIA_OF_A_TALK = 10;
const SHORT_TALK_MS = 1_000;
const LEAST_LOST = 2;
const LEAST_LOST_SHARE = 0.003;
const HIGH_JITTER_MS = 30;
/** Below this, "some users are dissatisfied" turns into "many" (ITU-T G.107 annex B: R = 70). */
const LOW_MOS = 3.6;

/** Everything worth a look in a call, worst first. */
export function findingsOf(call: FindingSubject): VoiceFinding[] {
  return [...signalling(call), ...silence(call), ...(['callee', 'caller'] as const).flatMap((towards) => quality(call, towards))];
}

/** Whether a leg of the call carried media one way only. */
export function isOneWay(findings: readonly VoiceFinding[]): boolean {
  return findings.some(({ code }) => code === 'ONE_WAY_AUDIO');
}

function signalling({ outcome, status, reason, retransmissions }: FindingSubject): VoiceFinding[] {
  const findings: VoiceFinding[] = [];
  if (outcome === 'rejected') {
    findings.push({ code: 'REJECTED', message: `The call was rejected: ${status ?? '?'} ${reason ?? ''}`.trim(), towards: null, streams: [] });
  }
  if (outcome === 'unanswered') {
    findings.push({ code: 'UNANSWERED', message: 'Nobody answered the INVITE', towards: null, streams: [] });
  }
  if (retransmissions > 0) {
    findings.push({ code: 'RETRANSMISSIONS', message: `${retransmissions} messages had to be sent again`, towards: null, streams: [] });
  }
  return findings;
}

function silence(call: FindingSubject): VoiceFinding[] {
  if (call.outcome !== 'answered' || (call.durationMs !== null && call.durationMs < SHORT_TALK_MS) || call.oneWayByIntent) {
    return [];
  }
  const talk = call.streams.filter(({ packets }) => packets >= MEDIA_OF_A_TALK);
  if (talk.length === 0) {
    return call.mediaCaptured ? [{ code: 'NO_AUDIO', message: 'The call was answered, and no media was seen', towards: null, streams: [] }] : [];
  }
  const findings: VoiceFinding[] = [];
  const legs = [...new Set(talk.map(({ leg }) => leg))];
  const missing = new Set<Towards>();
  for (const leg of legs) {
    const directions = new Set(talk.filter((stream) => stream.leg === leg).map(({ towards }) => towards));
    for (const towards of ['callee', 'caller'] as const) {
      if (!directions.has(towards)) {
        missing.add(towards);
      }
    }
  }
  for (const towards of missing) {
    const streams = talk.filter((stream) => stream.towards !== towards).map(({ id }) => id);
    findings.push({ code: 'ONE_WAY_AUDIO', message: `One-way audio: on a leg of the call no media goes to the ${towards}`, towards, streams });
    findings.push(...whereItStops(call, talk, towards));
  }
  return findings;
}

function whereItStops(call: FindingSubject, talk: readonly VoiceStream[], towards: Towards): VoiceFinding[] {
  const last = talk.filter((stream) => stream.towards === towards).at(-1);
  if (last === undefined) {
    return [];
  }
  const message = `Media to the ${towards} is seen at ${call.interfaceName(last.interface)} (${last.source} to ${last.destination}) and not behind it`;
  return [{ code: 'MEDIA_STOPS', message, towards, streams: [last.id] }];
}

function quality(call: FindingSubject, towards: Towards): VoiceFinding[] {
  const path = call.streams.filter((stream) => stream.towards === towards && stream.packets >= MEDIA_OF_A_TALK);
  const findings: VoiceFinding[] = [];
  path.forEach((stream, index) => {
    const before = path[index - 1];
    const fresh = stream.lost - (before === undefined || before.ssrc !== stream.ssrc ? 0 : before.lost);
    if (fresh >= LEAST_LOST && fresh / stream.expected >= LEAST_LOST_SHARE) {
      const share = `${fresh} packets (${percent(fresh, stream.expected)} %) to the ${towards}`;
      const here = call.interfaceName(stream.interface);
      findings.push(
        before === undefined
          ? { code: 'LOSS_BEFORE', message: `${share} are missing already where they are seen first, at ${here}`, towards, streams: [stream.id] }
          : { code: 'LOSS_BETWEEN', message: `${share} get lost between ${call.interfaceName(before.interface)} (${before.source} to ${before.destination}) and ${here} (${stream.source} to ${stream.destination})`, towards, streams: [before.id, stream.id] },
      );
    }
  });
  const end = path.at(-1);
  if (end !== undefined && end.max_jitter_ms !== null && end.max_jitter_ms > HIGH_JITTER_MS) {
    findings.push({ code: 'HIGH_JITTER', message: `Jitter to the ${towards} reaches ${end.max_jitter_ms} ms at ${call.interfaceName(end.interface)}`, towards, streams: [end.id] });
  }
  if (end !== undefined && end.mos !== null && end.mos < LOW_MOS) {
    findings.push({ code: 'LOW_MOS', message: `Estimated quality to the ${towards} is ${end.mos} at ${call.interfaceName(end.interface)}`, towards, streams: [end.id] });
  }
  return findings;
}

function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 1_000) / 10;
}
