/**
 * The network all generated calls run through. Signalling goes hop by hop, each hop a back-to-back user agent with its own
 * Call-ID; media skips the call manager, which only signals:
 *
 *   remote phone ── Expressway ── CUCM ── CUBE ══ CSR1000v ══ SIP host (Linux)      signalling
 *   remote phone ── Expressway ────────── CUBE ══ CSR1000v ══ SIP host (Linux)      media
 *   office phone ──────────────── CUCM ── CUBE ══ CSR1000v ══ SIP host (Linux)      signalling
 *   office phone ──────────────────────── CUBE ══ CSR1000v ══ SIP host (Linux)      media
 *
 * CSR1000v is a router: it sees the packets between CUBE and the SIP host on their way, unchanged but for the hop count.
 */

/** Devices that can capture here. Telephones cannot. */
export const VOICE_DEVICES = ['expressway', 'cucm', 'cube', 'csr1000v', 'linux'] as const;
/** See {@link VOICE_DEVICES}. */
export type VoiceDevice = (typeof VOICE_DEVICES)[number];

/** Addresses of the devices; CUBE has one on each side. Taken from the ranges for documentation and private use. */
export const VOICE_ADDRESSES = {
  expressway: '198.51.100.5',
  cucm: '10.10.20.5',
  cubeInside: '10.10.30.5',
  cubeOutside: '192.0.2.5',
  linux: '192.0.2.80',
} as const;

/** A piece of wire between two places that can see packets. */
export type SegmentName = 'phone-expressway' | 'phone-cucm' | 'phone-cube' | 'expressway-cucm' | 'expressway-cube' | 'cucm-cube' | 'cube-csr1000v' | 'csr1000v-linux';

/** What a piece of wire does to packets. */
export interface Segment {
  readonly name: SegmentName;
  /** One way. */
  readonly delayMs: number;
  /** Mean of what is added by queues, exponentially distributed. */
  readonly jitterMs: number;
}

const SEGMENTS: Readonly<Record<SegmentName, Omit<Segment, 'name'>>> = {
  'phone-expressway': { delayMs: 18, jitterMs: 0.8 },
  'phone-cucm': { delayMs: 0.6, jitterMs: 0.05 },
  'phone-cube': { delayMs: 0.5, jitterMs: 0.05 },
  'expressway-cucm': { delayMs: 1.2, jitterMs: 0.1 },
  'expressway-cube': { delayMs: 1.4, jitterMs: 0.1 },
  'cucm-cube': { delayMs: 0.7, jitterMs: 0.05 },
  'cube-csr1000v': { delayMs: 0.4, jitterMs: 0.05 },
  'csr1000v-linux': { delayMs: 9, jitterMs: 0.3 },
};

/** The way between two user agents: places, and the wire between each and the next. */
export interface Path {
  /** From the caller's side to the callee's; undefined where nobody captures. */
  readonly places: ReadonlyArray<VoiceDevice | undefined>;
  /** One fewer than places. */
  readonly segments: readonly Segment[];
}

/** The phone's side of a call, and the ways its signalling and its media take. */
export interface CallRoute {
  readonly phoneNetwork: string;
  readonly signalling: readonly Path[];
  readonly media: readonly Path[];
}

function path(places: Path['places'], ...names: SegmentName[]): Path {
  return { places, segments: names.map((name) => ({ name, ...SEGMENTS[name] })) };
}

const TRUNK = path(['cube', 'csr1000v', 'linux'], 'cube-csr1000v', 'csr1000v-linux');

/** The ways a call can go. */
export const CALL_ROUTES = {
  remote: {
    phoneNetwork: '203.0.113',
    signalling: [path([undefined, 'expressway'], 'phone-expressway'), path(['expressway', 'cucm'], 'expressway-cucm'), path(['cucm', 'cube'], 'cucm-cube'), TRUNK],
    media: [path([undefined, 'expressway'], 'phone-expressway'), path(['expressway', 'cube'], 'expressway-cube'), TRUNK],
  },
  office: {
    phoneNetwork: '10.10.40',
    signalling: [path([undefined, 'cucm'], 'phone-cucm'), path(['cucm', 'cube'], 'cucm-cube'), TRUNK],
    media: [path([undefined, 'cube'], 'phone-cube'), TRUNK],
  },
} as const satisfies Record<string, CallRoute>;
/** Name of a route in {@link CALL_ROUTES}. */
export type RouteName = keyof typeof CALL_ROUTES;
