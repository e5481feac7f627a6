/**
 * The E-model (ITU-T G.107), reduced to what a capture can tell: R = 93.2 − Id − Ie,eff. Everything a capture cannot tell
 * (loudness, echo, noise, the advantage factor) stays at the default values of G.107 table 3, which give the 93.2.
 */

/** What the model has to know of a codec. */
export interface CodecImpairment {
  /** Equipment impairment factor `Ie` without loss. */
  readonly ie: number;
  /** Packet-loss robustness factor `Bpl`. */
  readonly bpl: number;
}

/**
 * Provisional planning values of ITU-T G.113 appendix I (tables I.1 and I.4). G.711 is taken with packet-loss concealment
 * (G.711 appendix I), which telephones have had for two decades.
 */
export const CODEC_IMPAIRMENTS: Readonly<Record<string, CodecImpairment>> = {
  PCMU: { ie: 0, bpl: 25.1 },
  PCMA: { ie: 0, bpl: 25.1 },
  G729: { ie: 11, bpl: 19 },
  G723: { ie: 15, bpl: 16.1 },
  'GSM-EFR': { ie: 5, bpl: 10 },
};

/** What was measured. */
export interface Impairments {
  readonly lossPercent: number;
  /** Mean interarrival jitter; the receiver is taken to wait twice that in its buffer. */
  readonly jitterMs: number;
  /** Milliseconds of speech per packet: the sender's own delay. */
  readonly packetMs: number;
}

/** Transmission rating factor R, 0..100; undefined for codecs without planning values. */
export function ratingFactor(codec: string, { lossPercent, jitterMs, packetMs }: Impairments): number | undefined {
  const values = CODEC_IMPAIRMENTS[codec];
  if (values === undefined) {
    return undefined;
  }
  // G.107 (7-29) for random loss: BurstR = 1.
  const effective = values.ie + (95 - values.ie) * (lossPercent / (lossPercent + values.bpl));
  const rating = 93.2 - delayImpairment(packetMs + 2 * jitterMs) - effective;
  return Math.min(100, Math.max(0, rating));
}

/**
 * `Id` for a one-way delay in milliseconds: the straight-line fit of R. Cole and J. Rosenbluth ("Voice over IP performance
 * monitoring", 2001). Only the delay that packets and buffer make is known here; that of the wire would need synchronous ends.
 */
export function delayImpairment(delayMs: number): number {
  return 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
}

/** Mean opinion score estimated from R (G.107 annex B), 1..4.5. */
export function meanOpinionScore(rating: number): number {
  if (rating <= 0) {
    return 1;
  }
  if (rating >= 100) {
    return 4.5;
  }
  // The cubic dips below 1 for R under about 6.5; no score is worse than 1.
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
