import { createHash } from 'node:crypto';
import { cleanText, type TypeTruth } from '@capstan/lab';

/** What a contestant brought home, held against what the devices really said. */
export interface Verdict {
  /** Captures that are right to the last byte. */
  readonly right: number;
  /** Captures that are not there, of devices the contestant said had failed. */
  readonly missing: number;
  /** Captures that are wrong or missing although the contestant claimed success: silent losses. */
  readonly lost: readonly string[];
}

/**
 * Compares captures with the truth.
 * @param captureOf the text of a capture, as its contestant cleaned it; undefined when there is none
 * @param failed names of devices the contestant said had failed
 */
export function judge(truth: Readonly<Record<string, readonly TypeTruth[]>>, captureOf: (device: string, type: string) => string | undefined, failed: ReadonlySet<string>): Verdict {
  let right = 0;
  let missing = 0;
  const lost: string[] = [];
  for (const [device, types] of Object.entries(truth)) {
    for (const { type, sha256 } of types) {
      const text = captureOf(device, type);
      if (text !== undefined && sha256Of(text) === sha256) {
        right += 1;
      } else if (failed.has(device)) {
        missing += 1;
      } else {
        lost.push(`${device}/${type}`);
      }
    }
  }
  return { right, missing, lost };
}

/** The hash that is compared: of the text without blanks at its ends. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(cleanText(text)).digest('hex');
}

/** The answer of one command inside a capture of several; the whole capture where it is the only one. */
export function answerIn(capture: string, command: string): string {
  const sections = capture.split(/^(?====== .+ =====)/m);
  const own = sections.find((section) => section.startsWith(`===== ${command} =====`));
  return own === undefined ? capture : own.slice(own.indexOf('\n') + 1);
}
