/** A codec as far as a report needs it. */
export interface Codec {
  readonly name: string;
  /** Ticks per second of RTP timestamps; undefined when nobody said. */
  readonly clock: number | undefined;
}

/** Static payload types (RFC 3551 table 4). The clock of G.722 is 8000 for historical reasons (§4.5.2). */
const STATIC: Readonly<Record<number, Codec>> = {
  0: { name: 'PCMU', clock: 8_000 },
  3: { name: 'GSM', clock: 8_000 },
  4: { name: 'G723', clock: 8_000 },
  8: { name: 'PCMA', clock: 8_000 },
  9: { name: 'G722', clock: 8_000 },
  13: { name: 'CN', clock: 8_000 },
  15: { name: 'G728', clock: 8_000 },
  18: { name: 'G729', clock: 8_000 },
  31: { name: 'H261', clock: 90_000 },
  34: { name: 'H263', clock: 90_000 },
};

/** The codec of a payload type, by what session descriptions mapped and by RFC 3551. */
export function codecOf(payloadType: number, mapped: ReadonlyMap<number, Codec>): Codec {
  return mapped.get(payloadType) ?? STATIC[payloadType] ?? { name: `payload type ${payloadType}`, clock: undefined };
}
