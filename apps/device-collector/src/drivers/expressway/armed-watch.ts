import { AppError, type Clock, Deferred } from '@capstan/kernel';
import type { DiagnosticApi } from './diagnostic-api.client';

const INTERVAL_MS = 2_000;

/**
 * Keeps two connections of an armed device open, so that the start line needs no handshake, and watches that nobody else starts
 * meanwhile. One question at a time goes out, over the two connections in turn: the other is always free for the start line.
 */
export class ArmedWatch {
  private readonly over = new AbortController();
  private readonly broken = new Deferred<AppError>();

  constructor(
    private readonly api: DiagnosticApi,
    private readonly clock: Clock,
  ) {}

  /** Opens the connections. @throws those of {@link DiagnosticApi.status}, and `ALREADY_ACTIVE` */
  async begin(signal: AbortSignal): Promise<void> {
    await Promise.all([this.look(signal), this.look(signal)]);
    void this.watch();
  }

  /** Resolves with what makes a start impossible. */
  problem(): Promise<AppError> {
    return this.broken.promise;
  }

  end(): void {
    this.over.abort(new AppError('DEVICE_LOST', 'The watch is over'));
  }

  private async watch(): Promise<void> {
    const { signal } = this.over;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.clock.sleep(INTERVAL_MS, signal);
        await this.look(signal);
        failures = 0;
      } catch (raw) {
        const error = AppError.from(raw);
        failures += 1;
        if (!signal.aborted && (!error.retryable || failures > 2)) {
          this.broken.resolve(error);
          return;
        }
      }
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { running } = await this.api.status('armed', signal);
    if (running === true) {
      throw new AppError('ALREADY_ACTIVE', `Somebody else has started diagnostic logging on ${this.api.host}`);
    }
  }
}
