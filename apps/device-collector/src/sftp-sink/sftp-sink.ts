import type { Readable } from 'node:stream';

/** What a device is to be told so that it finds the sink. */
export interface SinkAddress {
  /** As the device sees us. */
  readonly host: string;
  readonly port: number;
  /** Set when the device can hardly reach that address. */
  readonly warning?: string;
}

/** What a place is opened for. */
export interface SinkWish {
  /** Appears in the user name, so that a device's log tells which task it served. */
  readonly taskId: string;
  /** The device that will push, as Capstan reaches it. */
  readonly deviceHost: string;
  /** Bytes that may come in all; more is refused. */
  readonly quotaBytes: number;
  /** Milliseconds after which the place closes by itself. */
  readonly lifetimeMs: number;
}

/** A file that a device is pushing. */
export interface SinkFile {
  /** Last part of the path under which it came. */
  readonly name: string;
  /** The whole path, below the place's folder. */
  readonly path: string;
  /**
   * The bytes as they come: a reader that stops slows the device down. Fails with `EXPORT_FAILED` (retryable) when the
   * transfer breaks off, and with `QUOTA_EXCEEDED`.
   */
  readonly body: Readable;
}

/** Where one task's device may push files. User, password and folder are good for this place only. */
export interface SinkPlace {
  readonly address: SinkAddress;
  readonly username: string;
  readonly password: string;
  /** Folder to name when the device asks for one. */
  readonly folder: string;
  /** Fingerprints of the sink's own host keys: SHA-256 as OpenSSH writes it, and MD5 in pairs. */
  readonly fingerprints: readonly string[];
  /** Whether anybody has logged in, and what was refused: for the difference between unreachable and refused. */
  readonly contacts: SinkContacts;
  /** The next file, as soon as its first byte is announced. @throws the signal's reason; AppError `EXPORT_FAILED` when the place is closed */
  next(signal: AbortSignal): Promise<SinkFile>;
  /** Ends everything that still comes. Safe to call twice. */
  close(): void;
}

/** What a place has seen. */
export interface SinkContacts {
  readonly logins: number;
  readonly refusals: number;
}

/** A server to which devices push files by SFTP or SCP, held open only while somebody waits for files. */
export interface SftpSink {
  /** Where a device would have to push to. Opens nothing. */
  address(deviceHost: string): Promise<SinkAddress>;
  /** @throws AppError `EXPORT_UNREACHABLE` when the server cannot listen */
  open(wish: SinkWish): Promise<SinkPlace>;
}

/** Injection token of the {@link SftpSink}. */
export const SFTP_SINK = Symbol('SFTP_SINK');
