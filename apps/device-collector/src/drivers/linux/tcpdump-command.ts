import type { CaptureTarget } from '../../packet-capture/capture-driver';

/** How tcpdump gets its rights: by itself (root, or file capabilities), or through sudo without a password. */
export type Elevation = 'none' | 'sudo';

/** What decides a tcpdump command line besides the target. */
export interface TcpdumpChoices {
  readonly elevation: Elevation;
  /**
   * Whether tcpdump will run as root: then it must stay root (`-Z root`), or it could not open the next ring file in our
   * private folder after it gave up its rights.
   */
  readonly asRoot: boolean;
  readonly outputFile: string;
  readonly expression: string;
}

/** tcpdump's unit of `-C` (tcpdump(1)): a million bytes, not a mebibyte. */
export const BYTES_PER_RING_MEGABYTE = 1_000_000;

/** The words of the command line. The filter is one word: it is never split again by a shell. */
export function tcpdumpWords(target: CaptureTarget, choices: TcpdumpChoices): string[] {
  const ring = target.mode === 'rotating' ? ['-C', String(target.size_per_file_mb), '-W', String(target.max_files)] : [];
  return [
    ...(choices.elevation === 'sudo' ? ['sudo', '-n'] : []),
    'tcpdump',
    // libpcap's optimiser miscompiles some expressions of several ranges and directions (seen with 1.10.3: a packet that
    // matches was lost), and what it saves is nothing beside a lost packet.
    ...(target.filter?.expression === undefined ? [] : ['-O']),
    '-i',
    target.interface,
    '-nn',
    '-s',
    '0',
    '-U',
    ...(choices.asRoot ? ['-Z', 'root'] : []),
    ...ring,
    '-w',
    choices.outputFile,
    choices.expression,
  ];
}
