import { recordingEvents, type StreamState } from '@capstan/contracts';
import { type Clock, Serial } from '@capstan/kernel';
import type { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import type { DataSource } from 'typeorm';
import type { StreamFacts } from './recording-row';
import type { StreamKey } from './stream-key';

interface Move {
  readonly from: StreamState;
  readonly to: StreamState;
  readonly cause: string | null;
}

/** Writes down the states of one stream, in order; moves that come while one is being written go together. */
export class StreamStates {
  private state: StreamState = 'idle';
  private waiting: Move[] = [];
  private facts: StreamFacts | null = null;
  private message: string | null = null;
  private readonly order = new Serial();

  constructor(
    private readonly key: StreamKey,
    private readonly ports: { readonly dataSource: DataSource; readonly outbox: Outbox; readonly clock: Clock },
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
    const moves = [...this.waiting];
    const last = moves.at(-1);
    if (last === undefined) {
      return;
    }
    const { sessionId, receiverNo, frequencyHz } = this.key;
    await transaction(this.ports.dataSource, async (manager) => {
      await rows(manager, `UPDATE recording_streams SET state = $4, cause = $5, message = $6, facts = COALESCE($7::jsonb, facts) WHERE session_id = $1 AND receiver_no = $2 AND frequency_hz = $3`, [
        sessionId,
        receiverNo,
        frequencyHz,
        last.to,
        last.cause,
        this.message,
        this.facts === null ? null : JSON.stringify(this.facts),
      ]);
      for (const move of moves) {
        await this.ports.outbox.add(manager, recordingEvents.receiverChanged, { session_id: sessionId, receiver_no: receiverNo, frequency_hz: frequencyHz, ...move }, { subject: sessionId, correlationId: sessionId, partitionKey: sessionId });
      }
    });
    this.waiting = this.waiting.slice(moves.length);
  }
}
