import { SpanKind } from '@opentelemetry/api';
import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import { transaction } from '@capstan/persistence';
import type { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { decodeEnvelope } from '../envelope/decode';
import { fieldErrors } from '../envelope/encode';
import { runInMessageContext } from '../envelope/message-context';
import { inSpan } from '../envelope/trace';
import { takeOnce } from '../inbox/inbox.repository';
import { type DeliveryContext, withInvalidData } from './contexts';
import type { Delivery, MessageHandlerEntry, Settlement, Step } from './delivery';
import { settlementOfError, settlementOfOutcome } from './settlement';

/** Takes back what a handler did that does not end in an acknowledgement. */
class RollBack extends Error {
  constructor(readonly settlement: Settlement) {
    super('rolled back');
  }
}

/** A part that an earlier step must have filled in. */
export function filled<T>(part: T | undefined, name: string): T {
  if (part === undefined) {
    throw new AppError('INTERNAL_ERROR', `The pipeline ran without ${name}`);
  }
  return part;
}

/** 1. Reads the body. What is no envelope is parked at once. */
export const decode: Step = async (delivery, next) => {
  const decoded = decodeEnvelope(delivery.body);
  if (decoded.kind === 'undecodable') {
    return { kind: 'park', code: 'UNDECODABLE', reason: decoded.reason };
  }
  delivery.envelope = decoded.envelope;
  return next();
};

/** 2. Ties everything that follows to the sender's trace and correlation. */
export const trace: Step = (delivery, next) => {
  const { id, type, correlationid, traceparent } = filled(delivery.envelope, 'an envelope');
  return runInMessageContext({ correlationId: correlationid, causationId: id, traceparent }, () =>
    inSpan(
      `${delivery.queue} process`,
      { kind: SpanKind.CONSUMER, traceparent, attributes: { 'messaging.system': 'rabbitmq', 'messaging.message.id': id, 'messaging.message.type': type } },
      next,
    ),
  );
};

/** 3. Finds the handler and checks the data. What does not concern it ends here. An unknown type and wrong data are parked at once, unless the handler answers the latter itself. */
export function validate(entries: ReadonlyMap<string, MessageHandlerEntry>): Step {
  return async (delivery, next) => {
    const envelope = filled(delivery.envelope, 'an envelope');
    // A retried or redriven message comes through the default exchange, whose routing key is the queue.
    if (delivery.routingKey !== envelope.type && delivery.routingKey !== delivery.queue) {
      return { kind: 'park', code: 'TYPE_MISMATCH', reason: 'The routing key is not the type of the envelope' };
    }
    const entry = entries.get(envelope.type);
    if (entry === undefined) {
      return { kind: 'park', code: 'UNKNOWN_TYPE', reason: 'No handler for this type' };
    }
    delivery.entry = entry;
    const parsed = entry.definition.data.safeParse(envelope.data);
    if (parsed.success) {
      delivery.data = parsed.data;
      // Before the inbox: what does nothing needs no transaction to do it once.
      return entry.concerns?.(parsed.data) === false ? { kind: 'ack', outcome: 'ok' } : next();
    }
    const errors = fieldErrors(parsed.error, envelope.data);
    if (!entry.answersInvalid) {
      return { kind: 'park', code: 'SCHEMA_INVALID', reason: errors.map(({ path, message }) => `${path || 'data'} ${message}`).join('; ') };
    }
    delivery.invalid = errors;
    return next();
  };
}

/** Turns what is thrown further in into a settlement. */
export function settleErrors(logger: Logger): Step {
  return async (delivery, next) => {
    try {
      return await next();
    } catch (error) {
      const settlement = settlementOfError(error);
      if (!(error instanceof AppError)) {
        logger.error(`${delivery.entry?.handler ?? 'A handler'} failed`, error instanceof Error ? error.stack : String(error));
      }
      return settlement;
    }
  };
}

/** 4. Opens the transaction and notes the message in it: a duplicate ends here. Only an acknowledgement commits. */
export function inbox(dataSource: DataSource, logger: Logger): Step {
  return async (delivery, next) => {
    const { id } = filled(delivery.envelope, 'an envelope');
    let settlement: Settlement;
    try {
      settlement = await transaction(dataSource, async (manager) => {
        begin(delivery, manager);
        if (!(await takeOnce(manager, delivery.queue, id))) {
          return { kind: 'ack', outcome: 'duplicate' } as const;
        }
        const result = await next();
        if (result.kind !== 'ack') {
          throw new RollBack(result);
        }
        await runBeforeCommit(delivery);
        return result;
      });
    } catch (error) {
      if (error instanceof RollBack) {
        return error.settlement;
      }
      throw error;
    }
    await runAfterCommit(delivery, logger);
    return settlement;
  };
}

/** Gives a delivery its transaction; again when that lost against another one and runs from the start. */
export function begin(delivery: Delivery, manager: EntityManager): void {
  delivery.manager = manager;
  delivery.beforeCommit = [];
  delivery.afterCommit = [];
}

/** Runs what the handler left for the end of the transaction. */
export async function runBeforeCommit({ beforeCommit = [] }: Delivery): Promise<void> {
  for (const effect of beforeCommit) {
    await effect();
  }
}

/** Runs what the handler left for the time behind the commit. */
export async function runAfterCommit({ afterCommit = [] }: Delivery, logger: Logger): Promise<void> {
  for (const effect of afterCommit) {
    try {
      await effect();
    } catch (error) {
      logger.error('What was to happen after the commit failed', error instanceof Error ? error.stack : String(error));
    }
  }
}

/** 5. Gives the handler its time, and no more. `draining` aborts when the process can wait no longer. */
export function deadline(clock: Clock, defaultMs: number, draining: AbortSignal): Step {
  return (delivery, next) => {
    const { handler, timeoutMs = defaultMs } = filled(delivery.entry, 'a handler');
    return withTimeout(
      clock,
      timeoutMs,
      'HANDLER_TIMEOUT',
      `${handler} took longer than ${timeoutMs} ms`,
      (signal) => {
        delivery.signal = signal;
        return next();
      },
      draining,
    );
  };
}

/** 6. Calls the handler. */
export const handle: Step = async (delivery) => {
  const entry = filled(delivery.entry, 'a handler');
  const context = contextOf(delivery);
  if (delivery.invalid !== undefined) {
    return settlementOfOutcome(await entry.handle(undefined, withInvalidData(context, delivery.invalid)));
  }
  return settlementOfOutcome(await entry.handle(delivery.data, context));
};

function contextOf(delivery: Delivery): DeliveryContext {
  const beforeCommit = filled(delivery.beforeCommit, 'a transaction');
  const afterCommit = filled(delivery.afterCommit, 'a transaction');
  return {
    envelope: filled(delivery.envelope, 'an envelope'),
    manager: filled(delivery.manager, 'a transaction'),
    signal: filled(delivery.signal, 'a deadline'),
    attempt: delivery.attempt,
    beforeCommit: (effect) => {
      beforeCommit.push(effect);
    },
    afterCommit: (effect) => {
      afterCommit.push(effect);
    },
  };
}
