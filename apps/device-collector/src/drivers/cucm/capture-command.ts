import type { CaptureTarget } from '../../packet-capture/capture-driver';

/** Where a VOS node keeps what its command line makes. */
export const CLI_FOLDER = 'activelog platform/cli';
/** The same folder as DIME names it. */
export const CLI_FOLDER_PATH = '/var/log/active/platform/cli';
/** Packets a capture to a file may have; with more the command refuses. */
export const MOST_PACKETS = 100_000;
/** The only interface of a node that carries calls. */
export const ONLY_INTERFACE = 'eth0';

/**
 * The name of a task's files. Nobody else's begins with it, so a pattern on it takes no other capture's files; without a
 * dot, because `capture-rotate` takes none.
 */
export function captureName(taskId: string): string {
  return `capstan${taskId.replace(/[^0-9a-f]/g, '')}`;
}

/** The command that captures. */
export function captureCommand(target: Pick<CaptureTarget, 'mode' | 'size_per_file_mb' | 'max_files' | 'packet_limit'>, name: string, filterWords: string): string {
  const words =
    target.mode === 'rotating'
      ? ['utils network capture-rotate', `file ${name}`, `sizePerFile ${target.size_per_file_mb}`, `maxFiles ${target.max_files}`, 'size all']
      : [`utils network capture ${ONLY_INTERFACE}`, `file ${name}`, `count ${target.packet_limit ?? MOST_PACKETS}`, 'size all'];
  return [...words, ...(filterWords === '' ? [] : [filterWords])].join(' ');
}
