import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostKey } from '../inventory';
import { runCommand } from '../system-command.client';
import { type SystemIds, systemLines } from './host-etc';
import { SLOW_SHELL } from './host-init';
import type { EtcFile } from './host-plan';

const KEY_TYPES = ['ed25519', 'rsa'] as const;
const RSA_BITS = '2048';

/** What a host's /etc takes from the machine as it is: nothing secret, nothing that names people. */
const KEPT = ['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'localtime', 'services', 'protocols', 'ethertypes', 'os-release', 'debian_version', 'bash.bashrc', 'environment'];

/** The machine's system accounts. */
export async function readSystemIds(): Promise<SystemIds> {
  return {
    passwd: systemLines(await readFile('/etc/passwd', 'utf8')),
    group: systemLines(await readFile('/etc/group', 'utf8')),
  };
}

/**
 * crypt(3) hashes (SHA-512) of passwords, in the same order. perl belongs to every Debian system; the passwords go through
 * its standard input. Few rounds, because the passwords are random and live for one run.
 */
export async function hashPasswords(passwords: readonly string[], newSalt: () => string): Promise<string[]> {
  const lines = passwords.map((password) => `${password} $6$rounds=1000$${newSalt()}\n`).join('');
  const script = 'while (<STDIN>) { chomp; my ($p, $s) = split / /; print crypt($p, $s), "\\n"; }';
  return (await runCommand('perl', ['-e', script], lines)).trim().split('\n');
}

/** Makes the folder that becomes a host's /etc. */
export async function writeEtc(folder: string, files: readonly EtcFile[], authorizedKey: string, users: readonly string[]): Promise<void> {
  for (const part of ['ssh/authorized_keys', 'pam.d', 'sudoers.d']) {
    await mkdir(join(folder, part), { recursive: true, mode: 0o755 });
  }
  const kept = KEPT.map((name) => `/etc/${name}`).filter((path) => existsSync(path));
  await runCommand('cp', ['-a', ...kept, folder]);
  if (existsSync('/etc/ssh/moduli')) {
    await runCommand('cp', ['/etc/ssh/moduli', join(folder, 'ssh')]);
  }
  await symlink('/proc/self/mounts', join(folder, 'mtab'));
  await writeFile(join(folder, 'lab-slow-shell'), SLOW_SHELL, { mode: 0o755 });
  for (const file of files) {
    await mkdir(dirname(join(folder, file.path)), { recursive: true, mode: 0o755 });
    await writeFile(join(folder, file.path), file.text, { mode: file.mode });
    await chmod(join(folder, file.path), file.mode);
  }
  for (const user of users) {
    await writeFile(join(folder, 'ssh/authorized_keys', user), authorizedKey, { mode: 0o644 });
  }
}

/** Makes new host keys in `folder`, replacing older ones. */
export async function writeHostKeys(folder: string, comment: string): Promise<HostKey[]> {
  return Promise.all(KEY_TYPES.map(async (type) => {
    const path = join(folder, `ssh_host_${type}_key`);
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    await runCommand('ssh-keygen', ['-q', '-t', type, ...(type === 'rsa' ? ['-b', RSA_BITS] : []), '-N', '', '-C', comment, '-f', fresh]);
    await rename(fresh, path);
    await rename(`${fresh}.pub`, `${path}.pub`);
    return hostKeyOf(await readFile(`${path}.pub`, 'utf8'));
  }));
}

/** Type and fingerprint of a public key line (`type base64 comment`). */
export function hostKeyOf(publicKey: string): HostKey {
  const [type = '', base64 = ''] = publicKey.split(' ');
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return { type, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` };
}

/** The key every account of the lab accepts, made in `dir/lab_key`. */
export async function writeClientKey(dir: string): Promise<{ privateKey: string; authorizedKey: string }> {
  const path = join(dir, 'lab_key');
  await rm(path, { force: true });
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'capstan-lab', '-f', path]);
  return { privateKey: await readFile(path, 'utf8'), authorizedKey: await readFile(`${path}.pub`, 'utf8') };
}
