/** A capture file on a node. */
export interface NodeFile {
  readonly name: string;
  readonly size: number;
  /** As the node wrote it, comparable as text; empty when it did not. */
  readonly changed: string;
  /** Number behind `.cap`; -1 when there is none. */
  readonly index: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `02 Dec,2004 12:00:59        18      name`, the form of the documentation. */
const DETAILED = /^\s*(\d{1,2}) ([A-Z][a-z]{2}),? ?(\d{4}) (\d{2}:\d{2}:\d{2})\s+([\d,]+)\s+(\S+)\s*$/;

/**
 * The files of one capture from `file list … detail`, oldest first. Only names that are that capture's own: `name.cap`,
 * `name.cap0` …, `name.cap00` …, and those the node made of them when it found the name in use.
 */
export function readFileList(text: string, captureName: string): NodeFile[] {
  const own = new RegExp(`(?:^|/)(${captureName}\\.cap(\\d*)(?:\\.\\d+)?)$`);
  return text
    .split('\n')
    .flatMap((line): NodeFile[] => {
      const match = DETAILED.exec(line);
      const named = own.exec(match?.[6] ?? '');
      if (match === null || named === null) {
        return [];
      }
      const [, day = '', month = '', year = '', time = '', size = ''] = match;
      const changed = `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')} ${time}`;
      return [{ name: named[1] ?? '', size: Number(size.replaceAll(',', '')), changed, index: named[2] === '' ? -1 : Number(named[2]) }];
    })
    .sort((a, b) => (a.changed === b.changed ? a.index - b.index : a.changed < b.changed ? -1 : 1));
}

/** Whether the node says that there are no such files, rather than saying something unexpected. */
export function saysNoFiles(text: string): boolean {
  return /no such file|no files? (?:were |was )?found|file count = 0|files: found = 0|does not exist/i.test(text);
}
