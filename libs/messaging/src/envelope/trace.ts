import { type Context, context, propagation, type Span, type SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { messageContext } from './message-context';

const TRACER = '@capstan/messaging';

/** The `traceparent` for a message sent now. Without a tracer, the one of the message being handled is handed on. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? messageContext().traceparent;
}

/** Runs `work` inside a span whose parent is `traceparent`, or the active span where there is none. */
export async function inSpan<T>(
  name: string,
  options: { kind?: SpanKind; traceparent?: string; attributes?: Record<string, string | number> },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent: Context = options.traceparent === undefined ? context.active() : propagation.extract(context.active(), { traceparent: options.traceparent });
  const span = trace.getTracer(TRACER).startSpan(name, { kind: options.kind, attributes: options.attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}
