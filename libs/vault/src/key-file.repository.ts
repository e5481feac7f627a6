import { randomBytes } from 'node:crypto';
import { constants, promises as fs } from 'node:fs';
import path from 'node:path';
import { Keyring, newKeyLine } from './keyring';
import { VaultErrorCode, vaultError } from './vault-error';

const HEAD = '# Master keys of the vault: <key id>:<base64>, the first one seals. Lose this file and every stored credential is lost.\n';

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

async function readSafely(file: string): Promise<string> {
  const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // Of the open file, not of the name: what is checked is what is read.
    const stat = await handle.stat();
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    if (!stat.isFile()) {
      throw vaultError(VaultErrorCode.KeyFileUnsafe, `The vault key file ${file} is not a regular file`);
    }
    if ((stat.mode & 0o077) !== 0) {
      throw vaultError(VaultErrorCode.KeyFileUnsafe, `The vault key file ${file} has mode ${mode}: others than its owner may use it. Run: chmod 600 ${file}`, {
        details: { mode },
      });
    }
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid && stat.uid !== 0) {
      throw vaultError(VaultErrorCode.KeyFileUnsafe, `The vault key file ${file} belongs to user ${stat.uid}, not to user ${uid} who runs this service`, {
        details: { owner: stat.uid, user: uid },
      });
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Writes a complete, synced file that only its owner can use, under a temporary name beside `file`. */
async function writeBeside(file: string, content: string): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await fs.open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Services start together: each may try to create the file, `link` lets one of them win, and all of them read its key. */
async function create(file: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = await writeBeside(file, `${HEAD}${newKeyLine()}\n`);
  try {
    await fs.link(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw error;
    }
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

function unreadable(file: string, error: unknown): Error {
  const reason = codeOf(error);
  return reason === undefined
    ? (error as Error)
    : vaultError(VaultErrorCode.KeyFileUnreadable, `The vault key file ${file} cannot be read or created (${reason})`, { details: { reason } });
}

function isErrno(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

/**
 * The keys of a key file, which is created with one new key and mode 0600 when it is missing.
 * @throws AppError `VAULT_KEY_FILE_UNSAFE`, `VAULT_KEY_FILE_UNREADABLE`, `VAULT_KEYS_INVALID`
 */
export async function openKeyFile(file: string): Promise<Keyring> {
  try {
    try {
      return Keyring.parse(await readSafely(file));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        throw error;
      }
    }
    await create(file);
    return Keyring.parse(await readSafely(file));
  } catch (error) {
    throw isErrno(error) ? unreadable(file, error) : error;
  }
}

/**
 * Puts a new current key in front of a key file; the old keys stay and still open. Services use it after a restart; then
 * their records can be rewrapped and the old keys taken out. One at a time: two rotations at once lose one of the new keys.
 * @throws as {@link openKeyFile}
 */
export async function rotateKeyFile(file: string): Promise<Keyring> {
  try {
    const content = await readSafely(file);
    Keyring.parse(content);
    const keys = content.split('\n').filter((line) => !line.startsWith('#'));
    const rotated = `${HEAD}${newKeyLine()}\n${keys.join('\n')}`;
    const keyring = Keyring.parse(rotated);
    await fs.rename(await writeBeside(file, rotated), file);
    await syncFolder(path.dirname(file));
    return keyring;
  } catch (error) {
    throw isErrno(error) ? unreadable(file, error) : error;
  }
}
