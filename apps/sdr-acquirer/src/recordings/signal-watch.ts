/** What deserves a look. */
export interface SignalWarning {
  readonly code: 'overdriven' | 'weak_signal';
  readonly message: string;
}

/** The numbers of a chunk that are looked at. */
export interface WatchedMetrics {
  readonly power_dbfs: number;
  readonly clip_count: number;
  readonly snr_db: number;
}

const CHUNKS = 3;
const FULL_DBFS = -1;
const WEAK_DB = 3;

/**
 * Warns of a receiver that is overdriven (three chunks near full scale or clipped) or hears nothing (three chunks in a row
 * below 3 dB of SNR): once each. Nothing is changed at the receiver in the middle of a recording.
 */
export class SignalWatch {
  private loud = 0;
  private weak = 0;

  /** @returns what is to be said now */
  look(metrics: WatchedMetrics): SignalWarning[] {
    const warnings: SignalWarning[] = [];
    if (metrics.power_dbfs > FULL_DBFS || metrics.clip_count > 0) {
      this.loud += 1;
      if (this.loud === CHUNKS) {
        warnings.push({ code: 'overdriven', message: `${CHUNKS} chunks touch full scale: the gain is too high` });
      }
    }
    // A warning that was given is never taken back, so the count stays where it is.
    this.weak = metrics.snr_db < WEAK_DB ? this.weak + 1 : this.weak >= CHUNKS ? this.weak : 0;
    if (this.weak === CHUNKS && metrics.snr_db < WEAK_DB) {
      this.weak += 1;
      warnings.push({ code: 'weak_signal', message: `${CHUNKS} chunks in a row are below ${WEAK_DB} dB of SNR` });
    }
    return warnings;
  }
}
