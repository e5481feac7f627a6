import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import { type RunningS3, startSwiftS3 } from '../src/index';
import { type ScratchFolder, scratchFolder } from './fixture';

const BUCKET = 'crates';

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

describe(startSwiftS3.name, () => {
  let folder: ScratchFolder;
  let sut: RunningS3;
  let client: Client;

  const clientFor = (s3: RunningS3, secretKey = s3.secretKey): Client =>
    new Client({ endPoint: '127.0.0.1', port: s3.port, useSSL: false, accessKey: s3.accessKey, secretKey, region: s3.region, pathStyle: true });

  beforeAll(async () => {
    folder = scratchFolder();
    sut = await startSwiftS3({ dir: folder.path });
    client = clientFor(sut);
    await client.makeBucket(BUCKET);
  });

  afterAll(async () => {
    await sut.stop();
    folder.remove();
  });

  it('returns what was put, with its metadata', async () => {
    await client.putObject(BUCKET, 'a/plain.txt', 'hello', 5, { 'Content-Type': 'text/plain', 'X-Amz-Meta-Sha256': 'abc' });
    await expect(collect(await client.getObject(BUCKET, 'a/plain.txt'))).resolves.toEqual(Buffer.from('hello'));
    await expect(client.statObject(BUCKET, 'a/plain.txt')).resolves.toMatchObject({ size: 5, metaData: { 'content-type': 'text/plain', sha256: 'abc' } });
  });

  it('takes a stream of unknown length in parts', async () => {
    const content = randomBytes(12 * 1024 * 1024);
    await client.putObject(BUCKET, 'parts.bin', Readable.from([content.subarray(0, 5_000_000), content.subarray(5_000_000)]));
    const stored = await collect(await client.getObject(BUCKET, 'parts.bin'));
    expect(stored.equals(content)).toBe(true);
  });

  it('returns a range', async () => {
    await client.putObject(BUCKET, 'digits', '0123456789');
    await expect(collect(await client.getPartialObject(BUCKET, 'digits', 3, 4))).resolves.toEqual(Buffer.from('3456'));
  });

  it('serves a presigned address, and refuses a changed one', async () => {
    await client.putObject(BUCKET, 'shared', 'for you');
    const url = await client.presignedGetObject(BUCKET, 'shared', 60);
    await expect((await fetch(url)).text()).resolves.toBe('for you');
    await expect(fetch(url.replace('/shared?', '/other?'))).resolves.toMatchObject({ status: 403 });
  });

  it('refuses a wrong secret', async () => {
    await expect(clientFor(sut, 'wrong').statObject(BUCKET, 'digits')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('finds its objects after a restart', async () => {
    await client.putObject(BUCKET, 'kept', 'still here');
    await sut.stop();
    sut = await startSwiftS3({ dir: folder.path });
    client = clientFor(sut);
    await expect(collect(await client.getObject(BUCKET, 'kept'))).resolves.toEqual(Buffer.from('still here'));
  });
});
