import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { DISPLAY_FILTER_PREFERENCES } from './filter/display-filter';

/** Bounds of one run. */
export interface PostFilterLimits {
  /** Milliseconds of a whole run. */
  readonly timeMs: number;
  /** KiB of address space; tshark 4.0 needs about 1 GiB of it before it has read a packet. */
  readonly memoryKib: number;
}

const LIMITS: PostFilterLimits = { timeMs: 600_000, memoryKib: 2_097_152 };
/** Packets after which tshark forgets what it knows of connections: the filters look at single packets, and memory stays bounded. */
const FORGET_AFTER = 100_000;
const LONGEST_COMPLAINT = 300;

/**
 * Applies a display filter to stored capture files with tshark, a child process under limits: bytes stream from the object store
 * through it, and nothing lies on a disk in between.
 */
export class PostFilter {
  constructor(
    /** See `displayFilter`. */
    readonly expression: string,
    private readonly store: ObjectStore,
    private readonly limits: PostFilterLimits = LIMITS,
    private readonly program = 'tshark',
  ) {}

  /**
   * The filtered file as a stream, in classic pcap format.
   * It fails with AppError `FILTER_FAILED` when tshark cannot read the file, takes too long, or is not installed.
   * @throws AppError of the object store
   */
  async open(key: string, signal: AbortSignal): Promise<Readable> {
    const source = await this.store.get(key);
    const preferences = DISPLAY_FILTER_PREFERENCES.flatMap((preference) => ['-o', preference]);
    const words = [this.program, '-n', '-Q', '-M', String(FORGET_AFTER), ...preferences, '-r', '-', '-F', 'pcap', '-w', '-', '-Y', this.expression];
    // tshark reads from a pipe but not from a socket, which is what Node gives a child; cat stands between them.
    const child = spawn('/bin/sh', ['-c', `cat | { ulimit -v ${this.limits.memoryKib}; exec nice -n 10 "$@"; }`, 'sh', ...words], {
      // A group of its own, so that all three can be ended together.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      // Neither the profile of a user nor our own settings and secrets have a place in it.
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', HOME: '/nonexistent' },
      cwd: '/',
    });
    const output = new PassThrough();
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-LONGEST_COMPLAINT)));
    const fail = (why: string): void => {
      output.destroy(new AppError('FILTER_FAILED', why));
    };
    const kill = (): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It has ended by itself, and its end has not been told yet.
        }
      }
    };
    const timer = setTimeout(() => {
      fail(`tshark took longer than ${this.limits.timeMs / 1_000} s`);
      kill();
    }, this.limits.timeMs);
    signal.addEventListener('abort', kill, { once: true });
    // Whoever stops reading, for whatever reason, ends the child too.
    output.once('close', kill);
    child.once('error', (error) => fail(`tshark could not be run (${error.message})`));
    pipeline(source, child.stdin).catch(() => undefined);
    child.stdout.pipe(output, { end: false });
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      source.destroy();
      if (code === 0) {
        output.end();
      } else if (!output.destroyed) {
        const said = complaint.replace(/^Running as user .*$/gm, '').replace(/\s+/g, ' ').trim();
        fail(code === 127 || code === 126 ? 'tshark is not installed' : `tshark ended with ${killedBy ?? code}${said === '' ? '' : `: ${said}`}`);
      }
    });
    return output;
  }
}
