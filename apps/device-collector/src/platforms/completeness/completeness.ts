import type { CommandOutput } from '../collecting/command-output';
import type { ParseResult } from '../parsing/parse-result';
import type { Platform } from '../platform';

/** How the reading of one answer ended, as whoever read it saw it. */
export interface ReadingEvidence {
  /** `prompt`: the known prompt came back. `exit`: the channel closed with an exit status. Anything else proves nothing. */
  readonly endedBy: 'prompt' | 'exit' | 'closed' | 'timeout' | 'limit';
  readonly exitStatus?: number;
}

/** What speaks for and against a capture. */
export interface CompletenessInput {
  readonly platform: Platform;
  readonly type: string;
  readonly outputs: readonly CommandOutput[];
  /** One for each output, in the same order. */
  readonly evidence: readonly ReadingEvidence[];
  /** Absent for types that have no rows. */
  readonly parsed?: ParseResult<unknown>;
  /** Characters of the last proven capture of the same type. */
  readonly lastGoodChars?: number;
}

/** Why a capture is not proven. */
export const SUSPICIONS = ['no_output', 'no_prompt', 'exit_status', 'error_line', 'vrf_missing', 'end_marker_missing', 'too_small', 'shrunk', 'checksum_mismatch', 'unparsed_lines', 'json_malformed'] as const;
/** See {@link SUSPICIONS}. */
export type Suspicion = (typeof SUSPICIONS)[number];

/** Whether a capture may replace the last good one. */
export interface Completeness {
  readonly verdict: 'proven' | 'suspect';
  readonly reasons: readonly { readonly code: Suspicion; readonly text: string }[];
  /** Whether rows that are missing from it may be taken for gone. Stricter than proven: every line must be understood. */
  readonly closesIntervals: boolean;
}

/** A capture that lost more than this part of the last good one is held back. */
const MOST_SHRINK = 0.4;

/**
 * Whether everything the device had to say is there. Nothing that is not proven may replace the last good capture, and
 * only what is understood to the last line may close an interval.
 */
export function proveCompleteness({ platform, type, outputs, evidence, parsed, lastGoodChars }: CompletenessInput): Completeness {
  const reasons: { code: Suspicion; text: string }[] = [];
  const doubt = (code: Suspicion, text: string): void => {
    reasons.push({ code, text });
  };
  if (outputs.length === 0) {
    doubt('no_output', 'the device gave no answer');
  }
  outputs.forEach(({ command, error, extra, context, text, format }, index) => {
    const { endedBy, exitStatus } = evidence[index] ?? { endedBy: 'closed' as const };
    if (endedBy !== 'prompt' && endedBy !== 'exit') {
      doubt('no_prompt', `"${command}" ended by ${endedBy}, not by the prompt`);
    }
    if (error !== undefined) {
      // An extra command may be unknown; a VRF that did not answer is a hole in the table.
      if (!extra && error.class !== 'FEATURE_DISABLED') {
        doubt(format === 'json' && error.text === 'the JSON is malformed' ? 'json_malformed' : 'error_line', `"${command}": ${error.text}`);
      } else if (context !== undefined && error.class !== 'FEATURE_DISABLED') {
        doubt('vrf_missing', `VRF ${context}: ${error.text}`);
      }
    } else if (endedBy === 'exit' && exitStatus !== undefined && exitStatus !== 0) {
      doubt('exit_status', `"${command}" ended with status ${exitStatus}`);
    } else if (type === 'configs' && !extra) {
      proveConfig(platform, command, text, doubt);
    }
  });
  const chars = outputs.reduce((sum, { text, error }) => sum + (error === undefined ? text.length : 0), 0);
  if (type === 'configs' && lastGoodChars !== undefined && chars < lastGoodChars * (1 - MOST_SHRINK)) {
    doubt('shrunk', `${chars} characters are left of ${lastGoodChars}`);
  }
  const { checksum } = parsed ?? {};
  if (checksum !== undefined && checksum.said !== checksum.counted) {
    doubt('checksum_mismatch', `the device counts ${checksum.said}, and ${checksum.counted} came`);
  }
  if (parsed !== undefined && parsed.status === 'partial' && parsed.rows.length === 0) {
    doubt('unparsed_lines', `none of ${parsed.unparsed.length} lines was understood`);
  }
  const verdict = reasons.length === 0 ? 'proven' : 'suspect';
  return { verdict, reasons, closesIntervals: verdict === 'proven' && parsed !== undefined && (parsed.status === 'parsed' || parsed.status === 'empty') && parsed.unparsed.length === 0 };
}

function proveConfig(platform: Platform, command: string, text: string, doubt: (code: Suspicion, text: string) => void): void {
  const { always, leastChars } = platform.configEnd;
  const last = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (text.trim().length < leastChars) {
    doubt('too_small', `"${command}" gave ${text.trim().length} characters; no configuration is smaller than ${leastChars}`);
  }
  if (always !== undefined && !always.test(last)) {
    doubt('end_marker_missing', `"${command}" does not end as a configuration of ${platform.title} does`);
  }
}
