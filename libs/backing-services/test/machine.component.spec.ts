import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { assertDiskSpace, assertPortFree, findProgram, freePort, freePorts, installPackages, missingTools, storedSecret } from '../src/index';
import { lockedFolder } from '../src/postgres-user';
import { type ScratchFolder, scratchFolder } from './fixture';

let folder: ScratchFolder;

beforeEach(() => {
  folder = scratchFolder();
});

afterEach(() => {
  folder.remove();
});

describe(assertPortFree.name, () => {
  it('names the port that is in use and the setting that moves it', async () => {
    const server = createServer();
    const port = await freePort();
    await expect(assertPortFree(port, 'the web app', 'CAPSTAN_PORT')).resolves.toBeUndefined();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(assertPortFree(port, 'the web app', 'CAPSTAN_PORT')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`${port}.*CAPSTAN_PORT`)),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells an address that is not of this machine', async () => {
    await expect(assertPortFree(await freePort(), 'the web app', 'CAPSTAN_PORT', '192.0.2.1')).rejects.toMatchObject({ code: 'ADDRESS_NOT_AVAILABLE' });
  });
});

describe(freePorts.name, () => {
  it('never gives the same port twice', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
  });

  it('keeps a port from other processes until its own has ended', async () => {
    const claim = "require('node:net').createServer().once('error', () => process.exit(1)).listen({ path: process.argv[1].replace('@', String.fromCharCode(0)) }, () => process.exit(0))";
    const claimElsewhere = (port: number): number | null => spawnSync(process.execPath, ['-e', claim, `@capstan-port-${port}`]).status;
    const port = await freePort();
    expect([claimElsewhere(port), claimElsewhere(1)]).toEqual([1, 0]);
  });
});

describe(assertDiskSpace.name, () => {
  it('looks where a folder will be that does not exist yet', async () => {
    const future = path.join(folder.path, 'not', 'yet');
    await expect(assertDiskSpace(future, 1)).resolves.toBeUndefined();
    await expect(assertDiskSpace(future, 2 ** 60)).rejects.toMatchObject({ code: 'DISK_LOW', details: { folder: future } });
  });
});

describe(storedSecret.name, () => {
  it('makes a secret once and keeps it to its owner', () => {
    const file = path.join(folder.path, 'secrets', 'one');
    const first = storedSecret(file);
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(storedSecret(file)).toBe(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(`${first}\n`);
  });
});

describe(lockedFolder.name, () => {
  it('finds the first folder on the way that a user may not pass', () => {
    const locked = path.join(folder.path, 'locked');
    const inside = path.join(locked, 'inside');
    mkdirSync(inside, { recursive: true });
    const stranger = { uid: 12_345, gid: 12_345 };
    expect(lockedFolder(inside, stranger)).toBeUndefined();
    chmodSync(locked, 0o700);
    expect(lockedFolder(inside, stranger)).toBe(locked);
    const { uid, gid } = statSync(locked);
    expect(lockedFolder(inside, { uid, gid })).toBeUndefined();
  });
});

describe(findProgram.name, () => {
  it('finds what may be executed and nothing else', () => {
    const program = path.join(folder.path, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    expect(findProgram('program', [folder.path])).toBeUndefined();
    chmodSync(program, 0o755);
    expect(findProgram('program', [folder.path])).toBe(program);
    expect(findProgram('no-such-program-anywhere')).toBeUndefined();
  });
});

describe(installPackages.name, () => {
  it('does nothing when everything is there', async () => {
    const said: string[] = [];
    expect(missingTools(['ps'])).toEqual([]);
    await expect(installPackages(['ps'], { log: (line) => said.push(line) })).resolves.toEqual([]);
    expect(said).toEqual([]);
  });
});
