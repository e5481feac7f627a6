import { auditRecorded, type CommandDefinition, type DataOf, problemOf, sessionCommands, sessionEvents, uuid } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, type IdSource, isoTime, validationError } from '@capstan/kernel';
import { type DeliveryContext, type InvalidDataHandler, OnCommand, ok, Outbox, type Outcome } from '@capstan/messaging';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type CreateOrder, type Origin, SessionsService } from './sessions.service';
import { publisherOf } from './sessions.rpc.controller';
import { TargetCheckClient } from './target-check.client';

type Commands = typeof sessionCommands;

/**
 * After so many deliveries a command that failed for a passing reason is answered instead of tried again: whoever waits for
 * a capture does not want it to begin half an hour later. With the retry tiers that is after about a minute and a half.
 */
const ANSWER_AFTER_ATTEMPTS = 5;

/** A message that does not fit the schema of its command is answered like any other bad request. */
const onInvalid: InvalidDataHandler<SessionsCommandsController> = function (envelope, errors, context) {
  return this.refuseInvalid(envelope.type, errors, context);
};

/**
 * Jobs from other services: the orders of the API as commands. Each is answered by a fact with the command's correlation id,
 * `session.created.v1` and what follows, or `session.rejected.v1` with the problem the API would have answered.
 */
@Controller()
export class SessionsCommandsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly check: TargetCheckClient,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  @OnCommand(sessionCommands.create, { onInvalid })
  create(command: DataOf<Commands['create']>, context: DeliveryContext): Promise<Outcome> {
    // Whoever publishes is who asks: a field of the body could name anybody.
    const request = { ...command, requested_by: undefined };
    const order: CreateOrder = { sessionId: command.session_id ?? this.ids.next(), request, ...originOf(context) };
    return this.answer(sessionCommands.create, order.sessionId, context, (manager) => this.createChecked(manager, order, context.signal));
  }

  @OnCommand(sessionCommands.stop, { onInvalid })
  stop({ session_id }: DataOf<Commands['stop']>, context: DeliveryContext): Promise<Outcome> {
    return this.answer(sessionCommands.stop, session_id, context, (manager) => this.sessions.wish(manager, session_id, 'stop', originOf(context)));
  }

  @OnCommand(sessionCommands.cancel, { onInvalid })
  cancel({ session_id }: DataOf<Commands['cancel']>, context: DeliveryContext): Promise<Outcome> {
    return this.answer(sessionCommands.cancel, session_id, context, (manager) => this.sessions.wish(manager, session_id, 'cancel', originOf(context)));
  }

  @OnCommand(sessionCommands.pause, { onInvalid })
  pause({ session_id }: DataOf<Commands['pause']>, context: DeliveryContext): Promise<Outcome> {
    return this.answer(sessionCommands.pause, session_id, context, (manager) => this.sessions.wish(manager, session_id, 'pause', originOf(context)));
  }

  @OnCommand(sessionCommands.resume, { onInvalid })
  resume({ session_id }: DataOf<Commands['resume']>, context: DeliveryContext): Promise<Outcome> {
    return this.answer(sessionCommands.resume, session_id, context, (manager) => this.sessions.wish(manager, session_id, 'resume', originOf(context)));
  }

  @OnCommand(sessionCommands.retry, { onInvalid })
  retry({ session_id, new_session_id }: DataOf<Commands['retry']>, context: DeliveryContext): Promise<Outcome> {
    const sessionId = new_session_id ?? this.ids.next();
    return this.answer(sessionCommands.retry, session_id, context, async (manager) => {
      const order = await this.sessions.retryOrder(manager, session_id, sessionId, originOf(context));
      await this.createChecked(manager, order, context.signal);
    });
  }

  async refuseInvalid(type: string, errors: FieldError[], context: DeliveryContext): Promise<Outcome> {
    const asked = uuid.safeParse((context.envelope.data as { session_id?: unknown } | null)?.session_id);
    await this.refuse(type, asked.data ?? null, validationError(errors), context);
    return ok();
  }

  private async createChecked(manager: EntityManager, order: CreateOrder, signal: AbortSignal): Promise<void> {
    if ((await this.sessions.existing(manager, order)) === undefined) {
      await this.check.check(order.request.targets, signal);
      await this.sessions.create(manager, order);
    }
  }

  /** Carries an order out, or takes all of it back and says why. What may go better later is left to the retry tiers at first. */
  private async answer(command: CommandDefinition, sessionId: string, context: DeliveryContext, work: (manager: EntityManager) => Promise<unknown>): Promise<Outcome> {
    try {
      // A savepoint: the refusal belongs to the same delivery, but none of the refused work does.
      await context.manager.transaction(work);
      await this.audit(command.type, sessionId, 'done', context);
    } catch (error) {
      const problem = AppError.from(error);
      if (problem.retryable && context.attempt < ANSWER_AFTER_ATTEMPTS) {
        throw error;
      }
      await this.refuse(command.type, sessionId, problem, context);
    }
    return ok();
  }

  private async refuse(command: string, sessionId: string | null, error: AppError, context: DeliveryContext): Promise<void> {
    const { envelope, manager } = context;
    const problem = { ...problemOf(error), request_id: envelope.id };
    await this.outbox.add(
      manager,
      sessionEvents.rejected,
      { command, session_id: sessionId, problem },
      { subject: sessionId ?? envelope.id, correlationId: envelope.correlationid ?? sessionId ?? envelope.id, causationId: envelope.id },
    );
    await this.audit(command, sessionId, problem.code, context);
  }

  /** The gateway writes down what comes through the API; what comes through the broker is written down here. */
  private async audit(action: string, subject: string | null, outcome: string, { envelope, manager }: DeliveryContext): Promise<void> {
    const data = { at: isoTime(this.clock.now()), actor: publisherOf(envelope), action, subject, outcome, details: { message_id: envelope.id } };
    await this.outbox.add(manager, auditRecorded, data, { subject: subject ?? envelope.id });
  }
}

function originOf({ envelope }: DeliveryContext): Origin {
  return { by: publisherOf(envelope), correlationId: envelope.correlationid };
}
