import { readFileSync } from 'node:fs';

/** USER_HZ of Linux on every architecture it is built for here: proc(5). */
const TICKS_PER_SEC = 100;
const KIB_PER_MIB = 1_024;

/** What a process has used since it began. */
export interface ProcessUse {
  /** Seconds of processor of its own, user and system. */
  readonly own: number;
  /** Seconds of processor of the children it has waited for. */
  readonly children: number;
  /** MiB of memory that is its alone. */
  readonly memoryMib: number;
}

/** Reads proc(5): fields 14 to 17 of `stat`, `RssAnon` of `status`. The name in field 2 may hold blanks. */
export function processUse(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  const memory = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { own: (user + system) / TICKS_PER_SEC, children: (childUser + childSystem) / TICKS_PER_SEC, memoryMib: Number(memory?.[1]) / KIB_PER_MIB };
}
