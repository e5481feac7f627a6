import { AppError } from '@capstan/kernel';

/** The first line of the block in which the node repeats what it is going to do. */
export const OPTIONS_SHOWN = /Executing command with options/i;

/** What tcpdump counted, where the node lets it through. */
export interface TcpdumpTrailer {
  readonly captured: number;
  readonly received: number | null;
  readonly dropped: number | null;
}

/** Reads tcpdump's closing lines; undefined when the node keeps them to itself. */
export function readTrailer(text: string): TcpdumpTrailer | undefined {
  const count = (pattern: RegExp): number | null => {
    const match = pattern.exec(text);
    return match === null ? null : Number(match[1]);
  };
  const captured = count(/(\d+) packets? captured/);
  return captured === null ? undefined : { captured, received: count(/(\d+) packets? received by filter/), dropped: count(/(\d+) packets? dropped by kernel/) };
}

/** Why the node came back to its prompt instead of capturing, in its own words; undefined when it names no trouble. */
export function readRefusal(host: string, text: string): AppError | undefined {
  const said = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !OPTIONS_SHOWN.test(line) && !/^(?:size|src|dest|port|ip)\s*=/.test(line));
  const rules: readonly (readonly [RegExp, string])[] = [
    [/low ?water ?mark|disk (?:space|is|usage)|no space|partition|insufficient (?:disk|space)/i, 'DISK_LOW'],
    [/interface|no such device|does not exist.*eth/i, 'BAD_INTERFACE'],
    [/already (?:running|active|in progress)|another capture/i, 'ALREADY_ACTIVE'],
    [/permission|not (?:authori[sz]ed|permitted)|privilege/i, 'PRIV_INSUFFICIENT'],
    [/invalid|syntax|not found|unrecogni[sz]ed|illegal|incorrect|usage:|fname|parameter|range/i, 'CLI_INVALID_INPUT'],
    [/error|fail|cannot|unable|refus/i, 'START_FAILED'],
  ];
  for (const [pattern, code] of rules) {
    const line = said.find((candidate) => pattern.test(candidate));
    if (line !== undefined) {
      return new AppError(code, `${host} refused the capture: ${line}`);
    }
  }
  return undefined;
}
