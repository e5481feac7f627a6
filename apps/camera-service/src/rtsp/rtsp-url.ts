/** Where a stream is, without credentials. */
export interface StreamAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** As it is sent in requests. */
  readonly url: string;
}

/** Reads a stored URL; it was checked when it was stored. */
export function streamAddress(url: string): StreamAddress {
  const parsed = new URL(url);
  const tls = parsed.protocol === 'rtsps:';
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || (tls ? 322 : 554)), tls, url };
}
