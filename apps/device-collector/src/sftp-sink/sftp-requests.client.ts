import { posix } from 'node:path';
import type { Attributes, SFTPWrapper } from 'ssh2';
import { utils } from 'ssh2';
import type { IncomingFile } from './incoming-file';
import type { OpenPlace } from './sink-place';
import { resolveSinkPath } from './sink-path';

const { STATUS_CODE, OPEN_MODE } = utils.sftp;
const FOLDER_MODE = 0o40700;
const FILE_MODE = 0o100600;
const MOST_HANDLES = 64;

type Handle = { readonly kind: 'file'; readonly file: IncomingFile } | { readonly kind: 'folder'; listed: boolean };

/**
 * Answers one client's SFTP requests (draft-ietf-secsh-filexfer-02): files can be written from front to back and folders
 * made, inside the place; everything else is refused. Folders look empty, except that what was written has its size.
 */
export function serveSftp(sftp: SFTPWrapper, place: OpenPlace): void {
  const handles = new Map<number, Handle>();
  let lastHandle = 0;
  const status = (request: number, code: number, message?: string): void => sftp.status(request, code, message);
  const ok = (request: number): void => status(request, STATUS_CODE.OK);
  const denied = (request: number): void => status(request, STATUS_CODE.PERMISSION_DENIED, 'only writing new files is allowed here');
  const missing = (request: number): void => status(request, STATUS_CODE.NO_SUCH_FILE);
  const find = (handle: Buffer): Handle | undefined => (handle.length === 4 ? handles.get(handle.readUInt32BE(0)) : undefined);
  const hand = (request: number, handle: Handle): void => {
    lastHandle += 1;
    handles.set(lastHandle, handle);
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32BE(lastHandle);
    sftp.handle(request, buffer);
  };
  const attributes = (path: string): Attributes | undefined => {
    const resolved = resolveSinkPath(path);
    if (resolved === undefined) {
      return undefined;
    }
    const file = place.sizes.get(resolved);
    const mode = file !== undefined ? FILE_MODE : place.folders.has(resolved) ? FOLDER_MODE : undefined;
    return mode === undefined ? undefined : { mode, uid: 0, gid: 0, size: file?.received ?? 0, atime: 0, mtime: 0 };
  };
  const stat = (request: number, path: string): void => {
    const found = attributes(path);
    if (found === undefined) {
      missing(request);
    } else {
      sftp.attrs(request, found);
    }
  };

  sftp.on('OPEN', (request, path, flags) => {
    if ((flags & OPEN_MODE.WRITE) === 0 || (flags & OPEN_MODE.APPEND) !== 0 || handles.size >= MOST_HANDLES) {
      denied(request);
      return;
    }
    const file = place.begin(path);
    if (file === 'denied') {
      denied(request);
    } else if (file === 'missing') {
      missing(request);
    } else {
      hand(request, { kind: 'file', file });
    }
  });
  sftp.on('WRITE', (request, buffer, offset, data) => {
    const handle = find(buffer);
    if (handle?.kind !== 'file') {
      status(request, STATUS_CODE.FAILURE, 'no such handle');
      return;
    }
    try {
      // The protocol's buffer is used again.
      handle.file.accept(offset, Buffer.from(data), () => ok(request));
    } catch (error) {
      status(request, STATUS_CODE.FAILURE, (error as Error).message);
    }
  });
  sftp.on('CLOSE', (request, buffer) => {
    const handle = find(buffer);
    if (handle === undefined) {
      status(request, STATUS_CODE.FAILURE, 'no such handle');
      return;
    }
    handles.delete(buffer.readUInt32BE(0));
    if (handle.kind === 'file') {
      handle.file.finish();
    }
    ok(request);
  });
  sftp.on('FSTAT', (request, buffer) => {
    const handle = find(buffer);
    sftp.attrs(request, { mode: handle?.kind === 'folder' ? FOLDER_MODE : FILE_MODE, uid: 0, gid: 0, size: handle?.kind === 'file' ? handle.file.received : 0, atime: 0, mtime: 0 });
  });
  // Times and rights of a file mean nothing here, and a client that cannot set them gives the whole transfer up.
  sftp.on('FSETSTAT', ok);
  sftp.on('SETSTAT', ok);
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('REALPATH', (request, path) => {
    const resolved = resolveSinkPath(path);
    if (resolved === undefined) {
      denied(request);
    } else {
      sftp.name(request, [{ filename: resolved, longname: resolved, attrs: { mode: FOLDER_MODE, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }]);
    }
  });
  sftp.on('OPENDIR', (request, path) => {
    const resolved = resolveSinkPath(path);
    if (resolved === undefined || !place.folders.has(resolved) || handles.size >= MOST_HANDLES) {
      missing(request);
    } else {
      hand(request, { kind: 'folder', listed: false });
    }
  });
  sftp.on('READDIR', (request, buffer) => {
    status(request, find(buffer)?.kind === 'folder' ? STATUS_CODE.EOF : STATUS_CODE.FAILURE);
  });
  sftp.on('MKDIR', (request, path) => {
    const resolved = resolveSinkPath(path);
    if (resolved === undefined) {
      denied(request);
    } else if (place.folders.has(resolved)) {
      status(request, STATUS_CODE.FAILURE, 'the folder exists');
    } else if (place.folders.make(resolved)) {
      ok(request);
    } else if (!place.folders.has(posix.dirname(resolved))) {
      missing(request);
    } else {
      denied(request);
    }
  });
  for (const event of ['READ', 'REMOVE', 'RMDIR', 'READLINK', 'RENAME', 'SYMLINK', 'EXTENDED'] as const) {
    (sftp as unknown as NodeJS.EventEmitter).on(event, (request: number) => (event === 'EXTENDED' ? status(request, STATUS_CODE.OP_UNSUPPORTED) : denied(request)));
  }
  const gone = (): void => {
    handles.forEach((handle) => handle.kind === 'file' && handle.file.breakOff());
    handles.clear();
  };
  // The client's end of input is its goodbye; it waits for ours.
  sftp.on('end', () => {
    gone();
    sftp.end();
  });
  sftp.on('close', gone).on('error', gone);
}
