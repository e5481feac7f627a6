import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import type { Log } from './log';
import { run, type UserIdentity } from './processes';

const USER_NAME = 'capstan-postgres';
/** Bit of CAP_DAC_READ_SEARCH; capabilities(7). */
const DAC_READ_SEARCH = 2n;

async function lookUp(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const { code, stdout } = await run('getent', ['passwd', name]);
  const [, , uid, gid] = stdout.trim().split(':');
  return code === 0 ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

async function ensureUser(log: Log): Promise<{ uid: number; gid: number }> {
  const known = await lookUp(USER_NAME);
  if (known !== undefined) {
    return known;
  }
  log(`Creating the system user ${USER_NAME}, because PostgreSQL refuses to run as root`);
  const { code, stderr } = await run('useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', USER_NAME]);
  const created = await lookUp(USER_NAME);
  if (created === undefined) {
    throw new AppError('POSTGRES_USER_MISSING', `The system user ${USER_NAME} for PostgreSQL could not be created: create it with useradd --system ${USER_NAME}, or start as an ordinary user`, {
      details: { code, stderr: stderr.trim() },
    });
  }
  return created;
}

/**
 * The first folder on the way to `target` that `user` may not pass, by the permission bits alone.
 * @returns undefined when the way is free
 */
export function lockedFolder(target: string, user: { uid: number; gid: number }): string | undefined {
  const parts = path.resolve(target).split(path.sep).filter(Boolean);
  let place: string = path.sep;
  for (const part of ['', ...parts]) {
    place = path.join(place, part);
    const { mode, uid, gid } = statSync(place);
    const bit = uid === user.uid ? constants.S_IXUSR : gid === user.gid ? constants.S_IXGRP : constants.S_IXOTH;
    if ((mode & bit) === 0) {
      return place;
    }
  }
  return undefined;
}

function mayGrantReadSearch(): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return (BigInt(`0x${bounding}`) & (1n << DAC_READ_SEARCH)) !== 0n;
}

/**
 * The user PostgreSQL is to run as: ourselves (undefined), or, as it refuses root, a system user that then owns `cluster`.
 * @param folders what that user must be able to reach
 * @throws AppError `FOLDER_NOT_OURS`, `POSTGRES_USER_MISSING`, `FOLDER_LOCKED`
 */
export async function postgresIdentity(cluster: string, folders: readonly string[], log: Log): Promise<UserIdentity | undefined> {
  const owner = statSync(cluster);
  const self = process.getuid?.() ?? 0;
  if (self !== 0) {
    if (owner.uid !== self) {
      throw new AppError('FOLDER_NOT_OURS', `${cluster} belongs to another user (uid ${owner.uid}): start as the user who started first, or choose another data folder`, {
        details: { folder: cluster, uid: owner.uid },
      });
    }
    accessSync(cluster, constants.W_OK);
    return undefined;
  }
  let user = { uid: owner.uid, gid: owner.gid };
  if (owner.uid === 0) {
    user = await ensureUser(log);
    chownSync(cluster, user.uid, user.gid);
  }
  const locked = folders.map((folder) => lockedFolder(folder, user)).find((folder) => folder !== undefined);
  if (locked === undefined) {
    return user;
  }
  if (!mayGrantReadSearch()) {
    throw new AppError('FOLDER_LOCKED', `PostgreSQL refuses to run as root, and its user ${USER_NAME} may not enter ${locked}: run chmod o+x ${locked}, or move there where every user may enter`, {
      details: { folder: locked },
    });
  }
  return { ...user, passLockedFolders: true };
}
