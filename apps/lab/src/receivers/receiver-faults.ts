/** What can go wrong at a simulated KiwiSDR. Times are seconds since its stream began; frames are counted from 1. */
export type KiwiFault =
  /** All channels are taken. */
  | { readonly kind: 'busy' }
  /** The owner switched it off; `code` as in `down=`. */
  | { readonly kind: 'down'; readonly code: number; readonly reason: string }
  /** Sends clients elsewhere; to itself when `to` is absent. */
  | { readonly kind: 'redirect'; readonly to?: string }
  /** Takes the password and never answers, as a server over its limit of outside clients. */
  | { readonly kind: 'silent' }
  /** The daily quota of this address is used up. */
  | { readonly kind: 'ip-limit'; readonly minutes: number }
  | { readonly kind: 'drop'; readonly fromFrame: number; readonly toFrame: number }
  | { readonly kind: 'drop-every'; readonly frames: number }
  | { readonly kind: 'duplicate'; readonly frame: number }
  /** The network holds frames back; the server throws away while more than 64 wait, until fewer than 32 do. */
  | { readonly kind: 'stall'; readonly fromSec: number; readonly toSec: number }
  /** The connection is cut, once. */
  | { readonly kind: 'cut'; readonly atSec: number }
  /** Nothing is sent any more, and nothing is closed. */
  | { readonly kind: 'half-open'; readonly atSec: number }
  /** The owner kicks the client. */
  | { readonly kind: 'kick'; readonly atSec: number }
  /** Stamps are disabled: all zero. */
  | { readonly kind: 'no-gps' }
  | { readonly kind: 'clock-step'; readonly atSec: number; readonly ns: number }
  | { readonly kind: 'adc-overflow'; readonly fromSec: number; readonly toSec: number }
  /** The oscillator is set again, with a jump of phase. */
  | { readonly kind: 'phase-jump'; readonly atSec: number };

/** The fault of one kind, if there is one. */
export function faultOf<K extends KiwiFault['kind']>(faults: readonly KiwiFault[], kind: K): Extract<KiwiFault, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<KiwiFault, { kind: K }> => fault.kind === kind);
}
