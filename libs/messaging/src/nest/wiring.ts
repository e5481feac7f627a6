import type { MessageDefinition, ServiceName } from '@capstan/contracts';
import type { MessagingCatalogue } from '../messaging-catalogue';
import { type HandledChannel, type HandlerExtras, patternOf } from './decorators';

/** A handler as it was found on a controller. */
export interface FoundHandler {
  readonly definition: MessageDefinition & { readonly channel: HandledChannel };
  /** `Class.method`. */
  readonly handler: string;
}

/** A handler with what its decorator said. */
export interface RegisteredHandler extends FoundHandler {
  readonly options: HandlerExtras['capstan']['options'];
  readonly call: (data: unknown, context: unknown) => Promise<unknown>;
}

/** The messages a service must handle, each by exactly one handler. */
export function requiredPatterns(catalogue: MessagingCatalogue, service: ServiceName): string[] {
  const owned = <Definition extends { owner: ServiceName; type: string }>(channel: HandledChannel, definitions: readonly Definition[]): string[] =>
    definitions.filter(({ owner }) => owner === service).map(({ type }) => patternOf(channel, type));
  return [
    ...owned('command', catalogue.commands),
    ...owned('rpc', catalogue.rpcs),
    ...(catalogue.subscriptions[service] ?? []).map((type) => patternOf('event', type)),
    ...(catalogue.workers.includes(service) ? catalogue.controls.map(({ type }) => patternOf('control', type)) : []),
  ];
}

/** Types that appear more than once on a channel: two owners of one command. */
function ambiguous(catalogue: MessagingCatalogue): string[] {
  const seen = new Map<string, number>();
  for (const { channel, type } of [...catalogue.commands, ...catalogue.events, ...catalogue.rpcs, ...catalogue.controls]) {
    const key = `${channel}:${type}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `${key} is in the catalogue ${count} times`);
}

/** Everything that is wrong between the catalogue and the handlers of a service; empty when it may start. */
export function wiringProblems(catalogue: MessagingCatalogue, service: ServiceName, found: readonly FoundHandler[]): string[] {
  const required = new Set(requiredPatterns(catalogue, service));
  const byPattern = new Map<string, string[]>();
  for (const { definition, handler } of found) {
    const pattern = patternOf(definition.channel, definition.type);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), handler]);
  }
  return [
    ...ambiguous(catalogue),
    ...[...required].filter((pattern) => !byPattern.has(pattern)).map((pattern) => `${pattern} has no handler`),
    ...[...byPattern].flatMap(([pattern, handlers]) => [
      ...(handlers.length > 1 ? [`${pattern} has ${handlers.length} handlers: ${handlers.join(', ')}`] : []),
      ...(required.has(pattern) ? [] : [`${pattern} is handled by ${handlers.join(', ')} but is not for ${service}`]),
    ]),
  ];
}
