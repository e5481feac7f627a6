import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@capstan/testing';

/** Accounts of the server; they exist inside its mount namespace only. */
export const ACCOUNTS = {
  root: { uid: 0, password: 'root-Pa55-of-the-test' },
  /** May run tcpdump and kill through sudo, without a password. */
  capture: { uid: 20_001, password: 'capture-Pa55-of-the-test' },
  /** May log in, nothing more. */
  viewer: { uid: 20_002, password: "it's $(odd) `pass`\\word" },
} as const;
export type AccountName = keyof typeof ACCOUNTS;

export interface SshServerOptions {
  /** MiB of the tmpfs that is mounted at /var/tmp. Default 64. */
  varTmpMiB?: number;
  /** More lines for sshd_config, before the usual ones. */
  config?: readonly string[];
  /** Whether there is an SFTP subsystem. Default true. */
  sftp?: boolean;
  /** Lines of a hosts file that only this server reads. */
  hosts?: readonly string[];
  /** Login shell of all accounts. */
  shell?: string;
  /** Keep the machine's host key of an earlier server, or make new ones. */
  hostKeysFrom?: SshServer;
  port?: number;
}

/** A real sshd on loopback with accounts, sudoers and a /var/tmp of its own, in a private mount namespace. */
export class SshServer {
  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly process: ChildProcess,
    private readonly output: { text: string },
  ) {}

  readonly host = '127.0.0.1';

  static async start(options: SshServerOptions = {}): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), 'capstan-sshd-'));
    chmodSync(folder, 0o755);
    const port = options.port ?? (await freePort());
    writeEtc(folder, options.shell ?? '/bin/bash', options.hosts ?? []);
    if (options.hostKeysFrom) {
      for (const name of ['ed25519', 'ed25519.pub', 'rsa', 'rsa.pub']) {
        writeFileSync(join(folder, name), readFileSync(join(options.hostKeysFrom.folder, name)), { mode: 0o600 });
      }
    } else {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ed25519')]);
      execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(folder, 'rsa')]);
    }
    writeFileSync(join(folder, 'sshd_config'), sshdConfig(folder, port, [...(options.sftp === false ? [] : ['Subsystem sftp internal-sftp']), ...(options.config ?? [])]));
    writeFileSync(join(folder, 'run.sh'), RUN);
    const [command, ...args] = elevated(['unshare', '--mount', '--propagation', 'private', 'sh', join(folder, 'run.sh'), folder, String(options.varTmpMiB ?? 64)]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const output = { text: '' };
    child.stderr.on('data', (chunk: Buffer) => {
      output.text += chunk.toString();
    });
    const server = new SshServer(port, folder, child, output);
    await eventually(() => server.log.includes('Server listening'), () => server.log);
    return server;
  }

  /** Everything sshd has logged, at level VERBOSE. */
  get log(): string {
    return this.output.text;
  }

  /** How many passwords reached the server and were refused. */
  get refusedPasswords(): number {
    return this.log.split('\n').filter((line) => /Failed (?:password|keyboard-interactive)/.test(line)).length;
  }

  /** Allows an account to log in with a key instead of a password. */
  allowKey(account: AccountName, publicKey: string): void {
    writeFileSync(join(this.folder, 'keys', account), `${publicKey}\n`);
  }

  /** How many logins succeeded. */
  get logins(): number {
    return this.log.split('\n').filter((line) => /Accepted /.test(line)).length;
  }

  /** Runs a command as root inside the server's mount namespace, and below its root: the tests may run in a chroot. */
  inside(command: string): string {
    const [file, ...args] = elevated(['nsenter', '--target', String(this.process.pid), '--mount', '--root', '--wd', 'sh', '-c', command]);
    return execFileSync(file, args, { encoding: 'utf8' });
  }

  /** PIDs of tcpdump processes that write into a folder of ours. */
  tcpdumps(): number[] {
    return this.processes().filter(({ name }) => name === 'tcpdump').map(({ pid }) => pid);
  }

  /** Processes that belong to a capture on this server: other servers' processes live in other mount namespaces. */
  processes(): { pid: number; name: string }[] {
    const found = this.inside(
      'for f in $(grep -ls "[c]apstan-[0-9a-f]*-[0-9a-f]*-" /proc/[0-9]*/cmdline 2>/dev/null); do p=${f%/cmdline}; ' +
        '[ "$(readlink $p/ns/mnt)" = "$(readlink /proc/self/ns/mnt)" ] && { read -r n < $p/comm; } 2>/dev/null && echo "${p#/proc/} $n"; done; true',
    );
    return found
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))
      .map(([pid, name]) => ({ pid: Number(pid), name: name ?? '' }))
      .filter(({ name }) => name !== 'grep');
  }

  /** Folders of captures. */
  leftFolders(): string[] {
    return this.inside('ls -d /var/tmp/capstan-* /dev/shm/capstan-* 2>/dev/null; true').split('\n').filter((line) => line !== '');
  }

  /** Cuts every connection, as a broken network would after a while. */
  cutConnections(): void {
    const pids = this.inside(`cat /proc/${this.process.pid}/task/*/children`).trim().split(/\s+/).filter((pid) => pid !== '');
    for (const pid of pids) {
      this.inside(`kill -9 ${pid} $(cat /proc/${pid}/task/*/children) 2>/dev/null; true`);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    const [file, ...args] = elevated(['kill', String(this.process.pid)]);
    if (this.process.exitCode === null) {
      // What a failed test has left running would outlive the server.
      for (const { pid } of this.processes()) {
        this.inside(`kill -9 ${pid} 2>/dev/null; true`);
      }
      execFileSync(file, args);
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until the condition holds. */
export async function eventually(condition: () => boolean | Promise<boolean>, state: () => unknown = () => '', ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`Not within ${ms} ms; last state: ${String(state())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function elevated(words: readonly [string, ...string[]]): [string, ...string[]] {
  return process.getuid?.() === 0 ? [...words] : ['sudo', '-n', ...words];
}

const RUN = `
set -e
d=$1
mkdir -p /run/sshd
for file in hosts passwd shadow group sudoers pam.d/sshd; do mount --bind "$d/$file" "/etc/$file"; done
mount -t tmpfs -o mode=1777,size="$2"m tmpfs /var/tmp
mount -t tmpfs -o mode=1777,size=64m tmpfs /dev/shm
# Only the mount above is left to write to.
mount --bind /tmp /tmp
mount -o remount,bind,ro /tmp
exec /usr/sbin/sshd -D -e -f "$d/sshd_config"
`;

function writeEtc(folder: string, shell: string, hosts: readonly string[]): void {
  const system = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('root:'));
  const accounts = Object.entries(ACCOUNTS);
  const hash = (password: string): string => execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  const lines = (values: readonly string[]): string => `${values.join('\n')}\n`;
  writeFileSync(join(folder, 'passwd'), lines([...accounts.map(([name, { uid }]) => `${name}:x:${uid}:${uid}::/:${shell}`), ...system('/etc/passwd')]));
  writeFileSync(join(folder, 'hosts'), lines([readFileSync('/etc/hosts', 'utf8').trimEnd(), ...hosts]));
  writeFileSync(join(folder, 'group'), lines([...accounts.map(([name, { uid }]) => `${name}:x:${uid}:`), ...system('/etc/group')]));
  writeFileSync(join(folder, 'shadow'), lines(accounts.map(([name, { password }]) => `${name}:${hash(password)}:20000:0:99999:7:::`)), { mode: 0o600 });
  writeFileSync(
    join(folder, 'sudoers'),
    lines(['Defaults env_reset', 'Defaults use_pty', 'Defaults secure_path="/usr/sbin:/usr/bin:/sbin:/bin"', 'root ALL=(ALL:ALL) ALL', 'capture ALL=(root) NOPASSWD: /usr/bin/tcpdump, /usr/bin/kill, /bin/kill']),
    { mode: 0o440 },
  );
  mkdirSync(join(folder, 'keys'));
  mkdirSync(join(folder, 'pam.d'));
  writeFileSync(join(folder, 'pam.d/sshd'), lines(['auth required pam_unix.so', 'account required pam_permit.so', 'session required pam_permit.so']));
}

function sshdConfig(folder: string, port: number, extra: readonly string[]): string {
  return [
    // Of a repeated option sshd takes the first.
    ...extra,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'ed25519')}`,
    `HostKey ${join(folder, 'rsa')}`,
    'PidFile none',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    `AuthorizedKeysFile ${join(folder, 'keys')}/%u`,
    'StrictModes no',
    'UseDNS no',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 200:30:400',
    'MaxSessions 50',
    'LogLevel VERBOSE',
    '',
  ].join('\n');
}
