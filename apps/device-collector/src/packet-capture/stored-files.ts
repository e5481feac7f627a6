import type { StoredObject } from '@capstan/object-store';
import type { TaskArtifacts } from '@capstan/tasks';
import { AppError } from '@capstan/kernel';
import type { CapturedFile } from './capture-driver';
import { captureFileName, filteredFileName, logFileName } from './file-name';
import type { PostFilter } from './post-filter.client';
import { storeCapture, type StoredCapture } from './stored-capture.client';

/** A stored capture file, and where it was captured. */
export interface KeptCapture {
  readonly file: StoredCapture;
  readonly interface: string;
  /** Facts that only this file has. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** What a device gave. */
export interface StoredFiles {
  readonly captures: readonly KeptCapture[];
  readonly logs: ReadonlyArray<{ readonly name: string; readonly stored: StoredObject }>;
}

/** Stores the files of a device as they come. @throws what the device, or the store, fails with */
export async function storeFiles(
  files: AsyncIterable<CapturedFile>,
  artifacts: TaskArtifacts,
  from: { readonly host: string; readonly interface: string },
  signal: AbortSignal,
): Promise<StoredFiles> {
  // By name: a device that is asked again after a broken transfer gives the same files again.
  const captures = new Map<string, KeptCapture>();
  const logs = new Map<string, StoredFiles['logs'][number]>();
  for await (const file of files) {
    if (file.kind === 'log') {
      const name = logFileName(from.host, file.suffix);
      logs.set(name, { name, stored: await artifacts.put(name, file.body, { mediaType: 'text/plain', sizeHint: file.size, signal }) });
    } else {
      const seenOn = file.interface ?? from.interface;
      const name = captureFileName(from.host, seenOn, file.suffix);
      captures.set(name, { file: await storeCapture(artifacts, name, file.body, file.size, signal), interface: seenOn, ...(file.meta === undefined ? {} : { meta: file.meta }) });
    }
  }
  return { captures: [...captures.values()], logs: [...logs.values()] };
}

/**
 * Filtered copies beside the raw files. A copy that cannot be made is a remark, not a failure: the raw file holds everything.
 * @throws those of the object store, and the signal's reason
 */
export async function filterFiles(
  kept: readonly KeptCapture[],
  filter: PostFilter | undefined,
  artifacts: TaskArtifacts,
  signal: AbortSignal,
): Promise<{ readonly filtered: readonly KeptCapture[]; readonly remarks: readonly string[] }> {
  const filtered: KeptCapture[] = [];
  const remarks: string[] = [];
  if (filter === undefined) {
    return { filtered, remarks };
  }
  for (const { file, interface: seenOn, meta } of kept) {
    const name = filteredFileName(file.name);
    try {
      const copy = await storeCapture(artifacts, name, await filter.open(file.stored.key, signal), undefined, signal);
      filtered.push({ file: copy, interface: seenOn, meta: { ...meta, filtered_from: file.name, display_filter: filter.expression } });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'FILTER_FAILED') {
        throw error;
      }
      remarks.push(`${name} could not be made: ${error.message}`);
    }
  }
  return { filtered, remarks };
}
