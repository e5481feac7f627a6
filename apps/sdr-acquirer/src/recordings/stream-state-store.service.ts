import { recordingEvents, type StreamState } from '@capstan/contracts';
import { type Clock } from '@capstan/kernel';
import { Outbox, outgoing } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { GatheringWriter } from '../database/gathering-writer';
import type { StreamFacts } from './recording-row';
import type { StreamKey } from './stream-key';

/** A step of one stream from state to state. */
export interface StreamMove {
  readonly from: StreamState;
  readonly to: StreamState;
  readonly cause: string | null;
}

/** Moves of one stream, in order, and what is known of it by now. */
export interface StreamNote {
  readonly key: StreamKey;
  readonly moves: readonly [StreamMove, ...StreamMove[]];
  readonly message: string | null;
  readonly facts: StreamFacts | null;
}

/** Writes down the states of all streams of this process: a hundred receivers that connect at once are a few transactions. */
@Injectable()
export class StreamStateStore {
  private readonly writer: GatheringWriter<StreamNote>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.writer = new GatheringWriter({ clock, write: (notes) => this.write(notes) });
  }

  /** Resolves when the note is written. The notes of one stream are to be added one after another. */
  add(note: StreamNote): Promise<void> {
    return this.writer.add(note);
  }

  private async write(notes: readonly StreamNote[]): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      await rows(
        manager,
        `UPDATE recording_streams s SET state = x.state, cause = x.cause, message = x.message, facts = COALESCE(x.facts, s.facts)
         FROM jsonb_to_recordset($1::jsonb) AS x(session_id uuid, receiver_no int, frequency_hz bigint, state text, cause text, message text, facts jsonb)
         WHERE s.session_id = x.session_id AND s.receiver_no = x.receiver_no AND s.frequency_hz = x.frequency_hz`,
        [JSON.stringify(notes.map(rowOf))],
      );
      await this.outbox.addAll(
        manager,
        notes.flatMap(({ key: { sessionId, receiverNo, frequencyHz }, moves }) =>
          moves.map((move) => outgoing(recordingEvents.receiverChanged, { session_id: sessionId, receiver_no: receiverNo, frequency_hz: frequencyHz, ...move }, { subject: sessionId, correlationId: sessionId, partitionKey: sessionId })),
        ),
      );
    });
  }
}

function rowOf({ key, moves, message, facts }: StreamNote): Record<string, unknown> {
  const { to, cause } = moves[moves.length - 1] ?? moves[0];
  return { session_id: key.sessionId, receiver_no: key.receiverNo, frequency_hz: key.frequencyHz, state: to, cause, message, facts };
}
