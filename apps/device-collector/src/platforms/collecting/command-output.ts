import type { CommandError } from '../session/command-error';
import type { OutputFormat } from './command-table';

/** One answer of a device. */
export interface CommandOutput {
  /** As it was sent. */
  readonly command: string;
  readonly format: OutputFormat;
  /** VRF it was asked for; absent where the command says nothing about one. */
  readonly context?: string;
  readonly extra: boolean;
  /** Without echo, prompt, pager and terminal sequences. */
  readonly text: string;
  readonly error?: CommandError;
}

const SECTION = /^={5} (.+?) ={5}(?: vrf (\S+))?(?: (json))?$/;

/**
 * The text of a capture. One answer is kept as it is, to the byte; several are put one below the other, each under a line
 * that names its command. Errors of extra commands are left out.
 */
export function captureText(outputs: readonly CommandOutput[]): string {
  const kept = outputs.filter(({ error, extra }) => error === undefined || !extra);
  const [only] = kept;
  if (kept.length === 1 && only !== undefined && only.format === 'text' && only.context === undefined) {
    return only.text;
  }
  return kept
    .map(({ command, format, context, text }) => `===== ${command} =====${context === undefined ? '' : ` vrf ${context}`}${format === 'json' ? ' json' : ''}\n${text}${text.endsWith('\n') || text === '' ? '' : '\n'}`)
    .join('');
}

/**
 * The answers inside a stored capture: the other way of {@link captureText}.
 * @param command what was sent where the text does not name it
 */
export function readCaptureText(text: string, command: string): CommandOutput[] {
  const lines = text.split('\n');
  if (!SECTION.test(lines[0] ?? '')) {
    return [{ command, format: 'text', extra: false, text }];
  }
  const outputs: { command: string; format: OutputFormat; context?: string; extra: boolean; body: string[] }[] = [];
  for (const line of lines) {
    const section = SECTION.exec(line);
    if (section !== null) {
      outputs.push({ command: section[1] ?? '', format: section[3] === 'json' ? 'json' : 'text', ...(section[2] === undefined ? {} : { context: section[2] }), extra: outputs.length > 0, body: [] });
    } else {
      outputs.at(-1)?.body.push(line);
    }
  }
  return outputs.map(({ body, ...output }) => ({ ...output, text: body.join('\n') }));
}
