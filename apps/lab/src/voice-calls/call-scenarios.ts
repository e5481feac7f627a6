import type { RouteName, SegmentName } from './voice-network';

/** Codecs the calls use; 20 ms per packet each. */
export const CALL_CODECS = {
  PCMU: { payloadType: 0, rtpmap: 'PCMU/8000', bytes: 160 },
  PCMA: { payloadType: 8, rtpmap: 'PCMA/8000', bytes: 160 },
  G729: { payloadType: 18, rtpmap: 'G729/8000', bytes: 20 },
} as const;
/** Name of a codec in {@link CALL_CODECS}. */
export type CodecName = keyof typeof CALL_CODECS;

/** One way of a conversation. */
export type Towards = 'callee' | 'caller';

/** What happens in a call. */
export interface CallScenario {
  readonly name: string;
  readonly route: RouteName;
  readonly codec: CodecName;
  /** From the callee's answer to the caller's BYE. Without meaning unless answered. */
  readonly talkMs: number;
  /** `busy`: 486 from the callee; `unavailable`: 503 from the callee's side; `cancelled`: the caller gives up while it rings. */
  readonly outcome: 'answered' | 'busy' | 'unavailable' | 'cancelled';
  /** The caller holds the call (re-INVITE, `a=inactive`) and takes it up again. Milliseconds after the answer, and for how long. */
  readonly hold?: { readonly afterMs: number; readonly forMs: number };
  /** Packets of media that get lost on a piece of wire. `rate` in 0..1. */
  readonly loss?: ReadonlyArray<{ readonly segment: SegmentName; readonly towards: Towards; readonly rate: number }>;
  /** More jitter than the wire has by itself: mean in milliseconds, exponentially distributed. */
  readonly jitter?: ReadonlyArray<{ readonly segment: SegmentName; readonly towards: Towards; readonly meanMs: number }>;
  /** CUBE passes no media on in this direction: one-way audio. */
  readonly mutedByCube?: Towards;
  /** Whether the hops pass a `Session-ID` on (RFC 7989), as newer releases do. */
  readonly sessionId: boolean;
  /** Whether CUBE changes the numbers on its outer side (`2001` becomes `+4930552001`). */
  readonly translated: boolean;
}

const ORDINARY: CallScenario = { name: 'ordinary', route: 'remote', codec: 'PCMU', talkMs: 4_000, outcome: 'answered', sessionId: true, translated: true };

/** What an ordinary morning looks like: calls follow one another in this order, again and again. */
export const CALL_SCENARIOS: readonly CallScenario[] = [
  ORDINARY,
  { ...ORDINARY, name: 'one-way audio', mutedByCube: 'caller' },
  {
    ...ORDINARY,
    name: 'loss and jitter inside',
    loss: [{ segment: 'expressway-cube', towards: 'callee', rate: 0.06 }],
    jitter: [{ segment: 'expressway-cube', towards: 'callee', meanMs: 6 }],
    sessionId: false,
  },
  { ...ORDINARY, name: 'busy', route: 'office', outcome: 'busy', sessionId: false },
  { ...ORDINARY, name: 'hold and resume', hold: { afterMs: 1_500, forMs: 1_000 } },
  { ...ORDINARY, name: 'unavailable', outcome: 'unavailable', translated: false },
  { ...ORDINARY, name: 'loss behind the router', route: 'office', codec: 'PCMA', loss: [{ segment: 'csr1000v-linux', towards: 'callee', rate: 0.03 }], sessionId: false },
  { ...ORDINARY, name: 'cancelled', outcome: 'cancelled' },
  { ...ORDINARY, name: 'compressed', route: 'office', codec: 'G729' },
];
