import { AppError } from '@capstan/kernel';
import { ObjectErrorCode, objectError } from '../object-error';

/** The `code` of a Node file-system error; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'syscall' in error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Whether the error says that there is no such file; a parent that is a file means the same. */
export function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A failure of the file system as an AppError; anything else unchanged, because it is the caller's own. */
export function fileError(error: unknown): unknown {
  const code = errnoOf(error);
  if (error instanceof AppError || code === undefined) {
    return error;
  }
  const options = { cause: error, details: { errno: code } };
  switch (code) {
    case 'ENOENT':
      return objectError(ObjectErrorCode.NotFound, 'There is no such object', { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return objectError(ObjectErrorCode.Full, 'The object store has no space left', options);
    case 'EFBIG':
      return objectError(ObjectErrorCode.TooLarge, 'The file system cannot hold a file of this size', options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return objectError(ObjectErrorCode.Denied, 'The object store folder may not be accessed', options);
    case 'ELOOP':
      return objectError(ObjectErrorCode.Misconfigured, 'A symbolic link stands in the object store folder', options);
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return objectError(ObjectErrorCode.KeyConflict, 'The key is a folder of another key, or lies below another key', options);
    default:
      return objectError(ObjectErrorCode.Unavailable, 'The object store folder could not be used', options);
  }
}
