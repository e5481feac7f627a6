import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openKeyFile, rotateKeyFile, Vault } from '../src';

const context = { service: 'device-collector', recordId: '1' };

describe(openKeyFile.name, () => {
  let dir: string;
  let file: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'capstan-vault-'));
    file = path.join(dir, 'keys', 'vault.keys');
  });

  afterEach(async () => {
    await fs.rm(dir, { recursive: true, force: true });
  });

  it('creates a key once, for its owner alone', async () => {
    const keyring = await openKeyFile(file);
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
    expect((await fs.stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await fs.readdir(path.dirname(file))).toEqual(['vault.keys']);
    expect((await openKeyFile(file)).ids).toEqual(keyring.ids);
  });

  it('gives services that start together the same key', async () => {
    const keyrings = await Promise.all(Array.from({ length: 12 }, () => openKeyFile(file)));
    expect(new Set(keyrings.map(({ current }) => current.id)).size).toBe(1);
    expect(await fs.readdir(path.dirname(file))).toEqual(['vault.keys']);
    const [first, last] = [keyrings.at(0), keyrings.at(-1)].map((keyring) => new Vault(keyring as NonNullable<typeof keyring>));
    expect(last?.open(first?.seal('value', context), context)).toBe('value');
  });

  it.each([0o640, 0o604, 0o660, 0o620, 0o601, 0o777])('refuses mode %o and says how to mend it', async (mode) => {
    await openKeyFile(file);
    await fs.chmod(file, mode);
    await expect(openKeyFile(file)).rejects.toMatchObject({
      code: 'VAULT_KEY_FILE_UNSAFE',
      retryable: false,
      message: expect.stringContaining(`chmod 600 ${file}`),
      details: { mode: mode.toString(8).padStart(4, '0') },
    });
    await expect(rotateKeyFile(file)).rejects.toMatchObject({ code: 'VAULT_KEY_FILE_UNSAFE' });
  });

  it('takes a file that may only be read', async () => {
    const { ids } = await openKeyFile(file);
    await fs.chmod(file, 0o400);
    expect((await openKeyFile(file)).ids).toEqual(ids);
  });

  it('refuses a folder, an empty file and a place where nothing can be created', async () => {
    await expect(openKeyFile(dir)).rejects.toMatchObject({ code: 'VAULT_KEY_FILE_UNSAFE' });
    const empty = path.join(dir, 'empty');
    await fs.writeFile(empty, '', { mode: 0o600 });
    await expect(openKeyFile(empty)).rejects.toMatchObject({ code: 'VAULT_KEYS_INVALID' });
    await expect(openKeyFile(path.join(empty, 'below'))).rejects.toMatchObject({ code: 'VAULT_KEY_FILE_UNREADABLE', details: { reason: 'ENOTDIR' } });
  });

  it('rotates: seals under a new key, opens what the old one sealed', async () => {
    const before = await openKeyFile(file);
    const sealed = new Vault(before).seal('value', context);
    const rotated = await rotateKeyFile(file);
    expect(rotated.ids).toEqual([rotated.current.id, ...before.ids]);
    const after = new Vault(await openKeyFile(file));
    expect(after.open(sealed, context)).toBe('value');
    expect(after.rewrap(sealed).keyId).toBe(rotated.current.id);
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
    expect(await fs.readdir(path.dirname(file))).toEqual(['vault.keys']);
  });
});
