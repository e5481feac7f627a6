import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { s3ForTests, type TestS3 } from '@capstan/testing';
import { Client } from 'minio';
import { createObjectStore, digest, type ObjectStore, type S3Config } from '../src';
import { S3Store } from '../src/s3/s3.client';
import { bytesOf, sha256, stallingAfter, streamOf } from './bytes';
import { describeObjectStore } from './conformance';
import { Fault, S3FaultProxy } from './s3-fault-proxy';

const MIB = 1024 * 1024;
const media = { mediaType: 'application/octet-stream' };

let buckets = 0;

function newBucket(): string {
  buckets += 1;
  return `capstan-${process.pid}-${Date.now()}-${buckets}`;
}

function configOf(server: TestS3, overrides: Partial<S3Config> = {}): S3Config {
  return { kind: 's3', ...server, bucket: newBucket(), ...overrides };
}

/** Looks at the server directly, past the store. */
function clientOf(server: TestS3): Client {
  const { hostname, port, protocol } = new URL(server.endpoint);
  return new Client({ endPoint: hostname, port: Number(port), useSSL: protocol === 'https:', region: server.region, accessKey: server.accessKey, secretKey: server.secretKey });
}

async function unfinishedUploads(client: Client, bucket: string): Promise<number> {
  // Any delimiter that no key has: Swift folds all uploads into one prefix when it is empty.
  return (await client.listIncompleteUploadsQuery(bucket, '', '', '', '|')).uploads.length;
}

describeObjectStore(S3Store.name, async () => {
  const server = await s3ForTests();
  const config = configOf(server, { region: server.region });
  const store = createObjectStore(config);
  await store.check();
  const client = clientOf(server);
  return {
    store,
    leftovers: () => unfinishedUploads(client, config.bucket),
    signsUrls: true,
    dispose: () => store.close(),
  };
});

describe(`${S3Store.name} and its server`, () => {
  let server: TestS3;
  const stores: ObjectStore[] = [];
  const create = (config: S3Config): ObjectStore => {
    const store = createObjectStore(config);
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    server = await s3ForTests();
  }, 120_000);

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  it('is refused with a wrong secret, and does not try again', async () => {
    const sut = create(configOf(server, { secretKey: 'wrong' }));
    const denied = { code: 'OBJECT_STORE_DENIED', retryable: false };
    await expect(sut.check()).rejects.toMatchObject(denied);
    await expect(sut.put('a', streamOf(bytesOf(1)), media)).rejects.toMatchObject(denied);
    await expect(sut.get('a')).rejects.toMatchObject(denied);
  });

  it('says that the bucket is missing where it may not create one', async () => {
    const sut = create(configOf(server, { createBucket: false }));
    await expect(sut.check()).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED', retryable: false });
    await expect(sut.put('a', streamOf(bytesOf(1)), media)).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
  });

  it('is unavailable while the server is away, within its own retries, and works when it is back', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const port = (closed.address() as AddressInfo).port;
    await new Promise((resolve) => closed.close(resolve));
    const sut = create(configOf(server, { endpoint: `http://127.0.0.1:${port}`, attempts: 2 }));
    const body = streamOf(bytesOf(1));
    await expect(sut.check()).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', retryable: true });
    await expect(sut.put('a', body, media)).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
    expect(body.destroyed).toBe(true);

    const proxy = new S3FaultProxy(new URL(server.endpoint));
    const endpoint = await proxy.start();
    const recovering = create(configOf(server, { endpoint, attempts: 1 }));
    proxy.spoil(Fault.Reset, 'HEAD', /./);
    await expect(recovering.check()).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
    await expect(recovering.check()).resolves.toBeUndefined();
    await proxy.stop();
  });

  it('gives up on a server that takes connections and never answers', async () => {
    const silent: Server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const sut = create(configOf(server, { endpoint, attempts: 1, idleTimeoutMs: 100 }));
    await expect(sut.check()).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', message: 'The object store did not answer in time' });
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each([
    ['a path', { endpoint: 'http://127.0.0.1:9000/s3' }],
    ['no URL', { endpoint: 'localhost:9000' }],
    ['a small part', { partSize: MIB }],
    ['an empty key prefix', { keyPrefix: '' }],
  ])('refuses settings with %s', (_, overrides) => {
    expect(() => createObjectStore(configOf(server, overrides))).toThrow(expect.objectContaining({ code: 'OBJECT_STORE_MISCONFIGURED' }));
  });

  it('refuses an object of more parts than the server takes, and leaves nothing', async () => {
    const config = configOf(server, { partSize: 5 * MIB, maxParts: 2 });
    const sut = create(config);
    await expect(sut.put('large', streamOf(bytesOf(11 * MIB)), media)).rejects.toMatchObject({ code: 'OBJECT_TOO_LARGE', retryable: false });
    expect(await unfinishedUploads(clientOf(server), config.bucket)).toBe(0);
    await expect(sut.put('large', streamOf(bytesOf(11 * MIB)), { ...media, sizeHint: 11 * MIB })).resolves.toMatchObject({ size: 11 * MIB });
  });

  it('sweeps the uploads of dead writers, not those of living ones', async () => {
    const config = configOf(server);
    const sut = create(config);
    await sut.check();
    const client = clientOf(server);
    await client.initiateNewMultipartUpload(config.bucket, 'capstan/orphan', {});
    await client.initiateNewMultipartUpload(config.bucket, 'somebody-else/upload', {});
    expect(await sut.sweep()).toBe(0);
    const tomorrow = { now: () => Date.now() + 25 * 3_600_000, monotonic: () => performance.now(), sleep: () => Promise.resolve() };
    const later = createObjectStore(config, { clock: tomorrow });
    stores.push(later);
    expect(await later.sweep()).toBe(1);
    expect(await unfinishedUploads(client, config.bucket)).toBe(1);
  });

  describe('over a bad line', () => {
    let proxy: S3FaultProxy;
    let config: S3Config;
    let sut: ObjectStore;

    beforeEach(async () => {
      proxy = new S3FaultProxy(new URL(server.endpoint));
      // Long enough for a busy machine's server to answer, short enough for a silent one to be told from it.
      config = configOf(server, { endpoint: await proxy.start(), idleTimeoutMs: 1_200, partSize: 5 * MIB });
      sut = create(config);
      await create({ ...config, idleTimeoutMs: 30_000 }).check();
    });

    afterEach(async () => {
      await proxy.stop();
    });

    it.each([Fault.Busy, Fault.Reset, Fault.Silence, Fault.LostAnswer])('puts an object of one part although a request meets "%s"', async (fault) => {
      proxy.spoil(fault, 'PUT', /capstan\/small/);
      const data = bytesOf(100_000);
      await sut.put('small', streamOf(data), media);
      expect((await digest(await sut.get('small'))).sha256).toBe(sha256(data));
    });

    it.each([Fault.Busy, Fault.Reset, Fault.Silence, Fault.LostAnswer])('puts an object of many parts although a part meets "%s"', async (fault) => {
      proxy.spoil(fault, 'PUT', /partNumber=2/);
      const data = bytesOf(16 * MIB);
      await sut.put('large', streamOf(data), media);
      expect((await digest(await sut.get('large'))).sha256).toBe(sha256(data));
    });

    it.each([Fault.Busy, Fault.LostAnswer])('puts an object of many parts although their joining meets "%s"', async (fault) => {
      proxy.spoil(fault, 'POST', /uploadId=/);
      const data = bytesOf(11 * MIB);
      const stored = await sut.put('large', streamOf(data), media);
      expect(await sut.stat('large')).toMatchObject({ size: data.length, etag: stored.etag });
      expect(await unfinishedUploads(clientOf(server), config.bucket)).toBe(0);
    });

    it('leaves nothing when a part fails for good', async () => {
      proxy.spoil(Fault.Busy, 'PUT', /partNumber=2/, 99);
      const body = streamOf(bytesOf(21 * MIB));
      await expect(sut.put('large', body, media)).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', retryable: true });
      expect(body.destroyed).toBe(true);
      expect(await unfinishedUploads(clientOf(server), config.bucket)).toBe(0);
    });

    it('stops promptly while a part is on a dead line', async () => {
      const patient = create({ ...config, idleTimeoutMs: 60_000 });
      proxy.spoil(Fault.Silence, 'PUT', /partNumber=/, 99);
      const { body, silent } = stallingAfter(bytesOf(9 * MIB));
      const abort = new AbortController();
      const putting = patient.put('large', body, { ...media, signal: abort.signal });
      await silent;
      const since = performance.now();
      abort.abort(new Error('Cancelled'));
      await expect(putting).rejects.toThrow('Cancelled');
      expect(performance.now() - since).toBeLessThan(2_000);
      expect(await unfinishedUploads(clientOf(server), config.bucket)).toBe(0);
    });

    it.each([Fault.CutBody, Fault.StalledBody])('never passes off a part of an object as the whole: %s', async (fault) => {
      await sut.put('read', streamOf(bytesOf(4 * MIB)), media);
      proxy.spoil(fault, 'GET', /capstan\/read/);
      await expect(digest(await sut.get('read'))).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', retryable: true });
    });

    it('waits for a slow reader as long as it takes', async () => {
      const data = bytesOf(8 * MIB);
      await sut.put('slow', streamOf(data), media);
      const stream = await sut.get('slow');
      const received: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        received.push(chunk);
        if (received.length === 1) {
          // The thing under test is that this pause, longer than the limit on silence, does no harm.
          await pause(1_000);
        }
      }
      expect(sha256(Buffer.concat(received))).toBe(sha256(data));
    });

    it('gives up the connection of a busy answer instead of keeping it', async () => {
      const narrow = create({ ...config, maxConnections: 1 });
      proxy.spoil(Fault.Busy, 'HEAD', /capstan\/absent/, 3);
      await expect(narrow.stat('absent')).resolves.toBeUndefined();
    });
  });
});
