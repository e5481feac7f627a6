import type { Codec } from './codecs';

/** What a session description says. */
export interface SdpFacts {
  /** `address:port` of the first audio stream; undefined when there is none, or it is refused (port 0). */
  readonly media: string | undefined;
  /** Default `sendrecv` (RFC 4566 §6). */
  readonly direction: string;
  readonly codecs: ReadonlyMap<number, Codec>;
  /** The first format of the audio line: what the sender prefers. */
  readonly preferred: number | undefined;
}

/** What one SIP message says, beside where and when it was seen. */
export interface SipText {
  readonly callId: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  /** Whether it is a request. A request must carry Max-Forwards (RFC 3261 §8.1.1), a response never does. */
  readonly request: boolean;
  readonly fromUser: string;
  readonly toUser: string;
  readonly branch: string;
  /** Values that hops pass on unchanged, by which legs find each other. Lower-case hex of Session-ID (RFC 7989), without the nil one. */
  readonly sessionIds: readonly string[];
  /** Values of headers that name the call of another leg. */
  readonly passedOn: readonly string[];
  readonly reason: string | undefined;
  readonly sdp: SdpFacts | undefined;
}

/** Headers, in lower case, that gear copies from one leg to the next. */
const PASSED_ON = new Set(['cisco-guid', 'x-cisco-callid', 'x-call-id', 'x-correlation-id', 'x-original-call-id', 'x-sip-call-id', 'global-callid', 'h323-conf-id', 'p-charging-vector']);
const COMPACT: Readonly<Record<string, string>> = { i: 'call-id', f: 'from', t: 'to', v: 'via', c: 'content-type' };
const NIL_SESSION = /^0+$/;
/** A message longer than this is not signalling. */
const MAX_TEXT = 65_536;

/**
 * Reads one message without its first line, as tshark's `sip.msg_hdr` prints it: headers, an empty line, the body.
 * @returns undefined when it has no Call-ID or no CSeq
 */
export function readSip(text: string): SipText | undefined {
  const [head = '', body = ''] = splitOnce(text.slice(0, MAX_TEXT), /\r?\n\r?\n/);
  const headers = new Map<string, string>();
  const passedOn: string[] = [];
  // A line that begins with a blank goes on with the one before (RFC 3261 §7.3.1).
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const key = COMPACT[name] ?? name;
    if (!headers.has(key)) {
      headers.set(key, value);
    }
    if (PASSED_ON.has(key) && value.length >= 8) {
      passedOn.push(`${key} ${value.toLowerCase().split(';')[0]}`);
    }
  }
  const cseq = /^(\d+)\s+(\w+)/.exec(headers.get('cseq') ?? '');
  const callId = headers.get('call-id');
  if (cseq === null || callId === undefined || callId === '') {
    return undefined;
  }
  return {
    callId,
    cseq: Number(cseq[1]),
    cseqMethod: cseq[2] ?? '',
    request: headers.has('max-forwards'),
    fromUser: userOf(headers.get('from') ?? ''),
    toUser: userOf(headers.get('to') ?? ''),
    branch: /;\s*branch=([^;,\s]+)/i.exec(headers.get('via') ?? '')?.[1] ?? '',
    sessionIds: sessionIdsOf(headers.get('session-id') ?? ''),
    passedOn,
    reason: headers.get('reason'),
    sdp: /^v=0/m.test(body) ? readSdp(body) : undefined,
  };
}

/** Reads a session description (RFC 4566) as far as audio goes. */
export function readSdp(body: string): SdpFacts {
  let [sessionAddress, mediaAddress]: (string | undefined)[] = [undefined, undefined];
  let [sessionDirection, mediaDirection]: (string | undefined)[] = [undefined, undefined];
  let section: 'session' | 'audio' | 'other' = 'session';
  let port = 0;
  let preferred: number | undefined;
  const codecs = new Map<number, Codec>();
  for (const line of body.split(/\r?\n/)) {
    const value = line.slice(2).trim();
    if (line.startsWith('m=')) {
      const audio = /^audio (\d+)\S* \S+ (\d+)?/.exec(value);
      section = audio !== null && port === 0 ? 'audio' : 'other';
      if (section === 'audio') {
        port = Number(audio?.[1]);
        preferred = audio?.[2] === undefined ? undefined : Number(audio[2]);
      }
    } else if (line.startsWith('c=') && section !== 'other') {
      const address = /^IN IP[46] ([^\s/]+)/.exec(value)?.[1];
      [sessionAddress, mediaAddress] = section === 'session' ? [address, mediaAddress] : [sessionAddress, address];
    } else if (line.startsWith('a=') && section !== 'other') {
      const map = /^rtpmap:(\d+) ([^/\s]+)\/(\d+)/.exec(value);
      if (map !== null) {
        codecs.set(Number(map[1]), { name: map[2] ?? '', clock: Number(map[3]) });
      } else if (/^(sendrecv|sendonly|recvonly|inactive)$/.test(value)) {
        [sessionDirection, mediaDirection] = section === 'session' ? [value, mediaDirection] : [sessionDirection, value];
      }
    }
  }
  const address = mediaAddress ?? sessionAddress;
  // An all-zero address is the old way to hold (RFC 2543 appendix B.5).
  const heldByAddress = address === '0.0.0.0';
  return {
    media: address === undefined || port === 0 || heldByAddress ? undefined : endpointOf(address, port),
    direction: heldByAddress ? 'inactive' : (mediaDirection ?? sessionDirection ?? 'sendrecv'),
    codecs,
    preferred,
  };
}

/** `address:port`, with brackets around IPv6. */
export function endpointOf(address: string, port: number | string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function userOf(value: string): string {
  const uri = /(?:sips?|tel):([^>;,\s]+)/i.exec(value)?.[1] ?? '';
  const user = uri.includes('@') ? uri.slice(0, uri.lastIndexOf('@')) : uri;
  return user.split(':')[0] ?? '';
}

function sessionIdsOf(value: string): string[] {
  const parts = value.toLowerCase().split(';').map((part) => part.trim().replace(/^remote=/, ''));
  return parts.filter((part) => /^[0-9a-f]{32}$/.test(part) && !NIL_SESSION.test(part));
}

function splitOnce(text: string, separator: RegExp): [string, string] {
  const found = separator.exec(text);
  return found === null ? [text, ''] : [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}
