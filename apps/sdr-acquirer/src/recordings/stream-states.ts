import type { StreamState } from '@capstan/contracts';
import { Serial } from '@capstan/kernel';
import type { StreamFacts } from './recording-row';
import type { StreamKey } from './stream-key';
import type { StreamMove, StreamStateStore } from './stream-state-store.service';

/** Writes down the states of one stream, in order; moves that come while one is being written go together. */
export class StreamStates {
  private state: StreamState = 'idle';
  private waiting: StreamMove[] = [];
  private facts: StreamFacts | null = null;
  private message: string | null = null;
  private readonly order = new Serial();

  constructor(
    private readonly key: StreamKey,
    private readonly store: Pick<StreamStateStore, 'add'>,
  ) {}

  get current(): StreamState {
    return this.state;
  }

  /** Never throws: what could not be written is written with the next move. */
  to(state: StreamState, cause: string | null = null, message: string | null = null): void {
    if (state === this.state) {
      return;
    }
    this.waiting.push({ from: this.state, to: state, cause });
    this.state = state;
    this.message = message;
    void this.order.run(() => this.write()).catch(() => undefined);
  }

  /** Keeps what is known of the stream, with the next move. */
  know(facts: StreamFacts): void {
    this.facts = facts;
  }

  /** Resolves when everything is written. @throws when it cannot be */
  settled(): Promise<void> {
    return this.order.run(() => this.write());
  }

  private async write(): Promise<void> {
    const [first, ...others] = this.waiting;
    if (first === undefined) {
      return;
    }
    await this.store.add({ key: this.key, moves: [first, ...others], message: this.message, facts: this.facts });
    this.waiting = this.waiting.slice(1 + others.length);
  }
}
