import type { CommandDefinition, ControlDefinition, EventDefinition, InputOf } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { makeEnvelope, parseOutgoing } from '../envelope/encode';
import { messageContext } from '../envelope/message-context';
import { currentTraceparent } from '../envelope/trace';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { insertIntoOutbox } from './outbox.repository';
import { partitionOf } from './partition';

/** Options of {@link Outbox.add}. */
export interface OutboxOptions {
  /** Message id, the key of idempotency. Default: a new UUIDv7. */
  id?: string;
  /** What the message is about. */
  subject?: string;
  /** Order within the subject; larger is later. */
  sequence?: number;
  /** Default: that of the message being handled. */
  correlationId?: string;
  /** Default: the id of the message being handled. */
  causationId?: string;
  /**
   * Messages with the same key leave in the order in which they were added. Default: subject, else correlation, else id.
   * Two transactions that add to the same key at the same time must lock something, or their order is that of the inserts and not of the commits.
   */
  partitionKey?: string;
}

/** The one way to send a command, a fact or a hint: as a row in the transaction that changes the state. */
@Injectable()
export class Outbox {
  constructor(@Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings) {}

  /**
   * Adds a message to the caller's transaction. It leaves within milliseconds after the commit, at least once, and never if the transaction is rolled back.
   * @returns the message id
   * @throws AppError `VALIDATION_FAILED` when `data` does not match the schema; `NOT_A_TRANSACTION` when `manager` is not in one
   */
  async add<Definition extends CommandDefinition | EventDefinition | ControlDefinition>(
    manager: EntityManager,
    definition: Definition,
    data: InputOf<Definition>,
    options: OutboxOptions = {},
  ): Promise<string> {
    if (manager.queryRunner?.isTransactionActive !== true) {
      throw new AppError('NOT_A_TRANSACTION', `${definition.type} was added to the outbox outside of a transaction`);
    }
    const { clock, ids, name } = this.settings;
    const context = messageContext();
    const id = options.id ?? ids.next();
    const correlationId = options.correlationId ?? context.correlationId;
    const envelope = makeEnvelope(
      {
        id,
        source: `capstan/${name}`,
        type: definition.type,
        time: clock.now(),
        subject: options.subject,
        sequence: options.sequence,
        correlationId,
        causationId: options.causationId ?? context.causationId,
        traceparent: currentTraceparent(),
      },
      parseOutgoing(definition.type, definition.data, data),
    );
    await insertIntoOutbox(manager, {
      id,
      channel: definition.channel,
      type: definition.type,
      partitionKey: partitionOf({ partitionKey: options.partitionKey, subject: options.subject, correlationId, id }),
      envelope,
    });
    return id;
  }
}
