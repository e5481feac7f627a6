import { AsyncLocalStorage } from 'node:async_hooks';

/** What one piece of work hands on to every message it causes. */
export interface MessageContext {
  /** Ties together what belongs together, usually a session id. */
  readonly correlationId?: string;
  /** Id of the message being handled. */
  readonly causationId?: string;
  /** W3C Trace Context of the message being handled; handed on even where no tracer is installed. */
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<MessageContext>();

/** Runs `work`; whatever it sends, at any depth, carries `context`. Handlers run inside one already. */
export function runInMessageContext<T>(context: MessageContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running work; empty outside of any. */
export function messageContext(): MessageContext {
  return storage.getStore() ?? {};
}

/** The ids that belong into a log line: `correlation_id`, `message_id`. */
export function currentMessageContext(): Readonly<Record<string, string | undefined>> {
  const { correlationId, causationId } = messageContext();
  return {
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...(causationId === undefined ? {} : { message_id: causationId }),
  };
}
