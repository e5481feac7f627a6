import { SpanKind } from '@opentelemetry/api';
import type { RpcDefinition } from '@capstan/contracts';
import { AppError, validationError, withTimeout } from '@capstan/kernel';
import { connectionProblem } from '@capstan/persistence';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { decodeEnvelope } from '../envelope/decode';
import { fieldErrors } from '../envelope/encode';
import { HEADERS, positiveInteger } from '../envelope/headers';
import { runInMessageContext } from '../envelope/message-context';
import { inSpan } from '../envelope/trace';
import type { MessagingSettings } from '../messaging-options';
import type { HandledOutcome } from '../metrics';
import type { RpcContext } from '../pipeline/contexts';
import { encodeAnswer, errorAnswer, type RpcAnswer } from './rpc-message';

/** A handler of questions as the server calls it. */
export interface RpcHandlerEntry {
  readonly definition: RpcDefinition;
  readonly handler: string;
  readonly handle: (request: unknown, context: RpcContext) => Promise<unknown>;
}

/**
 * Answers questions. A question whose time is over is dropped; one that was being answered when the process died is asked again of the
 * next instance, so a handler may run twice.
 */
export class RpcServer {
  private readonly logger = new Logger(RpcServer.name);

  constructor(
    private readonly entries: ReadonlyMap<string, RpcHandlerEntry>,
    private readonly settings: MessagingSettings,
    private readonly draining: AbortSignal,
  ) {}

  /** Answers one question and acknowledges it. Never rejects. */
  async serve(message: ConsumeMessage, channel: Channel): Promise<void> {
    const { clock, metrics } = this.settings;
    const begun = clock.monotonic();
    const deadline = positiveInteger(message.properties.headers, HEADERS.deadline, 0);
    const type = this.entries.has(String(message.properties.type)) ? String(message.properties.type) : 'unknown';
    let outcome: HandledOutcome = 'expired';
    if (deadline === 0 || deadline > clock.now()) {
      const answer = await this.answer(message, deadline);
      outcome = 'error' in answer ? 'error' : 'ok';
      this.reply(message, channel, answer);
    }
    try {
      channel.ack(message);
    } catch {
      // The channel is gone, and with it the asker's; the broker takes the question back.
    }
    metrics.handled(type, outcome, (clock.monotonic() - begun) / 1_000);
  }

  private async answer(message: ConsumeMessage, deadline: number): Promise<RpcAnswer> {
    const decoded = decodeEnvelope(message.content);
    if (decoded.kind === 'undecodable') {
      return errorAnswer(new AppError('UNDECODABLE', decoded.reason));
    }
    const { envelope } = decoded;
    const entry = this.entries.get(envelope.type);
    if (entry === undefined) {
      return errorAnswer(new AppError('RPC_UNKNOWN', `Nobody answers ${envelope.type} here`));
    }
    const parsed = entry.definition.request.safeParse(envelope.data);
    if (!parsed.success) {
      return errorAnswer(validationError(fieldErrors(parsed.error, envelope.data)));
    }
    const { clock } = this.settings;
    const remainingMs = deadline === 0 ? entry.definition.timeoutMs : deadline - clock.now();
    const run = (): Promise<unknown> =>
      withTimeout(
        clock,
        remainingMs,
        'RPC_TIMEOUT',
        `${entry.handler} did not answer in time`,
        (signal) => entry.handle(parsed.data, { envelope, signal, deadline: clock.now() + remainingMs }),
        this.draining,
      );
    try {
      const data = await runInMessageContext({ correlationId: envelope.correlationid, causationId: envelope.id, traceparent: envelope.traceparent }, () =>
        inSpan(
          `${envelope.type} answer`,
          { kind: SpanKind.SERVER, traceparent: envelope.traceparent, attributes: { 'messaging.system': 'rabbitmq', 'messaging.message.id': envelope.id } },
          run,
        ),
      );
      return { data };
    } catch (error) {
      const known = connectionProblem(error) ?? error;
      if (!(known instanceof AppError)) {
        this.logger.error(`${entry.handler} failed`, known instanceof Error ? known.stack : String(known));
      }
      return errorAnswer(known);
    }
  }

  private reply(message: ConsumeMessage, channel: Channel, answer: RpcAnswer): void {
    const { replyTo, correlationId } = message.properties as { replyTo?: unknown; correlationId?: unknown };
    if (typeof replyTo !== 'string') {
      return;
    }
    try {
      channel.publish('', replyTo, encodeAnswer(answer), {
        persistent: false,
        contentType: 'application/json',
        ...(typeof correlationId === 'string' ? { correlationId } : {}),
      });
    } catch {
      // The asker's own timeout tells it.
    }
  }
}
