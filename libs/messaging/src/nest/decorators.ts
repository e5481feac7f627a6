import 'reflect-metadata';
import type { CommandDefinition, ControlDefinition, DataOf, Envelope, EventDefinition, MessageDefinition, RequestOf, ResponseOf, RpcDefinition } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
import { UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { type ControlContext, type DeliveryContext, invalidDataOf, type RpcContext } from '../pipeline/contexts';
import type { Outcome } from '../pipeline/outcome';
import { RethrowingFilter } from './rethrowing.filter';

/** The channels that have handlers. */
export type HandledChannel = Exclude<MessageDefinition['channel'], 'progress'>;

/**
 * Answers a command or fact whose data does not match its schema, instead of parking it. Runs as the handler would: in the
 * transaction with the inbox row. `this` is the controller.
 */
export type InvalidDataHandler<Controller = unknown> = (
  this: Controller,
  envelope: Envelope,
  errors: FieldError[],
  context: DeliveryContext,
) => Promise<Outcome | void>;

/** Options of {@link OnCommand} and {@link OnEvent}. */
export interface OnMessageOptions {
  /** Without it, a message whose data does not match its schema is parked at once. */
  // The controller's own type cannot be named here: a decorator's arguments are evaluated before the class exists.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  onInvalid?: InvalidDataHandler<any>;
  /** Whether the handler has anything to do with such data. What does not concern it is acknowledged without a transaction; pure. */
  concerns?: (data: unknown) => boolean;
  /** Milliseconds this handler may take; overrides `handlerTimeoutMs`. */
  timeoutMs?: number;
}

/** What a decorator leaves for the strategy to find. */
export interface HandlerExtras {
  readonly capstan: { readonly definition: MessageDefinition; readonly options: OnMessageOptions; readonly handler: string };
}

type Handler<Data, Context, Result> = (data: Data, context: Context) => Promise<Result>;
type HandlerDecorator<Data, Context, Result> = <Method extends Handler<Data, Context, Result>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * The Nest pattern of a message. The channel is part of it because an order may exist both as a command and as a question:
 * `capture-orchestrator.stop-session.v1`.
 */
export function patternOf(channel: HandledChannel, type: string): string {
  return `${channel}:${type}`;
}

type AnyMethod = (this: unknown, data: unknown, context: unknown) => unknown;

/** Inside the method, because only there Nest says which instance it is. */
function withInvalidAnswer(original: AnyMethod, onInvalid: InvalidDataHandler): AnyMethod {
  const method: AnyMethod = function (data, context) {
    const errors = invalidDataOf(context);
    return errors === undefined ? original.call(this, data, context) : onInvalid.call(this, (context as DeliveryContext).envelope, errors, context as DeliveryContext);
  };
  // What decorators below this one have noted stays with the method.
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), method);
  }
  return method;
}

function handlerDecorator<Data, Context, Result>(
  definition: MessageDefinition & { channel: HandledChannel },
  options: OnMessageOptions,
): HandlerDecorator<Data, Context, Result> {
  return (target, key, descriptor) => {
    const pattern = patternOf(definition.channel, definition.type);
    const extras: HandlerExtras = { capstan: { definition, options, handler: `${target.constructor.name}.${key}` } };
    const method = descriptor as PropertyDescriptor;
    if (options.onInvalid) {
      method.value = withInvalidAnswer(method.value as AnyMethod, options.onInvalid);
    }
    // Nest hands over the payload alone unless told otherwise; a handler without its context would find out at run time.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    if (definition.channel === 'rpc') {
      MessagePattern(pattern, extras)(target, key, method);
    } else {
      EventPattern(pattern, extras)(target, key, method);
    }
    UseFilters(RethrowingFilter)(target, key, method);
  };
}

/**
 * The method handles a command this service owns: `(data, context: DeliveryContext) => Promise<Outcome | void>`.
 * Nothing returned means {@link ok}. A thrown retryable `AppError` goes to the retry tiers, any other to parking.
 */
export function OnCommand<Definition extends CommandDefinition>(
  definition: Definition,
  options: OnMessageOptions = {},
): HandlerDecorator<DataOf<Definition>, DeliveryContext, Outcome | void> {
  return handlerDecorator(definition, options);
}

/** The method stores a fact this service subscribes to. As {@link OnCommand} otherwise. */
export function OnEvent<Definition extends EventDefinition>(
  definition: Definition,
  options: Omit<OnMessageOptions, 'concerns'> & { concerns?: (data: DataOf<Definition>) => boolean } = {},
): HandlerDecorator<DataOf<Definition>, DeliveryContext, Outcome | void> {
  return handlerDecorator(definition, options as OnMessageOptions);
}

/**
 * The method answers a question this service owns: `(request, context: RpcContext) => Promise<Response>`.
 * A thrown `AppError` reaches the caller as it is, without cause and stack; anything else as `INTERNAL_ERROR`.
 */
export function OnRpc<Definition extends RpcDefinition>(definition: Definition): HandlerDecorator<RequestOf<Definition>, RpcContext, ResponseOf<Definition>> {
  return handlerDecorator(definition, {});
}

/** The method takes a hint: `(data, context: ControlContext) => Promise<void>`. A hint is never repeated: an error is logged, no more. */
export function OnControl<Definition extends ControlDefinition>(definition: Definition): HandlerDecorator<DataOf<Definition>, ControlContext, void> {
  return handlerDecorator(definition, {});
}
