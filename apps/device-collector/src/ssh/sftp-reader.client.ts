import { AppError } from '@capstan/kernel';
import type { SFTPWrapper } from 'ssh2';

/** Largest read that every server answers in full (draft-ietf-secsh-filexfer-02 §3: packets up to 34,000 bytes). */
const READ_BYTES = 32_768;
/** Reads under way at once: 1 MiB in flight keeps a link of 100 ms round trip at 10 MB/s, where one at a time gives 0.3. */
const READS_IN_FLIGHT = 32;

type Outcome = { readonly bytes: Buffer } | { readonly error: unknown };

/**
 * A remote file's bytes, in order, with many reads under way. `ssh2`'s own stream has one read under way at a time.
 * @throws AppError `FILE_MISSING`; what ended the connection; the signal's reason
 */
export async function* readSftpFile(sftp: SFTPWrapper, path: string, connectionClosed: Promise<AppError>, signal: AbortSignal): AsyncGenerator<Buffer> {
  let giveUp: (error: unknown) => void = () => undefined;
  const gone = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  gone.catch(() => undefined);
  void connectionClosed.then((error) => giveUp(error));
  const onAbort = (): void => giveUp(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const handle = await Promise.race([openFile(sftp, path), gone]);
    try {
      yield* readInOrder(sftp, handle, gone);
    } finally {
      sftp.close(handle, () => undefined);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function openFile(sftp: SFTPWrapper, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sftp.open(path, 'r', (error, handle) => {
      if (error) {
        reject(new AppError('FILE_MISSING', 'The device could not open its capture file', { cause: error }));
      } else {
        resolve(handle);
      }
    });
  });
}

async function* readInOrder(sftp: SFTPWrapper, handle: Buffer, gone: Promise<never>): AsyncGenerator<Buffer> {
  const pending: { readonly position: number; readonly outcome: Promise<Outcome> }[] = [];
  let position = 0;
  for (;;) {
    while (pending.length < READS_IN_FLIGHT) {
      pending.push({ position, outcome: readOnce(sftp, handle, position, READ_BYTES) });
      position += READ_BYTES;
    }
    const next = pending.shift();
    if (next === undefined) {
      return;
    }
    let outcome = await Promise.race([next.outcome, gone]);
    let got = 0;
    // A short answer is not the end: the rest of the piece is asked for until the server says that there is none.
    while (got < READ_BYTES) {
      if ('error' in outcome) {
        throw outcome.error;
      }
      if (outcome.bytes.length === 0) {
        return;
      }
      got += outcome.bytes.length;
      yield outcome.bytes;
      if (got < READ_BYTES) {
        outcome = await Promise.race([readOnce(sftp, handle, next.position + got, READ_BYTES - got), gone]);
      }
    }
  }
}

const SSH_FX_EOF = 1;

function readOnce(sftp: SFTPWrapper, handle: Buffer, position: number, length: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const buffer = Buffer.allocUnsafe(length);
    sftp.read(handle, buffer, 0, length, position, (error, count) => {
      if (error === undefined || error === null) {
        resolve({ bytes: buffer.subarray(0, count) });
      } else if ((error as { code?: unknown }).code === SSH_FX_EOF) {
        resolve({ bytes: Buffer.alloc(0) });
      } else {
        resolve({ error: new AppError('FILE_TRUNCATED', 'The device could not read its capture file to the end', { cause: error }) });
      }
    });
  });
}
