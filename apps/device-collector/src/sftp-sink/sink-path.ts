import { posix } from 'node:path';

/** Folder that devices are told to push into. */
export const SINK_FOLDER = '/in';

/**
 * The path a client means, in the sink's own small world: nothing of it lies on a disk.
 * @returns undefined for a path that climbs above the root, or has a control character in it
 */
export function resolveSinkPath(path: string): string | undefined {
  if (/\p{Cc}/u.test(path) || path.length > 1_000) {
    return undefined;
  }
  let depth = 0;
  for (const part of path.split('/')) {
    depth += part === '..' ? -1 : part === '' || part === '.' ? 0 : 1;
    if (depth < 0) {
      return undefined;
    }
  }
  return posix.resolve('/', path);
}

/** Whether files may be written there: below the folder, not the folder itself. */
export function isInsideFolder(path: string): boolean {
  return path.startsWith(`${SINK_FOLDER}/`);
}

/** The folders of one place; they exist in name only. */
export class SinkFolders {
  private readonly known = new Set(['/', SINK_FOLDER]);

  constructor(private readonly most = 200) {}

  has(path: string): boolean {
    return this.known.has(path);
  }

  /** @returns false where no folder may be made */
  make(path: string): boolean {
    if (!isInsideFolder(path) || !this.known.has(posix.dirname(path)) || this.known.size >= this.most) {
      return false;
    }
    this.known.add(path);
    return true;
  }
}
