import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import { type ProcessIdentity, identify, isRunning, stopProcess } from './processes';
import type { Log } from './log';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Who uses a data folder: the server in it, its companions, and the process that started them. */
export interface Occupancy {
  starter: ProcessIdentity;
  /** The server first, then what it needs (its port mapper); stopped in this order. */
  servers: ProcessIdentity[];
  /** Anything a later process must know to talk to the server. No secrets. */
  facts: Record<string, string | number>;
}

/** Writes a file so that a reader sees the old text or the new text and never a half. */
export function writeWhole(file: string, text: string, mode = 0o600): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

/** The secret in `file`; made at random (192 bits, URL-safe) and stored with mode 0600 when there is none yet. */
export function storedSecret(file: string): string {
  if (existsSync(file)) {
    return readFileSync(file, 'utf8').trim();
  }
  mkdirSync(path.dirname(file), { recursive: true });
  const secret = randomBytes(24).toString('base64url');
  writeWhole(file, `${secret}\n`);
  return secret;
}

/** Keeps a server's log from growing for ever: above 10 MiB it starts afresh at the next start of the server. */
export function trimLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) {
    truncateSync(file);
  }
}

/** The last lines of a log, for an error's details. */
export function tailOf(file: string, lines = 8): string {
  try {
    const size = statSync(file).size;
    const length = Math.min(size, 8_192);
    const buffer = Buffer.alloc(length);
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, buffer, 0, length, size - length);
    } finally {
      closeSync(descriptor);
    }
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

const occupancyFile = (dataDir: string): string => path.join(dataDir, 'running.json');

/** What the folder says about its server; undefined when none was started, or it was stopped in order. */
export function readOccupancy(dataDir: string): Occupancy | undefined {
  try {
    return JSON.parse(readFileSync(occupancyFile(dataDir), 'utf8')) as Occupancy;
  } catch {
    return undefined;
  }
}

/** Remembers in the folder who uses it. */
export function writeOccupancy(dataDir: string, servers: readonly ProcessIdentity[], facts: Occupancy['facts']): void {
  const starter = identify(process.pid) ?? { pid: process.pid, startedAt: '' };
  const plain = servers.map(({ pid, startedAt }) => ({ pid, startedAt }));
  writeWhole(occupancyFile(dataDir), `${JSON.stringify({ starter, servers: plain, facts } satisfies Occupancy)}\n`);
}

/** Forgets the servers, keeps the facts: the folder is free. */
export function clearOccupancy(dataDir: string): void {
  const facts = readOccupancy(dataDir)?.facts ?? {};
  writeWhole(occupancyFile(dataDir), `${JSON.stringify({ starter: { pid: 0, startedAt: '' }, servers: [], facts } satisfies Occupancy)}\n`);
}

/**
 * Makes sure that nobody uses the folder. Servers whose starter was killed are stopped first; a server whose starter lives is somebody's.
 * @throws AppError `ALREADY_RUNNING`
 */
export async function vacate(dataDir: string, what: string, stopSignal: NodeJS.Signals, log: Log): Promise<void> {
  const occupancy = readOccupancy(dataDir);
  const [server, ...companions] = occupancy?.servers ?? [];
  if (occupancy === undefined || server === undefined) {
    return;
  }
  if (isRunning(server)) {
    if (isRunning(occupancy.starter)) {
      throw new AppError('ALREADY_RUNNING', `${what} in ${dataDir} is already run by process ${occupancy.starter.pid}: stop that process, or choose another data folder`, {
        details: { dataDir, pid: occupancy.starter.pid },
      });
    }
    log(`Stopping the ${what} that an earlier start left behind in ${dataDir}`);
    await stopProcess(server, [{ signal: stopSignal, waitMs: 30_000 }]);
  }
  for (const companion of companions) {
    await stopProcess(companion, [{ signal: 'SIGTERM', waitMs: 2_000 }]);
  }
}
