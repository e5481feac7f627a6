/** What a device says of its diagnostic run; undefined where it does not say, or says it in words we do not know. */
export interface DiagnosticStatus {
  readonly running: boolean | undefined;
  readonly download: 'ready' | 'preparing' | undefined;
  /** The fields that were understood, for transcripts. */
  readonly words: string;
}

const IDLE = /\b(?:in-?active|idle|stop(?:ped)?|off|none|disabled|finished|completed?|not (?:running|active|started|in progress|logging))\b/i;
const RUNNING = /\b(?:in ?-?progress|running|active|start(?:ed)?|on|enabled|logging|capturing|recording)\b/i;
const READY = /\b(?:ready|available)\b/i;
const NOT_READY = /\b(?:not|un-?available|prepar\w*|collect\w*|in ?-?progress|generat\w*|pending)\b/i;

/**
 * Reads the answer to GET diagnosticlogging. Its fields differ between versions and are documented nowhere, so every text field is
 * looked at by its name: `DownLoadStatus` is about the archive, a status tells more than a mode (the mode asked for last).
 */
export function readDiagnosticStatus(answer: unknown): DiagnosticStatus {
  const fields = [...textFields(answer)];
  const about = (name: RegExp): [string, string][] => fields.filter(([key]) => name.test(key));
  const download = about(/download/i);
  const running = [about(/^(?!.*download).*(?:status|state)/i), about(/^(?!.*download).*(?:mode|active|running)/i)].flat();
  return {
    running: running.map(([, value]) => (IDLE.test(value) ? false : RUNNING.test(value) || /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined)).find((known) => known !== undefined),
    download: download.map(([, value]) => (NOT_READY.test(value) ? ('preparing' as const) : READY.test(value) ? ('ready' as const) : undefined)).find((known) => known !== undefined),
    words: [...running, ...download].map(([key, value]) => `${key}: ${value}`).join(', '),
  };
}

/** Sentence in an error answer (`{"Message": …}`), wherever it stands. */
export function readMessage(answer: unknown): string | undefined {
  return [...textFields(answer)].find(([key]) => /message|error|detail|description/i.test(key))?.[1];
}

const DEEPEST = 5;

function* textFields(value: unknown, key = '', depth = 0): Generator<[string, string]> {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
    yield [key, String(value).slice(0, 200)];
  } else if (typeof value === 'object' && value !== null && depth < DEEPEST) {
    for (const [name, child] of Object.entries(value)) {
      yield* textFields(child, Array.isArray(value) ? key : name, depth + 1);
    }
  }
}
