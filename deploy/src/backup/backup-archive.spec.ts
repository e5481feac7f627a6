import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { backupMembers, unpackBackup, writeBackup } from './backup-archive';

describe(writeBackup.name, () => {
  let folder: string;
  let data: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'backup-'));
    data = path.join(folder, 'data');
    file = path.join(folder, 'backup.tar.gz');
    for (const [name, text] of Object.entries({ 'objects/a b/ü.pcap': 'packets', 'secrets/key': 'k', 'logs/gateway.log': 'noise', 'launcher.json': '{}', 'postgres/PG_VERSION': '18' })) {
      mkdirSync(path.dirname(path.join(data, name)), { recursive: true });
      writeFileSync(path.join(data, name), text, { mode: name.startsWith('secrets') ? 0o600 : 0o644 });
    }
    mkdirSync(path.join(data, 'postgres', 'empty'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const about = { version: '0.1.0', madeAt: '2026-11-21T18:00:00.000Z' };

  it('brings back what was there, with its rights, and leaves out logs and who ran', async () => {
    const { files } = await writeBackup(data, file, about);
    expect(files.map((entry) => entry.path)).toEqual(['objects/a b/ü.pcap', 'postgres/PG_VERSION', 'secrets/key']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const back = path.join(folder, 'back');
    expect((await unpackBackup(file, back)).files).toEqual(files);
    expect(readFileSync(path.join(back, 'objects/a b/ü.pcap'), 'utf8')).toBe('packets');
    expect(statSync(path.join(back, 'secrets/key')).mode & 0o777).toBe(0o600);
    expect(backupMembers(back)).toEqual({ files: files.map((entry) => entry.path), folders: ['objects', 'objects/a b', 'postgres', 'postgres/empty', 'secrets'] });
    // Of the packing nothing stays behind.
    expect(backupMembers(data)).toEqual(backupMembers(back));
  });

  it('replaces nothing', async () => {
    writeFileSync(file, 'older');
    await expect(writeBackup(data, file, about)).rejects.toMatchObject({ code: 'BACKUP_EXISTS' });
    expect(readFileSync(file, 'utf8')).toBe('older');
  });

  it('refuses a backup of which one byte was changed, and leaves nothing of it', async () => {
    await writeBackup(data, file, about);
    const bytes = gunzipSync(readFileSync(file));
    const at = bytes.lastIndexOf('packets');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, gzipSync(bytes));
    const back = path.join(folder, 'back');
    await expect(unpackBackup(file, back)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED', message: expect.stringContaining('objects/a b/ü.pcap is not what was packed') });
    expect(() => statSync(back)).toThrow('ENOENT');
  });

  it('refuses what is no backup', async () => {
    writeFileSync(file, gzipSync('nothing'));
    await expect(unpackBackup(file, path.join(folder, 'back'))).rejects.toMatchObject({ code: expect.stringMatching(/^BACKUP_/) });
  });
});
