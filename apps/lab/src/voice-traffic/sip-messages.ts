/**
 * SIP messages as text (RFC 3261). Only what a call between two known telephones needs: no proxies, no authentication,
 * one Via. Header values a response must repeat are copied verbatim from the request (RFC 3261 §8.2.6.2).
 */

const CRLF = '\r\n';

/** What tells one request from another. */
export interface SipRequestFields {
  readonly method: 'INVITE' | 'ACK' | 'BYE' | 'CANCEL' | 'OPTIONS';
  /** Request-URI, e.g. `sip:1002@198.18.1.2:5060`. */
  readonly uri: string;
  /** Sent-by of the Via header: address and UDP port the answer goes to. */
  readonly via: { readonly address: string; readonly port: number };
  /** Must begin with the magic cookie `z9hG4bK` (RFC 3261 §8.1.1.7). */
  readonly branch: string;
  /** Whole From value, tag included. */
  readonly from: string;
  /** Whole To value; a tag once the dialog exists. */
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Contact URI without brackets. */
  readonly contact: string;
  /** Session description; sets the content type. */
  readonly sdp?: string;
  /** More header lines, e.g. `Session-ID: …`; none by default. */
  readonly headers?: readonly string[];
  /** Default `Capstan-Lab`. */
  readonly userAgent?: string;
}

const bodyLines = (sdp: string | undefined): string[] => [
  ...(sdp === undefined ? [] : ['Content-Type: application/sdp']),
  `Content-Length: ${Buffer.byteLength(sdp ?? '')}`,
];

const assemble = (lines: readonly string[], sdp: string | undefined): string => `${lines.join(CRLF)}${CRLF}${CRLF}${sdp ?? ''}`;

/** A request, ready for the wire. */
export function sipRequest(fields: SipRequestFields): string {
  return assemble(
    [
      `${fields.method} ${fields.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${fields.via.address}:${fields.via.port};branch=${fields.branch}`,
      'Max-Forwards: 70',
      `From: ${fields.from}`,
      `To: ${fields.to}`,
      `Call-ID: ${fields.callId}`,
      `CSeq: ${fields.cseq} ${fields.method}`,
      `Contact: <${fields.contact}>`,
      'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS',
      `User-Agent: ${fields.userAgent ?? 'Capstan-Lab'}`,
      ...(fields.headers ?? []),
      ...bodyLines(fields.sdp),
    ],
    fields.sdp,
  );
}

/** What a response adds to the request it answers. */
export interface SipResponseFields {
  readonly status: number;
  readonly reason: string;
  /** Added to the To header unless that has a tag already; a 100 carries none. */
  readonly toTag?: string;
  readonly contact?: string;
  readonly sdp?: string;
  /** More header lines; none by default. */
  readonly headers?: readonly string[];
  /** Default `Capstan-Lab`. */
  readonly server?: string;
}

/** The answer to `request`, ready for the wire. */
export function sipResponse(request: SipMessage, fields: SipResponseFields): string {
  const to = request.header('to');
  const tagged = fields.toTag === undefined || to.includes(';tag=') ? to : `${to};tag=${fields.toTag}`;
  return assemble(
    [
      `SIP/2.0 ${fields.status} ${fields.reason}`,
      `Via: ${request.header('via')}`,
      `From: ${request.header('from')}`,
      `To: ${tagged}`,
      `Call-ID: ${request.header('call-id')}`,
      `CSeq: ${request.header('cseq')}`,
      ...(fields.contact === undefined ? [] : [`Contact: <${fields.contact}>`]),
      `Server: ${fields.server ?? 'Capstan-Lab'}`,
      ...(fields.headers ?? []),
      ...bodyLines(fields.sdp),
    ],
    fields.sdp,
  );
}

/** A message taken from the wire. */
export interface SipMessage {
  /** Method of a request; undefined for a response. */
  readonly method?: string;
  /** Status code of a response; undefined for a request. */
  readonly status?: number;
  /** Method named by CSeq, which pairs a response with its request. */
  readonly cseqMethod: string;
  readonly body: string;
  /** Value of the first header of that lower-case name; '' when absent. */
  header(name: string): string;
}

/** Parses a message; undefined when it is not SIP/2.0 or has no Call-ID. */
export function parseSip(text: string): SipMessage | undefined {
  const [head = '', body = ''] = splitOnce(text, CRLF + CRLF);
  const [start = '', ...lines] = head.split(CRLF);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [name = '', value = ''] = splitOnce(line, ':');
    const key = name.trim().toLowerCase();
    if (!headers.has(key)) {
      headers.set(key, value.trim());
    }
  }
  const header = (name: string): string => headers.get(name) ?? '';
  const response = /^SIP\/2\.0 (\d{3}) /.exec(start);
  const request = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(start);
  if ((!response && !request) || header('call-id') === '') {
    return undefined;
  }
  return {
    method: request?.[1],
    status: response ? Number(response[1]) : undefined,
    cseqMethod: header('cseq').split(' ')[1] ?? '',
    body,
    header,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
