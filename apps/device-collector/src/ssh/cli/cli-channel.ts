import type { AppError } from '@capstan/kernel';

/** A terminal on a device. */
export interface CliChannel {
  /** On the wire when this returns, unless the peer's window is full. */
  write(text: string): void;
  /** Told of every byte from now on; one listener at a time. */
  onData(listener: (chunk: Buffer) => void): void;
  /** Resolves once, with what ended the channel. */
  readonly closed: Promise<AppError>;
  /** Lets go of it. */
  close(): void;
}
