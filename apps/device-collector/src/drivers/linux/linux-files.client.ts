import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';
import type { SFTPWrapper } from 'ssh2';
import { readToEnd } from '../../ssh/exec-channel.client';
import { readSftpFile } from '../../ssh/sftp-reader.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import { PcapReader } from '../../packet-capture/pcap-reader';

/** A capture file on the host. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
}

const HEAD_BYTES = 40;

/** Reads capture files from a host: by SFTP, or by `cat` where there is no SFTP. */
export class LinuxFiles {
  private sftp: SFTPWrapper | 'unavailable' | undefined;

  constructor(private readonly connection: SshConnection) {}

  /** The bytes of a file. The stream fails with `DEVICE_LOST` when the connection breaks, and when fewer bytes came than there are. */
  async read(file: RemoteFile, signal: AbortSignal): Promise<Readable> {
    const sftp = await this.subsystem(signal);
    return Readable.from(sftp === undefined ? this.cat(file, signal) : readSftpFile(sftp, file.path, this.connection.closed, signal), {
      objectMode: false,
      highWaterMark: 262_144,
    });
  }

  /** Time of the first packet of each file, Unix milliseconds; undefined for files without packets. */
  async firstPacketTimes(files: readonly RemoteFile[], signal: AbortSignal): Promise<Map<string, number | undefined>> {
    const times = new Map<string, number | undefined>();
    for (const file of files) {
      const head = await this.connection.exec(`exec head -c ${HEAD_BYTES} ${file.path} | od -An -v -tx1`, signal);
      const reader = new PcapReader();
      reader.push(Buffer.from(head.stdout.replace(/\s+/g, ''), 'hex'));
      times.set(file.path, reader.summary().firstPacketAt ?? undefined);
    }
    return times;
  }

  private async subsystem(signal: AbortSignal): Promise<SFTPWrapper | undefined> {
    if (this.sftp === undefined) {
      try {
        this.sftp = await this.connection.sftp(signal);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'SFTP_UNAVAILABLE') {
          throw error;
        }
        this.sftp = 'unavailable';
      }
    }
    return this.sftp === 'unavailable' ? undefined : this.sftp;
  }

  private async *cat(file: RemoteFile, signal: AbortSignal): AsyncGenerator<Buffer> {
    const channel = await this.connection.open(`exec cat ${file.path}`, signal);
    const close = (): void => channel.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      channel.stderr.resume();
      for await (const chunk of readToEnd(channel.stdout)) {
        yield chunk;
      }
      signal.throwIfAborted();
      const { code } = await channel.exit;
      if (code === null) {
        throw new AppError('DEVICE_LOST', 'The device broke off while it sent its capture file', { retryable: true });
      }
      if (code !== 0) {
        throw new AppError('FILE_MISSING', `The device could not read its capture file (exit code ${String(code)})`);
      }
    } finally {
      signal.removeEventListener('abort', close);
      channel.close();
    }
  }
}
