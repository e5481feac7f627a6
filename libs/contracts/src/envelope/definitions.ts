import type { z } from 'zod';

/** The services that own queues. */
export const SERVICES = ['gateway', 'capture-orchestrator', 'device-collector', 'camera-service', 'sdr-acquirer', 'notifier'] as const;
/** See {@link SERVICES}. */
export type ServiceName = (typeof SERVICES)[number];

/** An order to one owner: durable, at least once, no answer. Routing key = `type`. */
export interface CommandDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly channel: 'command';
  readonly type: string;
  readonly owner: ServiceName;
  readonly summary: string;
  readonly data: Schema;
}

/** A fact for whoever subscribes: durable, at least once. Routing key = `type`. */
export interface EventDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly channel: 'event';
  readonly type: string;
  readonly producers: readonly ServiceName[];
  readonly summary: string;
  readonly data: Schema;
}

/** A question or order that is answered now, or fails by its deadline. Routing key = the owner's name. */
export interface RpcDefinition<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  readonly channel: 'rpc';
  readonly type: string;
  readonly owner: ServiceName;
  readonly summary: string;
  /** Milliseconds the caller waits by default. */
  readonly timeoutMs: number;
  readonly request: Request;
  readonly response: Response;
}

/** A view that may be lost: the latest value wins. Routing key = `session.<session>.<target>`. */
export interface ProgressDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly channel: 'progress';
  readonly type: string;
  readonly summary: string;
  readonly data: Schema;
  /** Whether only the latest value of a target within an interval is sent; true unless told otherwise. */
  readonly coalesce: boolean;
}

/** A hint to every instance of every worker that must arrive within milliseconds and may be lost: a durable command says the same. */
export interface ControlDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly channel: 'control';
  readonly type: string;
  readonly summary: string;
  readonly data: Schema;
}

/** Any message of the catalogue. */
export type MessageDefinition = CommandDefinition | EventDefinition | RpcDefinition | ProgressDefinition | ControlDefinition;

/** The data of a command, event, progress or control message, as the handler receives it. */
export type DataOf<Definition extends { data: z.ZodType }> = z.output<Definition['data']>;
/** The data of a message as the sender writes it: fields with defaults may be left out. */
export type InputOf<Definition extends { data: z.ZodType }> = z.input<Definition['data']>;
/** What a question carries when it arrives. */
export type RequestOf<Definition extends { request: z.ZodType }> = z.output<Definition['request']>;
/** What the caller passes. */
export type RequestInputOf<Definition extends { request: z.ZodType }> = z.input<Definition['request']>;
/** What the answer carries. */
export type ResponseOf<Definition extends { response: z.ZodType }> = z.output<Definition['response']>;

/** Names a command after its owner: `<service>.<verb-noun>.v1`. */
export function defineCommand<Schema extends z.ZodType>(
  owner: ServiceName,
  verbNoun: string,
  summary: string,
  data: Schema,
): CommandDefinition<Schema> {
  return { channel: 'command', type: `${owner}.${verbNoun}.v1`, owner, summary, data };
}

/** Names a fact: `<context>.<past-tense>.v1`. */
export function defineEvent<Schema extends z.ZodType>(
  type: string,
  producers: readonly ServiceName[],
  summary: string,
  data: Schema,
): EventDefinition<Schema> {
  return { channel: 'event', type, producers, summary, data };
}

/** Names a question after its owner: `<service>.<verb-noun>.v1`. */
export function defineRpc<Request extends z.ZodType, Response extends z.ZodType>(
  owner: ServiceName,
  verbNoun: string,
  summary: string,
  shape: { request: Request; response: Response; timeoutMs?: number },
): RpcDefinition<Request, Response> {
  return {
    channel: 'rpc',
    type: `${owner}.${verbNoun}.v1`,
    owner,
    summary,
    timeoutMs: shape.timeoutMs ?? 5_000,
    request: shape.request,
    response: shape.response,
  };
}

/** Defines a progress message. */
export function defineProgress<Schema extends z.ZodType>(type: string, summary: string, data: Schema, options: { readonly coalesce: boolean } = { coalesce: true }): ProgressDefinition<Schema> {
  return { channel: 'progress', type, summary, data, coalesce: options.coalesce };
}

/** Defines a control hint. */
export function defineControl<Schema extends z.ZodType>(type: string, summary: string, data: Schema): ControlDefinition<Schema> {
  return { channel: 'control', type, summary, data };
}
