import type { CommandDefinition, ControlDefinition, EventDefinition, InputOf } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { makeEnvelope, parseOutgoing } from '../envelope/encode';
import { messageContext } from '../envelope/message-context';
import { currentTraceparent } from '../envelope/trace';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { insertIntoOutbox, type NewOutboxRow } from './outbox.repository';
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

/** A message on its way into the outbox; made by {@link outgoing}, which checks data against definition. */
export interface OutgoingMessage {
  readonly definition: CommandDefinition | EventDefinition | ControlDefinition;
  readonly data: unknown;
  readonly options?: OutboxOptions;
}

/** Describes a message for {@link Outbox.addAll}. */
export function outgoing<Definition extends CommandDefinition | EventDefinition | ControlDefinition>(
  definition: Definition,
  data: InputOf<Definition>,
  options?: OutboxOptions,
): OutgoingMessage {
  return { definition, data, options };
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
    const row = this.rowOf({ definition, data, options });
    await this.insert(manager, [row]);
    return row.id;
  }

  /**
   * Adds messages in their order with one statement: fifty orders cost one round trip and not fifty, while a lock is held.
   * @returns the message ids
   * @throws as {@link add}
   */
  async addAll(manager: EntityManager, messages: readonly OutgoingMessage[]): Promise<string[]> {
    const rows = messages.map((message) => this.rowOf(message));
    if (rows.length > 0) {
      await this.insert(manager, rows);
    }
    return rows.map(({ id }) => id);
  }

  private async insert(manager: EntityManager, rows: readonly NewOutboxRow[]): Promise<void> {
    if (manager.queryRunner?.isTransactionActive !== true) {
      throw new AppError('NOT_A_TRANSACTION', `${rows[0]?.type} was added to the outbox outside of a transaction`);
    }
    await insertIntoOutbox(manager, rows);
  }

  private rowOf({ definition, data, options = {} }: OutgoingMessage): NewOutboxRow {
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
    return {
      id,
      channel: definition.channel,
      type: definition.type,
      partitionKey: partitionOf({ partitionKey: options.partitionKey, subject: options.subject, correlationId, id }),
      envelope,
    };
  }
}
