/** Where one side of a call receives RTP. */
export interface MediaAddress {
  readonly address: string;
  /** Even UDP port; RTCP goes to the next one (RFC 3550 §11). */
  readonly port: number;
}

/** A codec of a session description: its static payload type and name by RFC 3551 §6. */
export interface AudioCodec {
  readonly payloadType: number;
  /** As in `a=rtpmap`, e.g. `PCMU/8000`. */
  readonly rtpmap: string;
}

/** G.711 µ-law. */
export const PCMU: AudioCodec = { payloadType: 0, rtpmap: 'PCMU/8000' };

/** What a description may say beside its address. */
export interface SessionOffer {
  /** Default G.711 µ-law. */
  readonly codec?: AudioCodec;
  /** Default `sendrecv`. */
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Version of the description in its origin line; grows with each new offer (RFC 3264 §8). Default 1. */
  readonly version?: number;
}

/** Session description of an audio call in 20 ms packets (RFC 4566). */
export function describeSession(media: MediaAddress, sessionId: number, offer: SessionOffer = {}): string {
  const { payloadType, rtpmap } = offer.codec ?? PCMU;
  return [
    'v=0',
    `o=- ${sessionId} ${offer.version ?? 1} IN IP4 ${media.address}`,
    's=-',
    `c=IN IP4 ${media.address}`,
    't=0 0',
    `m=audio ${media.port} RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} ${rtpmap}`,
    'a=ptime:20',
    `a=${offer.direction ?? 'sendrecv'}`,
    '',
  ].join('\r\n');
}

/** Where the writer of `sdp` wants its audio; undefined when it names no IPv4 audio stream. */
export function mediaAddressOf(sdp: string): MediaAddress | undefined {
  const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = /^m=audio (\d+) /m.exec(sdp)?.[1];
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}
