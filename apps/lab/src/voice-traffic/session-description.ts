/** Where one side of a call receives RTP. */
export interface MediaAddress {
  readonly address: string;
  /** Even UDP port; RTCP goes to the next one (RFC 3550 §11). */
  readonly port: number;
}

/** Session description of a G.711 µ-law call in 20 ms packets (RFC 4566; payload type 0 is RFC 3551 §6). */
export function describeSession(media: MediaAddress, sessionId: number): string {
  return [
    'v=0',
    `o=- ${sessionId} 1 IN IP4 ${media.address}`,
    's=-',
    `c=IN IP4 ${media.address}`,
    't=0 0',
    `m=audio ${media.port} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

/** Where the writer of `sdp` wants its audio; undefined when it names no IPv4 audio stream. */
export function mediaAddressOf(sdp: string): MediaAddress | undefined {
  const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = /^m=audio (\d+) /m.exec(sdp)?.[1];
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}
