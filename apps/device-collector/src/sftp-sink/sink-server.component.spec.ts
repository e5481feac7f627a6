import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemClock } from '@capstan/kernel';
import type { SinkFile, SinkPlace } from './sftp-sink';
import { makeHostKeys } from './sink-host-keys.repository';
import { SinkServer } from './sink-server.client';

const never = new AbortController().signal;

describe(SinkServer.name, () => {
  let folder: string;
  let keys: readonly string[];
  let sut: SinkServer;
  const payload = randomBytes(8_000_000);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'capstan-sink-'));
    keys = await makeHostKeys();
    writeFileSync(join(folder, 'capture.cap'), payload);
    writeFileSync(join(folder, 'empty.cap'), '');
  });

  beforeEach(() => {
    sut = new SinkServer({ listenHost: '127.0.0.1', listenPort: 0 }, () => Promise.resolve(keys), systemClock);
  });

  afterEach(() => sut.stop());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (quotaBytes = 20_000_000, lifetimeMs = 60_000): Promise<SinkPlace> => sut.open({ taskId: 'task-1', deviceHost: '127.0.0.1', quotaBytes, lifetimeMs });

  /** Runs a real OpenSSH program that is asked for its password. */
  function run(place: SinkPlace, program: 'sftp' | 'scp', args: readonly string[], input = '', password = place.password): Promise<{ code: number | null; output: string }> {
    const askpass = join(folder, 'askpass.sh');
    writeFileSync(askpass, '#!/bin/sh\necho "$SINK_PASSWORD"\n', { mode: 0o700 });
    const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'NumberOfPasswordPrompts=1', '-P', String(place.address.port)];
    const child = spawn(program, [...options, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', SINK_PASSWORD: password },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
  }

  const sha256 = async (body: Readable): Promise<string> => {
    const hash = createHash('sha256');
    for await (const chunk of body) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  };
  const sent = createHash('sha256').update(payload).digest('hex');
  const sftp = (place: SinkPlace, ...commands: string[]) => run(place, 'sftp', ['-v', `${place.username}@127.0.0.1`], `${commands.join('\n')}\n`);

  it('takes files from a real sftp client, in folders that it makes as a VOS node does', async () => {
    const place = await open();
    const client = sftp(place, `cd ${place.folder}`, 'mkdir 10.0.0.1', 'mkdir 10.0.0.1/2026-01-02', 'put capture.cap 10.0.0.1/2026-01-02/capture.cap', 'put empty.cap', 'ls');
    const first = await place.next(never);
    expect(first).toMatchObject({ name: 'capture.cap', path: '10.0.0.1/2026-01-02/capture.cap' });
    await expect(sha256(first.body)).resolves.toBe(sent);
    const second = await place.next(never);
    await expect(second.body.toArray()).resolves.toEqual([]);
    const { code, output } = await client;
    expect(code).toBe(0);
    expect(place.contacts).toEqual({ logins: 1, refusals: 0 });
    expect(place.fingerprints.some((fingerprint) => output.includes(fingerprint))).toBe(true);
    place.close();
  });

  it('takes a file from a real scp -O, the way IOS pushes', async () => {
    const place = await open();
    const client = run(place, 'scp', ['-O', 'capture.cap', `${place.username}@127.0.0.1:${place.folder}/router.pcap`]);
    const file = await place.next(never);
    expect(file.name).toBe('router.pcap');
    await expect(sha256(file.body)).resolves.toBe(sent);
    await expect(client).resolves.toMatchObject({ code: 0 });
    place.close();
  });

  it.each([
    ['diffie-hellman-group14-sha1', 'aes128-cbc'],
    ['diffie-hellman-group1-sha1', '3des-cbc'],
  ])('speaks %s and %s with clients that know nothing newer', async (kex, cipher) => {
    const place = await open();
    const client = run(place, 'sftp', ['-o', `KexAlgorithms=${kex}`, '-o', `Ciphers=${cipher}`, '-o', 'HostKeyAlgorithms=ssh-rsa', '-o', 'MACs=hmac-sha1', `${place.username}@127.0.0.1`], `put capture.cap ${place.folder}/\n`);
    await expect(sha256((await place.next(never)).body)).resolves.toBe(sent);
    await expect(client).resolves.toMatchObject({ code: 0 });
    place.close();
  });

  it('gives nothing away and lets nothing be changed', async () => {
    const place = await open();
    for (const command of ['get /in/capture.cap', 'rm /in/capture.cap', 'rename /in/a /in/b', 'symlink /etc/passwd /in/x', 'put capture.cap /etc/passwd', 'put capture.cap ../../x', 'mkdir /out']) {
      const { output } = await sftp(place, `-${command}`, 'bye');
      expect(output).toMatch(/denied|not found|No such file|dest open|remote|Couldn't|couldn't|Failure|unsupported/i);
    }
    await expect(place.next(AbortSignal.abort(new Error('nothing came')))).rejects.toThrow('nothing came');
    place.close();
  });

  it('knows no user but that of an open place, and closes a place behind five wrong passwords', async () => {
    const place = await open();
    await expect(run(place, 'sftp', ['root@127.0.0.1'], 'ls\n')).resolves.toMatchObject({ code: 255 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await run(place, 'sftp', ['-o', 'PreferredAuthentications=password', `${place.username}@127.0.0.1`], 'ls\n', 'guess');
    }
    expect(place.contacts).toEqual({ logins: 0, refusals: 5 });
    await expect(place.next(never)).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
  });

  it('takes no more bytes than were announced', async () => {
    const place = await open(1_000_000);
    const client = sftp(place, `put capture.cap ${place.folder}/`);
    await expect(sha256((await place.next(never)).body)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await expect(client).resolves.toMatchObject({ output: expect.stringContaining('Failure') });
    place.close();
  });

  it('holds the sender back while nobody reads, and fails the reader when the sender goes away', async () => {
    const place = await open();
    const client = sftp(place, `put capture.cap ${place.folder}/`);
    const file: SinkFile = await place.next(never);
    const received = (): number => (file.body as unknown as { received: number }).received;
    const before = await settled(received);
    expect(before).toBeLessThan(payload.length);
    place.close();
    await expect(sha256(file.body)).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
    await client;
  });

  it('listens only while a place is open, and ends a place in time', async () => {
    expect(sut.listeningOn()).toBeUndefined();
    const first = await open();
    const second = await open(1, 50);
    const { port } = first.address;
    await expect(second.next(never)).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
    await expect(reachable(port)).resolves.toBe(true);
    first.close();
    await sut.stop();
    await expect(reachable(port)).resolves.toBe(false);
  });

  it('tells devices the configured address, or the one from which it would talk to them', async () => {
    await expect(sut.address('127.0.0.9')).resolves.toMatchObject({ host: expect.stringMatching(/^127\./) });
    const configured = new SinkServer({ listenHost: '127.0.0.1', listenPort: 0, advertisedHost: '172.18.0.4', advertisedPort: 2222 }, () => Promise.resolve(keys), systemClock);
    await expect(configured.address('10.9.9.9')).resolves.toMatchObject({ host: '172.18.0.4', port: 2222, warning: expect.stringContaining('container') });
  });

  it('says that it cannot listen', async () => {
    const place = await open();
    const other = new SinkServer({ listenHost: '127.0.0.1', listenPort: place.address.port }, () => Promise.resolve(keys), systemClock);
    await expect(other.open({ taskId: 't', deviceHost: '127.0.0.1', quotaBytes: 1, lifetimeMs: 1_000 })).rejects.toMatchObject({ code: 'EXPORT_UNREACHABLE' });
    place.close();
  });
});

/** The number at which a growing number stops. */
async function settled(value: () => number): Promise<number> {
  for (let last = -1; ; ) {
    const now = value();
    if (now === last && now > 0) {
      return now;
    }
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
