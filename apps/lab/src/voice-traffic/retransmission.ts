/** Retransmission over UDP (RFC 3261 §17.1.1.2): after T1, then twice as long each time, until stopped or given up. */

const T1_MS = 500;
const ATTEMPTS = 4;

/** A message that is sent again until it is answered. */
export class Retransmission {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly send: () => void,
    private readonly giveUp: () => void,
  ) {}

  start(): this {
    this.attempt(1, T1_MS);
    return this;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private attempt(number: number, wait: number): void {
    this.send();
    this.timer = setTimeout(() => {
      if (this.stopped) {
        return;
      }
      if (number === ATTEMPTS) {
        this.stopped = true;
        this.giveUp();
      } else {
        this.attempt(number + 1, wait * 2);
      }
    }, wait);
  }
}
