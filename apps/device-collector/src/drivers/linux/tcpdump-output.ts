/** tcpdump's own counters. */
export interface TcpdumpCounts {
  readonly captured: number;
  readonly received: number | null;
  readonly dropped: number | null;
}

/**
 * The newest counters in tcpdump's messages: of the three trailer lines of its end, or of the one line it prints on
 * SIGUSR1 (`tcpdump: 3 packets captured, 6 packets received by filter, 0 packets dropped by kernel`). tcpdump 4.99.3.
 */
export function readCounts(messages: string): TcpdumpCounts | undefined {
  const number = (pattern: RegExp): number | null => {
    const last = [...messages.matchAll(pattern)].at(-1)?.[1];
    return last === undefined ? null : Number(last);
  };
  const captured = number(/(\d+) packets? captured/g);
  return captured === null
    ? undefined
    : { captured, received: number(/(\d+) packets? received by filter/g), dropped: number(/(\d+) packets? dropped by kernel/g) };
}

/** Whether the messages say that packets are being captured. */
export function saysListening(messages: string): boolean {
  return /(?:^|\n)(?:[\w./-]+: )?listening on /.test(messages);
}

/** Why tcpdump refused or broke off, by its words; texts of tcpdump 4.99.3, libpcap 1.10 and sudo 1.9. */
export function readRefusal(messages: string): { readonly code: string; readonly message: string } {
  const said = messages
    .split('\n')
    .map((line) => line.replace(/^tcpdump: /, '').trim())
    .filter((line) => line !== '' && !/^listening on|^data link type|^verbose output suppressed|packets? (?:captured|received|dropped)/.test(line))
    .join('; ')
    .slice(0, 300);
  const code = REFUSALS.find(([pattern]) => pattern.test(messages))?.[1] ?? 'START_FAILED';
  return { code, message: said === '' ? 'tcpdump ended without a word' : said };
}

const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/No such device|not up|interface (?:went down|disappeared)|network is down|doesn't exist/i, 'BAD_INTERFACE'],
  [/can't parse filter expression|syntax error|expression rejects all packets|unknown (?:host|network|port)|illegal|non-network bits|not supported on/i, 'UNSUPPORTED_FILTER'],
  [/don't have permission|Operation not permitted|a password is required|not allowed to (?:execute|run)|not in the sudoers|Permission denied|may not run sudo|must have a tty/i, 'PRIV_INSUFFICIENT'],
  [/No space left|Disk quota/i, 'DISK_LOW'],
  [/not found|No such file/i, 'UNSUPPORTED'],
];
