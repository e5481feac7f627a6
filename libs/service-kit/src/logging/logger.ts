import type { LoggerService } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import { pino, type Logger as PinoLogger } from 'pino';
import type { ServiceIdentity } from '../tokens';

/** Ids that tie a log line to the work it belongs to, e.g. `{ request_id }` or `{ correlation_id }`. */
export type LogContext = () => Readonly<Record<string, string | undefined>>;

/**
 * Paths that never reach a log, wherever a careless line may log a whole request or row.
 * A second net: nothing is supposed to log them in the first place.
 */
const REDACTED = ['password', 'secret', 'private_key', 'passphrase', 'enable_secret', 'authorization', 'cookie', 'token', 'access_token', 'sealed'];

/** Builds the process's JSON logger: one line an event, on standard output. */
export function createLogger(identity: ServiceIdentity, level: string, logContext: LogContext): PinoLogger {
  return pino({
    level,
    base: { service: identity.name, instance: identity.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    mixin: () => {
      const span = trace.getSpan(context.active())?.spanContext();
      return { ...logContext(), ...(span ? { trace_id: span.traceId, span_id: span.spanId } : {}) };
    },
  });
}

/** Nest's logger over pino. The last text parameter is the context, as Nest passes it. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: PinoLogger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal', message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const facts = rest.find((part): part is Record<string, unknown> => typeof part === 'object' && part !== null && !(part instanceof Error));
    const error = message instanceof Error ? message : rest.find((part): part is Error => part instanceof Error);
    const stack = level === 'error' && texts.length > 1 ? texts[0] : undefined;
    this.logger[level](
      { ...facts, context: texts.at(-1), ...(error ? { err: error } : {}), ...(stack ? { stack } : {}) },
      message instanceof Error ? message.message : String(message),
    );
  }
}
