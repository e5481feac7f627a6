import { z } from 'zod';
import { CAPTURE_DEVICE_TYPES } from './packet-capture';
import { isoTimestamp, uuid } from '../primitives';

/** Name and version of the report's format; a breaking change gets a new version. */
export const VOICE_REPORT_FORMAT = 'capstan.voice-report.v1';

/** Instants in a report are Unix milliseconds with fraction, in our own time: a millisecond is too coarse for a ladder. */
const instant = z.number();

/** An address and a port, as `10.10.20.5:5060` or `[2001:db8::1]:5060`. */
const endpoint = z.string();

/** How the clock of a device was brought in line with ours. */
export const clockCorrection = z.object({
  /** `none`: never measured; `constant`: one offset for the whole capture; `linear`: the clock ran away during the capture. */
  method: z.enum(['none', 'constant', 'linear']),
  /** Device minus ours at the first packet, in milliseconds. */
  offset_ms: z.number(),
  /** Device minus ours at the last packet, in milliseconds; equal to `offset_ms` unless linear. */
  offset_end_ms: z.number(),
  /** The corrected times are right within this many milliseconds; null when the clock was never measured. */
  uncertainty_ms: z.number().nullable(),
});

/** One file that went into the merged capture. */
const captureFile = z.object({
  artifact_id: uuid,
  name: z.string(),
  sha256: z.string(),
  packets: z.int(),
  /** Whether the file ended in the middle of a packet and was cut behind the last whole one. */
  repaired: z.boolean(),
});

/** One interface of the merged capture: what one device saw on one of its interfaces. */
export const mergedInterface = z.object({
  /** Number of the interface in the merged file. */
  index: z.int(),
  /** As in the merged file: Wireshark's `frame.interface_name`. */
  name: z.string(),
  target_id: uuid,
  host: z.string(),
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  interface: z.string(),
  /** Addresses the device says it has, by which it is known in the packets; none where it does not tell. */
  addresses: z.array(z.string()).default([]),
  packets: z.int(),
  first_packet_at: instant.nullable(),
  last_packet_at: instant.nullable(),
  clock: clockCorrection,
  files: z.array(captureFile),
});
/** See {@link mergedInterface}. */
export type MergedInterface = z.output<typeof mergedInterface>;

/** One line of a ladder. */
export const ladderMessage = z.object({
  /** When it was seen first. */
  at: instant,
  from: endpoint,
  to: endpoint,
  transport: z.enum(['udp', 'tcp', 'other']),
  /** `INVITE`, or `180 Ringing`. */
  label: z.string(),
  /** Of a request. */
  method: z.string().nullable(),
  /** Of a response. */
  status: z.int().nullable(),
  call_id: z.string(),
  cseq: z.string(),
  /** Address its session description wants media at. */
  media: endpoint.nullable(),
  /** `sendrecv`, `sendonly`, `recvonly`, `inactive` of its session description. */
  media_direction: z.string().nullable(),
  /** Times it was sent again. */
  retransmissions: z.int(),
  /** Who saw it, and when by corrected clocks. */
  seen_by: z.array(z.object({ interface: z.int(), at: instant })),
});
/** See {@link ladderMessage}. */
export type LadderMessage = z.output<typeof ladderMessage>;

/** One dialog of a call. */
export const callLeg = z.object({
  call_id: z.string(),
  from: z.string(),
  to: z.string(),
  /** Who sent the INVITE, and to whom. */
  source: endpoint,
  destination: endpoint,
  /** How the leg was found to belong to the call: `first`, or the evidence. */
  correlated_by: z.enum(['first', 'session-id', 'header', 'media-address', 'numbers-and-time']),
  /** Where each side wants its media; null until it said so. */
  caller_media: endpoint.nullable(),
  callee_media: endpoint.nullable(),
  interfaces: z.array(z.int()),
});

/** One RTP stream as one device saw it. */
export const voiceStream = z.object({
  id: z.int(),
  /** Number of the call it belongs to; null when no signalling was seen. */
  call: z.int().nullable(),
  /** Number of the leg in the call. */
  leg: z.int().nullable(),
  towards: z.enum(['caller', 'callee']).nullable(),
  interface: z.int(),
  source: endpoint,
  destination: endpoint,
  /** As `0x1a2b3c4d`. */
  ssrc: z.string(),
  codec: z.string(),
  payload_type: z.int(),
  first_at: instant,
  last_at: instant,
  packets: z.int(),
  /** Sequence numbers from the first to the last seen. */
  expected: z.int(),
  /** `expected` less what came, duplicates not counted. */
  lost: z.int(),
  loss_percent: z.number(),
  duplicates: z.int(),
  reordered: z.int(),
  /** Interarrival jitter by RFC 3550 §6.4.1, in milliseconds; null where the codec's clock is not known. */
  mean_jitter_ms: z.number().nullable(),
  max_jitter_ms: z.number().nullable(),
  /** Longest time between two packets, in milliseconds. */
  max_delta_ms: z.number(),
  /** Transmission rating of the E-model (ITU-T G.107), 0..100; null for codecs the model has no numbers for. */
  r_factor: z.number().nullable(),
  /** Mean opinion score estimated from it, 1..4.5. */
  mos: z.number().nullable(),
});
/** See {@link voiceStream}. */
export type VoiceStream = z.output<typeof voiceStream>;

/** Something worth a look, as a code for programs and a sentence for people. */
export const voiceFinding = z.object({
  code: z.enum(['ONE_WAY_AUDIO', 'NO_AUDIO', 'LOSS_BETWEEN', 'MEDIA_STOPS', 'LOSS_BEFORE', 'HIGH_JITTER', 'LOW_MOS', 'REJECTED', 'RETRANSMISSIONS', 'UNANSWERED']),
  message: z.string(),
  towards: z.enum(['caller', 'callee']).nullable(),
  /** Streams it is read from. */
  streams: z.array(z.int()),
});
/** See {@link voiceFinding}. */
export type VoiceFinding = z.output<typeof voiceFinding>;

/** One call over all its legs. */
export const voiceCall = z.object({
  id: z.int(),
  from: z.string(),
  to: z.string(),
  outcome: z.enum(['answered', 'rejected', 'cancelled', 'unanswered', 'in_progress']),
  /** Final status of the first leg's INVITE, and its words. */
  status: z.int().nullable(),
  reason: z.string().nullable(),
  started_at: instant,
  ringing_at: instant.nullable(),
  answered_at: instant.nullable(),
  ended_at: instant.nullable(),
  /** From the first INVITE to the first sign of ringing (18x, or the answer), in milliseconds. */
  post_dial_delay_ms: z.number().nullable(),
  /** From the answer to the BYE, in milliseconds. */
  duration_ms: z.number().nullable(),
  codecs: z.array(z.string()),
  /** Times the call was put on hold. */
  holds: z.int(),
  one_way_audio: z.boolean(),
  /** Worst estimate among the call's streams. */
  worst_mos: z.number().nullable(),
  legs: z.array(callLeg),
  messages: z.array(ladderMessage),
  /** Ids of its streams, in the order in which media passes them, first towards the callee, then towards the caller. */
  streams: z.array(z.int()),
  findings: z.array(voiceFinding),
});
/** See {@link voiceCall}. */
export type VoiceCall = z.output<typeof voiceCall>;

/** What the merged capture tells of voice. */
export const voiceReport = z.object({
  format: z.literal(VOICE_REPORT_FORMAT),
  session_id: uuid,
  created_at: isoTimestamp,
  /** Name and version of what dissected the packets. */
  tool: z.string(),
  summary: z.object({
    packets: z.int(),
    sip_messages: z.int(),
    rtp_packets: z.int(),
    calls: z.int(),
    answered: z.int(),
    rejected: z.int(),
    one_way: z.int(),
    streams: z.int(),
    streams_with_loss: z.int(),
    worst_mos: z.number().nullable(),
    /** Largest of the interfaces' uncertainties; null when a clock was never measured. */
    clock_uncertainty_ms: z.number().nullable(),
  }),
  interfaces: z.array(mergedInterface),
  /** Files that could not be used, and why. */
  excluded: z.array(z.object({ artifact_id: uuid, name: z.string(), reason: z.string() })),
  calls: z.array(voiceCall),
  streams: z.array(voiceStream),
  /** What was left out because there was too much of it; all zero in an ordinary report. */
  left_out: z.object({ calls: z.int(), messages: z.int(), streams: z.int() }),
});
/** See {@link voiceReport}. */
export type VoiceReport = z.output<typeof voiceReport>;
