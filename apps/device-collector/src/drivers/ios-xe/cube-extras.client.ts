import { Readable } from 'node:stream';
import type { CaptureExtra } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { CapturedFile } from '../../packet-capture/capture-driver';
import type { RouterCli } from './router-cli.client';
import { readRefusal } from './router-output';

/** The only commands there are for it. All of them show; none switches on a debug, which would load the router. */
export const EXTRA_COMMANDS: Readonly<Record<CaptureExtra, string>> = {
  voip_trace: 'show voip trace all',
  active_calls: 'show call active voice compact',
  sip_calls: 'show sip-ua calls',
  logging: 'show logging',
};

/** A trace of a busy router takes its time. */
const LIMITS = { timeoutMs: 180_000, idleMs: 60_000 };
/** Characters kept of one answer. */
const MOST = 8 * 1_024 * 1_024;
/** Where a refusal is looked for. */
const FIRST = 500;

/**
 * What a router tells besides its capture, one text file per question. A question that it does not know, or does not
 * answer, is a remark: the capture is what was asked for.
 * @param remarks takes the sentences
 */
export async function* cubeExtras(cli: RouterCli, extras: readonly CaptureExtra[], remarks: (sentence: string) => void, signal: AbortSignal): AsyncGenerator<CapturedFile> {
  for (const extra of new Set(extras)) {
    const command = EXTRA_COMMANDS[extra];
    const lines: string[] = [];
    let size = 0;
    try {
      await cli.ask('retrieve', command, signal, {
        ...LIMITS,
        onLine: (line) => {
          size += line.length + 1;
          if (size <= MOST) {
            lines.push(line);
          }
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || error.code !== 'PROMPT_LOST') {
        throw error;
      }
      remarks(`the router did not answer "${command}"`);
      await cli.session.ready(signal);
      continue;
    }
    const text = lines.join('\n');
    const refusal = readRefusal(text.slice(0, FIRST));
    if (refusal !== undefined) {
      remarks(`the router does not know "${command}": ${refusal.message}`);
      continue;
    }
    const cut = size > MOST ? `\n(cut here: the router told ${size} characters)\n` : '\n';
    const body = Buffer.from(`${command}\n\n${text}${cut}`);
    yield { remoteName: command, kind: 'log', suffix: extra, size: body.length, body: Readable.from([body], { objectMode: false }) };
  }
}
