import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@capstan/kernel';
import type { LabMode } from '../inventory';
import { runCommand } from '../system-command.client';

const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const ALWAYS_NEEDED = { sshd: 'openssh-server', 'ssh-keygen': 'openssh-client', setpriv: 'util-linux', tcpdump: 'tcpdump' };

const NAMESPACES_NEED = { ip: 'iproute2', unshare: 'util-linux', nsenter: 'util-linux', perl: 'perl-base' };

/** Where a program is; also looks in the sbin folders, which an ordinary user's PATH lacks. */
export function findProgram(name: string): string | undefined {
  return PATH.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missing(programs: Readonly<Record<string, string>>): string[] {
  return Object.entries(programs).filter(([name]) => findProgram(name) === undefined).map(([, debianPackage]) => debianPackage);
}

/**
 * Decides how hosts are kept apart, by trying.
 * @throws AppError `LAB_MISSING_PROGRAM` naming Debian packages; `LAB_NAMESPACES_REFUSED` when namespaces were asked for by name
 */
export async function chooseMode(wish: LabMode | 'auto'): Promise<{ mode: LabMode; reason: string }> {
  const needed = missing(ALWAYS_NEEDED);
  if (needed.length > 0) {
    throw new AppError('LAB_MISSING_PROGRAM', `the lab needs the Debian packages ${needed.join(', ')}: apt-get install ${needed.join(' ')}`);
  }
  if (wish === 'loopback') {
    return { mode: 'loopback', reason: 'asked for' };
  }
  const obstacle = await namespaceObstacle();
  if (obstacle === undefined) {
    return { mode: 'namespaces', reason: 'this machine allows network namespaces' };
  }
  if (wish === 'namespaces') {
    throw new AppError('LAB_NAMESPACES_REFUSED', obstacle);
  }
  return { mode: 'loopback', reason: obstacle };
}

async function namespaceObstacle(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) {
    return 'network namespaces need root; start the lab with sudo to get them';
  }
  const lacking = missing(NAMESPACES_NEED);
  if (lacking.length > 0) {
    return `network namespaces need the Debian packages ${lacking.join(', ')}`;
  }
  // A bridge and a veth in a namespace that vanishes with the command: tries the rights without leaving a trace.
  const trial = 'ip link add name clab0 type bridge && ip link add clab0v type veth peer name clab0w && mount -t tmpfs tmpfs /mnt';
  try {
    await runCommand('unshare', ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '/bin/sh', '-c', trial]);
    return undefined;
  } catch (error) {
    return `namespaces are refused here: ${(error as Error).message}`;
  }
}
