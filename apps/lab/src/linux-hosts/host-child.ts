import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AppError, Deferred, systemClock, withTimeout } from '@capstan/kernel';
import { killExactly, type ProcessIdentity } from '../process-table.repository';
import { countLogLine, type LoginAttempts, NO_ATTEMPTS } from './sshd-log';

const RESTART_WITHIN_MS = 10_000;

/**
 * A child that runs until the lab ends it, and dies with the lab even if that is killed (`setpriv --pdeathsig`). Its
 * standard error is sshd's log: kept in a file, and read for login attempts.
 */
export class HostChild {
  loginAttempts: LoginAttempts = NO_ATTEMPTS;
  readonly exited = new Deferred<void>();
  private readonly child: ChildProcess;
  private readonly log: WriteStream;
  private readonly firstLine = new Deferred<string>();
  private listening = new Deferred<void>();
  private lastWords = '';
  private gone = false;

  constructor(program: string, args: readonly string[], logFile: string) {
    this.log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
    // Its own session, so that Ctrl-C in a terminal reaches the lab alone and the lab can stop things in order.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child.stdin?.on('error', () => undefined);
    this.child.once('error', (error) => this.ended(error.message));
    this.child.once('exit', (code, signal) => this.ended(`exit ${code ?? signal}`));
    this.firstLine.promise.catch(() => undefined);
    if (this.child.stdout && this.child.stderr) {
      createInterface(this.child.stdout).once('line', (line) => this.firstLine.resolve(line));
      createInterface(this.child.stderr).on('line', (line) => this.read(line));
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Why it is not running any more; undefined while it is. */
  get death(): string | undefined {
    return this.gone ? this.lastWords : undefined;
  }

  /** First line it prints. */
  line(): Promise<string> {
    return this.firstLine.promise;
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Makes sshd execute itself again, as SIGHUP does, and waits until its new self listens. */
  async restartSshd(sshd: ProcessIdentity): Promise<void> {
    this.listening = new Deferred<void>();
    killExactly(sshd, 'SIGHUP');
    await withTimeout(systemClock, RESTART_WITHIN_MS, 'LAB_HOST_NOT_READY', 'sshd did not come back after SIGHUP', () => this.listening.promise);
  }

  private read(line: string): void {
    if (line.startsWith('Server listening on ')) {
      this.listening.resolve();
    }
    this.loginAttempts = countLogLine(this.loginAttempts, line.trim());
    this.lastWords = line.trim() || this.lastWords;
    this.log.write(`${line}\n`);
  }

  private ended(how: string): void {
    this.gone = true;
    this.lastWords = this.lastWords ? `${this.lastWords} (${how})` : how;
    this.firstLine.reject(new AppError('LAB_HOST_NOT_READY', this.lastWords));
    this.log.end();
    this.exited.resolve();
  }
}
