import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AppError, type Clock } from '@capstan/kernel';
import type { HostKey } from '../inventory';
import { identify, killExactly, type HostProcess, type ProcessIdentity, processesStartedBy } from '../process-table.repository';
import { commandWorks } from '../system-command.client';
import { openVoiceSockets, type VoiceSockets } from '../voice-traffic/udp-sockets.client';
import { HostChild } from './host-child';
import { sharedSshdOptions } from './host-etc';
import { writeHostKeys } from './host-files.repository';
import { ACCOUNT_RIGHTS, type HostPlan, HOSTS_FOLDER } from './host-plan';
import type { LinuxHost } from './linux-host';
import type { LoginAttempts } from './sshd-log';
import { waitForSshBanner } from './sshd-ready.client';

/** sshd refuses to start as root without it; nobody else needs it. */
const PRIVILEGE_SEPARATION_FOLDER = '/run/sshd';

/** First three octets of a slot's addresses. All of 127/8 is loopback on Linux; slots are claimed per user, so the user counts too. */
export const loopbackPrefix = (slot: number): string => `127.${18 + (userInfo().uid % 200)}.${slot}`;

/** Plan of a host that is only an sshd of the current user. */
export function planLoopbackHost(slot: number, index: number): HostPlan {
  const self = { username: userInfo().username, uid: userInfo().uid, rights: ACCOUNT_RIGHTS.self, password: '' };
  return { name: `lab-linux-${index}`, index, address: `${loopbackPrefix(slot)}.${index}`, faults: [], accounts: [self], primary: self, tmpMiB: 0 };
}

/** Whether the current user may open the loopback interface for capture, by itself or by `sudo -n`. */
export async function canCaptureLoopback(): Promise<boolean> {
  const openInterface = ['-i', 'lo', '-L'];
  return (await commandWorks('tcpdump', openInterface)) || (await commandWorks('sudo', ['-n', 'tcpdump', ...openInterface]));
}

/** A "host" that is an sshd of the current user at a loopback address: what remains where namespaces are not allowed. */
export class LoopbackHost implements LinuxHost {
  readonly interface = 'lo';

  private constructor(
    readonly plan: HostPlan,
    readonly port: number,
    private readonly folder: string,
    private readonly child: HostChild,
    private readonly sshd: ProcessIdentity,
    private keys: readonly HostKey[],
    private readonly madeRunFolder: boolean,
  ) {}

  static async start(plan: HostPlan, clock: Clock, dir: string, authorizedKey: string, started: (process: ProcessIdentity) => void): Promise<LoopbackHost> {
    const folder = join(dir, HOSTS_FOLDER, plan.name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'authorized_keys'), authorizedKey, { mode: 0o600 });
    const keys = await writeHostKeys(folder, plan.name);
    const port = await freePort(plan.address);
    const config = join(folder, 'sshd_config');
    await writeFile(config, `${(await sshdConfig(folder, plan.address, port)).join('\n')}\n`, { mode: 0o600 });
    const madeRunFolder = plan.primary.uid === 0 && (await mkdir(PRIVILEGE_SEPARATION_FOLDER, { recursive: true, mode: 0o755 })) !== undefined;
    const child = new HostChild('/usr/sbin/sshd', ['-D', '-e', '-f', config], join(folder, 'sshd.log'));
    const sshd = identify(child.pid);
    if (!sshd) {
      throw new AppError('LAB_HOST_NOT_READY', `${plan.name}: sshd could not be started`);
    }
    started(sshd);
    const host = new LoopbackHost(plan, port, folder, child, sshd, keys, madeRunFolder);
    try {
      await waitForSshBanner(clock, plan.address, port, () => child.death);
    } catch (error) {
      await host.stop();
      throw error;
    }
    return host;
  }

  get pid(): number {
    return this.sshd.pid;
  }

  get hostKeys(): readonly HostKey[] {
    return this.keys;
  }

  get loginAttempts(): LoginAttempts {
    return this.child.loginAttempts;
  }

  openVoiceSockets(): Promise<VoiceSockets> {
    return openVoiceSockets(this.plan.address);
  }

  setLink(): Promise<void> {
    throw new AppError('LAB_UNSUPPORTED', 'a loopback host has no link of its own');
  }

  async renewHostKeys(): Promise<void> {
    this.keys = await writeHostKeys(this.folder, this.plan.name);
    await this.child.restartSshd(this.sshd);
  }

  processes(): readonly HostProcess[] {
    return processesStartedBy(this.pid, `${this.plan.address} ${this.port}`);
  }

  identities(): readonly ProcessIdentity[] {
    return this.processes().flatMap((found) => identify(found.pid) ?? []);
  }

  async stop(): Promise<void> {
    const all = this.identities();
    killExactly(this.sshd, 'SIGTERM');
    await this.child.exited.promise;
    all.forEach((process) => killExactly(process, 'SIGKILL'));
    if (this.madeRunFolder) {
      await rmdir(PRIVILEGE_SEPARATION_FOLDER).catch(() => undefined);
    }
  }
}

async function sshdConfig(folder: string, address: string, port: number): Promise<string[]> {
  return [
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey ${folder}/ssh_host_ed25519_key`,
    `HostKey ${folder}/ssh_host_rsa_key`,
    'PidFile none',
    `UsePAM ${(await needsPam()) ? 'yes' : 'no'}`,
    // Only the user's own login works, and not by password: an ordinary user's sshd cannot read the password file.
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `AllowUsers ${userInfo().username}`,
    ...sharedSshdOptions(),
  ];
}

/** Without PAM, sshd refuses an account whose password is locked with `!`, even by key; root's often is. */
async function needsPam(): Promise<boolean> {
  if (userInfo().uid !== 0 || !existsSync('/etc/pam.d/sshd')) {
    return false;
  }
  const shadow = await readFile('/etc/shadow', 'utf8').catch(() => '');
  return /^root:!/m.test(shadow);
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
    });
  });
}
