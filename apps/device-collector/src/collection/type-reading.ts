import { AppError } from '@capstan/kernel';
import { captureText, type CommandOutput, type Completeness, type KnownOfDevice, type ParseResult, type Platform, proveCompleteness, type ReadingEvidence } from '../platforms';
import type { DeviceSession } from './sessions/device-session';
import type { DevicePatience } from './timeouts';

/** What a device said about one capture type, and what that is worth. */
export interface TypeReading {
  readonly type: string;
  /** `suspect`: it came, and is not proven to be all. */
  readonly status: 'success' | 'unsupported' | 'suspect' | 'failed';
  readonly errorClass: string | null;
  readonly message: string;
  /** Clean, with its secrets. Empty where nothing is to be kept. */
  readonly text: string;
  readonly commands: readonly string[];
  readonly parse: ParseResult<unknown> | null;
  readonly complete: boolean;
  /** Why it is not. */
  readonly reasons: Completeness['reasons'];
  readonly durationMs: number;
}

/** What one reading needs. */
export interface ReadingOrder {
  readonly platform: Platform;
  readonly type: string;
  /** Kept for all types of a login. */
  readonly known: KnownOfDevice;
  readonly patience: DevicePatience;
  /** Characters of the last proven capture of this type. */
  readonly lastGoodChars: () => number | null;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

/**
 * Asks everything that belongs to one capture type and judges the answers.
 * @throws AppError that ends the session or the command: `CMD_TIMEOUT`, `DEVICE_LOST`, `OUTPUT_TOO_LARGE`; the signal's reason
 */
export async function readType(session: DeviceSession, order: ReadingOrder, signal: AbortSignal): Promise<TypeReading> {
  const { platform, type, known, patience, now } = order;
  const begun = now();
  const plan = platform.commands(type);
  const run = platform.run(type, known);
  if (plan === undefined || run === undefined) {
    return nothing(type, 'unsupported', 'UNSUPPORTED', `${platform.title} has no command for ${type}`, 0);
  }
  const limits = patience.command(plan.limits);
  const evidence: ReadingEvidence[] = [];
  for (let next = run.next(); next !== undefined; next = run.next()) {
    if (next.privileged && session.unprivileged !== undefined) {
      const { code, message } = session.unprivileged;
      return nothing(type, 'failed', code, message, now() - begun);
    }
    const answer = await session.ask(`${next.text}${platform.session.suffix ?? ''}`, limits, signal);
    const before = run.outputs.length;
    run.take(answer.text, answer.evidence.exitStatus);
    if (run.outputs.length > before) {
      evidence.push(answer.evidence);
    }
  }
  return judge(order, run.outputs, evidence, order.lastGoodChars(), now() - begun);
}

/** What answers are worth. Pure. */
function judge({ platform, type }: ReadingOrder, outputs: readonly CommandOutput[], evidence: readonly ReadingEvidence[], lastGood: number | null, durationMs: number): TypeReading {
  const parse = platform.parse(type, outputs);
  if (parse.status === 'unsupported') {
    return nothing(type, 'unsupported', 'UNSUPPORTED', parse.error?.text ?? `${platform.title} has no command for ${type}`, durationMs);
  }
  if (parse.status === 'failed') {
    return nothing(type, 'failed', parse.error?.class ?? 'CMD_FAILED', parse.error?.text ?? 'the device gave an error', durationMs);
  }
  const proof = proveCompleteness({ platform, type, outputs, evidence, ...(platform.hasParser(type) ? { parsed: parse } : {}), ...(lastGood === null ? {} : { lastGoodChars: lastGood }) });
  const complete = proof.verdict === 'proven';
  return {
    type,
    status: complete ? 'success' : 'suspect',
    errorClass: complete ? null : 'SUSPECT',
    message: complete ? said(parse) : proof.reasons.map(({ text }) => text).join('; '),
    text: captureText(outputs),
    commands: outputs.map(({ command }) => command),
    parse,
    complete,
    reasons: proof.reasons,
    durationMs,
  };
}

/** A reading that kept nothing. */
export function failedReading(type: string, error: AppError, durationMs = 0): TypeReading {
  return nothing(type, 'failed', error.code, error.message, durationMs);
}

/**
 * Whether a second reading confirms a first one that was doubted for nothing but its size: a configuration that lost most
 * of its lines is that of the device when it comes twice, to the letter.
 */
export function confirms(first: TypeReading, second: TypeReading): boolean {
  const onlySmall = (reading: TypeReading): boolean => reading.reasons.length > 0 && reading.reasons.every(({ code }) => code === 'shrunk');
  return onlySmall(first) && onlySmall(second) && first.text === second.text;
}

/** A doubted reading that was confirmed. */
export function confirmed(reading: TypeReading): TypeReading {
  return { ...reading, status: 'success', errorClass: null, complete: true, message: `${reading.message}; a second reading said the same`, reasons: [] };
}

function nothing(type: string, status: TypeReading['status'], errorClass: string, message: string, durationMs: number): TypeReading {
  return { type, status, errorClass, message, text: '', commands: [], parse: null, complete: false, reasons: [], durationMs };
}

function said({ status, rows, unparsed }: ParseResult<unknown>): string {
  switch (status) {
    case 'partial':
      return `${rows.length} rows; ${unparsed.length} lines were not understood`;
    case 'empty':
      return 'nothing to tell';
    case 'unparsed':
      return 'kept as text';
    case 'parsed':
    case 'unsupported':
    case 'failed':
      return `${rows.length} rows`;
  }
}
