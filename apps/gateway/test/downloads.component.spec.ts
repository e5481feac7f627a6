import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ArtifactView, routes, type SessionState, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { eventually } from '@capstan/testing';
import { fromBuffer, type ZipFile } from 'yauzl';
import { LINK_SEC } from '../src/downloads/download-links';
import { ARTIFACT_ID, artifactFixture, SESSION_ID, sessionFixture, TARGET_ID, targetFixture, UNKNOWN_ID } from './fixtures';
import { GatewayHarness } from './gateway-harness';

const OTHER_TARGET = '01990000-0000-7000-8000-000000000012';

async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await new Promise<ZipFile>((resolve, reject) => fromBuffer(bytes, { lazyEntries: true }, (error, file) => (error ? reject(error) : resolve(file))));
  const members = new Map<string, Buffer>();
  return await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(members));
    zip.on('entry', (entry: { fileName: string }) => {
      zip.openReadStream(entry as never, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('error', reject);
        stream.on('end', () => {
          members.set(entry.fileName, Buffer.concat(parts));
          zip.readEntry();
        });
      });
    });
    zip.readEntry();
  });
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('downloads', () => {
  let sut: GatewayHarness;
  let token: string;
  let artifacts: ArtifactView[];
  const contents = new Map<string, Buffer>();
  let state: SessionState = 'completed';

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    token = await sut.adminToken();
    const store = async (overrides: Partial<ArtifactView>, bytes: Buffer): Promise<ArtifactView> => {
      const artifact = artifactFixture(overrides);
      const stored = await sut.store.put(artifact.key, Readable.from([bytes]), { mediaType: artifact.media_type });
      contents.set(artifact.artifact_id, bytes);
      return { ...artifact, size: stored.size, sha256: stored.sha256 };
    };
    artifacts = [
      await store({ artifact_id: '01990000-0000-7000-8000-000000000022', target_id: OTHER_TARGET, name: 'capture.pcap', key: `sessions/${SESSION_ID}/01/a1/capture.pcap` }, randomBytes(3_000_000)),
      await store({}, randomBytes(700_001)),
      await store({ artifact_id: '01990000-0000-7000-8000-000000000023', name: 'transcript.txt', kind: 'transcript', media_type: 'text/plain', key: `sessions/${SESSION_ID}/00/a1/transcript.txt` }, Buffer.from('tcpdump: listening\n')),
      await store({ artifact_id: '01990000-0000-7000-8000-000000000024', target_id: OTHER_TARGET, name: 'Transcript.txt', kind: 'transcript', media_type: 'text/plain', key: `sessions/${SESSION_ID}/01/a1/transcript.txt` }, Buffer.alloc(0)),
    ];
  });

  beforeEach(() => {
    state = 'completed';
    sut.rpc.reset();
    const targets = [targetFixture({ target_id: OTHER_TARGET, ordinal: 1, title: '198.18.0.2' }), targetFixture()];
    sut.rpc.on(sessionRpc.get, ({ session_id }) => {
      if (session_id !== SESSION_ID) {
        throw new AppError('SESSION_NOT_FOUND', 'none');
      }
      return { session: sessionFixture({ state, targets }) };
    });
    sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts }));
    sut.rpc.on(sessionRpc.artifact, ({ artifact_id }) => {
      const artifact = artifacts.find((one) => one.artifact_id === artifact_id);
      if (!artifact) {
        throw new AppError('ARTIFACT_NOT_FOUND', 'none');
      }
      return { artifact };
    });
  });

  afterAll(() => sut.close());

  const fetchBytes = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${sut.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  /** Ends with an error when the connection breaks before the promised length. */
  const fetchAndFail = async (path: string) => {
    await expect(fetchBytes(path)).rejects.toThrow('terminated');
  };

  describe('an artifact', () => {
    const path = `/artifacts/${ARTIFACT_ID}`;

    it('comes whole, with its hash as its tag and its own name', async () => {
      const { response, bytes } = await fetchBytes(path);
      expect(response.status).toBe(200);
      expect(bytes.equals(contents.get(ARTIFACT_ID) as Buffer)).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        etag: `"${sha256(bytes)}"`,
        'accept-ranges': 'bytes',
        'content-length': String(bytes.length),
        'content-type': 'application/vnd.tcpdump.pcap',
        'content-disposition': 'attachment; filename="198.18.0.1_any.pcap"',
        'x-content-type-options': 'nosniff',
      });
    });

    it.each([
      ['bytes=0-99', 0, 100],
      ['bytes=700000-', 700_000, 700_001],
      ['bytes=-1', 700_000, 700_001],
      ['bytes=100-900000', 100, 700_001],
    ])('comes in part for %s', async (range, start, end) => {
      const { response, bytes } = await fetchBytes(path, { range });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/700001`);
      expect(bytes.equals((contents.get(ARTIFACT_ID) as Buffer).subarray(start, end))).toBe(true);
    });

    it('does not send what lies outside', async () => {
      const { response, bytes } = await fetchBytes(path, { range: 'bytes=700001-' });
      expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */700001']);
      expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
    });

    it('comes whole when the range was meant for another version', async () => {
      expect((await fetchBytes(path, { range: 'bytes=0-9', 'if-range': '"old"' })).response.status).toBe(200);
      const etag = `"${artifacts[1]?.sha256}"`;
      expect((await fetchBytes(path, { range: 'bytes=0-9', 'if-range': etag })).response.status).toBe(206);
    });

    it('does not come again to whoever has it', async () => {
      const { response, bytes } = await fetchBytes(path, { 'if-none-match': `"x", W/"${artifacts[1]?.sha256}"` });
      expect([response.status, bytes.length]).toEqual([304, 0]);
    });

    it('shows its headers alone', async () => {
      const response = await fetch(`${sut.url}/api/v1${path}`, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
      expect([response.status, response.headers.get('content-length')]).toEqual([200, '700001']);
    });

    it('is unknown, or gone', async () => {
      expect(await sut.call(routes.downloadArtifact, { token, params: { id: UNKNOWN_ID } })).toMatchObject({ status: 404, body: { code: 'ARTIFACT_NOT_FOUND' } });
      sut.rpc.on(sessionRpc.artifact, () => ({ artifact: artifactFixture({ key: 'sessions/pruned' }) }));
      expect(await sut.call(routes.downloadArtifact, { token, params: { id: ARTIFACT_ID } })).toMatchObject({ status: 410, body: { code: 'OBJECT_PRUNED' } });
    });

    it('is broken off when its bytes are not those that were stored, and the audit log says so', async () => {
      sut.rpc.on(sessionRpc.artifact, () => ({ artifact: { ...(artifacts[1] as ArtifactView), sha256: 'f'.repeat(64) } }));
      await sut.clock.advance(1_000);
      await fetchAndFail(path);
      await eventually(async () => {
        expect((await sut.audit({ action: 'GET /artifacts/:id' }))[0]).toMatchObject({ details: { code: 'OBJECT_DAMAGED', complete: false } });
      });
    });

    it('is in the audit log with what was sent', async () => {
      await sut.clock.advance(1_000);
      await fetchBytes(path);
      await eventually(async () => {
        expect((await sut.audit({ action: 'GET /artifacts/:id' }))[0]).toMatchObject({ actor_name: 'admin', outcome: '200', subject: ARTIFACT_ID, details: { bytes: 700_001, complete: true } });
      });
    });
  });

  describe('a bundle', () => {
    const path = `/sessions/${SESSION_ID}/download`;

    it('holds every artifact, a manifest that matches and sums that check', async () => {
      const { response, bytes } = await fetchBytes(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/zip');
      expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="session_${SESSION_ID.slice(0, 8)}.zip"`);
      const members = await unzip(bytes);
      expect([...members.keys()]).toEqual(['manifest.json', 'SHA256SUMS', '198.18.0.1_any.pcap', 'transcript.txt', 'Transcript-2.txt', 'capture.pcap']);
      const manifest = JSON.parse(members.get('manifest.json')?.toString() ?? '');
      expect(manifest).toMatchObject({ format: 'capstan-bundle/1', session: { session_id: SESSION_ID, state: 'completed', start_spread_ms: 3 }, targets: [{ target_id: TARGET_ID }, { target_id: OTHER_TARGET }] });
      expect(manifest.artifacts).toHaveLength(4);
      for (const entry of manifest.artifacts) {
        const member = members.get(entry.name) as Buffer;
        expect([entry.size, entry.sha256, entry.device !== null, entry.key.length > 0]).toEqual([member.length, sha256(member), true, true]);
        expect(member.equals(contents.get(entry.artifact_id) as Buffer)).toBe(true);
      }
      expect(manifest.artifacts[0].clock_offset_ms).toBe(1.5);
    });

    it('unpacks to files that sha256sum finds right', async () => {
      const folder = join(sut.folder, 'unpacked');
      await mkdir(folder);
      for (const [name, member] of await unzip((await fetchBytes(path)).bytes)) {
        await writeFile(join(folder, name), member);
      }
      const sums = spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
      expect([sums.status, sums.stdout.trim().split('\n').length]).toEqual([0, 5]);
    });

    it('is the same bytes every time', async () => {
      expect(sha256((await fetchBytes(path)).bytes)).toBe(sha256((await fetchBytes(path)).bytes));
    });

    it('has the name of the first generation on its route', async () => {
      const { response } = await fetchBytes(`/capture-sessions/${SESSION_ID}/download`);
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="capture_session_${SESSION_ID.slice(0, 8)}.zip"`);
    });

    it('is not there while the session runs', async () => {
      state = 'collecting';
      expect(await sut.call(routes.downloadSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 409, body: { code: 'SESSION_NOT_READY', details: { state: 'collecting' } } });
    });

    it('is not there when nothing was captured', async () => {
      sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: artifacts.filter(({ kind }) => kind === 'transcript') }));
      expect(await sut.call(routes.downloadCaptureSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 404, body: { code: 'NO_CAPTURES_FOUND' } });
      expect((await fetchBytes(path)).response.status).toBe(200);
      sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [] }));
      expect(await sut.call(routes.downloadSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 404, body: { code: 'NO_CAPTURES_FOUND' } });
    });

    it('is not begun when an object is gone', async () => {
      sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [...artifacts, artifactFixture({ artifact_id: UNKNOWN_ID, key: 'sessions/pruned' })] }));
      expect(await sut.call(routes.downloadSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 410, body: { code: 'OBJECT_PRUNED', details: { artifact_id: UNKNOWN_ID } } });
    });

    it('is broken off when one byte of one object was changed', async () => {
      const key = `sessions/${SESSION_ID}/tampered.pcap`;
      const bytes = randomBytes(2_000_000);
      const { size, sha256: hash } = await sut.store.put(key, Readable.from([bytes]), { mediaType: 'application/vnd.tcpdump.pcap' });
      const file = (await readdir(join(sut.folder, 'objects'), { recursive: true, withFileTypes: true })).find((entry) => entry.name.startsWith('tampered.pcap'));
      const onDisk = join(file?.parentPath ?? '', file?.name ?? '');
      const stored = await readFile(onDisk);
      stored[1_999_999] = (stored[1_999_999] ?? 0) ^ 1;
      await writeFile(onDisk, stored);
      sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [artifactFixture({ key, size, sha256: hash })] }));
      await sut.clock.advance(1_000);
      await fetchAndFail(path);
      await eventually(async () => {
        expect((await sut.audit({ action: 'GET /sessions/:id/download' }))[0]).toMatchObject({ details: { code: 'OBJECT_DAMAGED', complete: false, artifact_id: ARTIFACT_ID } });
      });
    });

    it('stops reading when the receiver goes away, and says in the audit log that it was not complete', async () => {
      await sut.clock.advance(1_000);
      const big = `sessions/${SESSION_ID}/big.pcap`;
      const { size, sha256: hash } = await sut.store.put(big, Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(1_048_576, 7))), { mediaType: 'application/vnd.tcpdump.pcap' });
      sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [artifactFixture({ key: big, size, sha256: hash })] }));
      await new Promise<void>((resolve, reject) => {
        const call = get(`${sut.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } }, (response) => {
          response.once('data', () => {
            call.destroy();
            resolve();
          });
        });
        call.on('error', reject);
      });
      await eventually(async () => {
        const [entry] = await sut.audit({ action: 'GET /sessions/:id/download' });
        expect(entry).toMatchObject({ details: { complete: false } });
        expect(Number(entry?.details['bytes'])).toBeLessThan(size);
      });
    });
  });

  describe('a link', () => {
    const makeLink = async (as = token): Promise<string> => (await sut.call(routes.sessionDownloadUrl, { token: as, params: { id: SESSION_ID } })).body.url as string;

    it('downloads without signing in, under both names of the bundle', async () => {
      const url = await makeLink();
      const response = await fetch(sut.url + url);
      expect([response.status, (await response.arrayBuffer()).byteLength > 0]).toEqual([200, true]);
      expect((await fetch(sut.url + url.replace('/sessions/', '/capture-sessions/'))).status).toBe(200);
    });

    it('is for one thing only', async () => {
      const link = new URL(await makeLink(), sut.url).searchParams.get('link') as string;
      expect(await sut.call(routes.downloadSession, { params: { id: UNKNOWN_ID }, query: { link } })).toMatchObject({ status: 403, body: { code: 'LINK_INVALID' } });
      expect(await sut.call(routes.downloadArtifact, { params: { id: SESSION_ID }, query: { link } })).toMatchObject({ status: 403, body: { code: 'LINK_INVALID' } });
      expect(await sut.call(routes.getSession, { params: { id: SESSION_ID }, query: { link } })).toMatchObject({ status: 401 });
    });

    it('cannot be changed', async () => {
      const link = new URL(await makeLink(), sut.url).searchParams.get('link') as string;
      const [payload = '', signature] = link.split('.');
      const later = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), e: 9_999_999_999 })).toString('base64url');
      for (const bad of [`${later}.${signature}`, payload, 'x.y', `${payload}.${signature}.z`, `${payload}.`]) {
        expect(await sut.call(routes.downloadSession, { params: { id: SESSION_ID }, query: { link: bad } })).toMatchObject({ status: 403, body: { code: 'LINK_INVALID' } });
      }
    });

    it('expires', async () => {
      const url = await makeLink();
      await sut.clock.advance(LINK_SEC * 1_000);
      const response = await fetch(sut.url + url);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'LINK_EXPIRED']);
      token = await sut.adminToken();
    });

    it('ends with the user who made it', async () => {
      const { user, token: operator } = await sut.user('operator', 'linker');
      const url = await makeLink(operator);
      expect((await fetch(sut.url + url)).status).toBe(200);
      await sut.call(routes.updateUser, { token, params: { id: user.user_id }, body: { disabled: true } });
      const response = await fetch(sut.url + url);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'LINK_INVALID']);
    });

    it('of an artifact downloads that artifact', async () => {
      const { body } = await sut.call(routes.artifactDownloadUrl, { token, params: { id: ARTIFACT_ID } });
      const response = await fetch(sut.url + body.url, { headers: { range: 'bytes=0-9' } });
      expect(response.status).toBe(206);
      await pipeline(Readable.fromWeb(response.body as never), createWriteStream(join(sut.folder, 'part')));
      expect((await readFile(join(sut.folder, 'part'))).length).toBe(10);
    });

    it('is not made for what is not there', async () => {
      expect(await sut.call(routes.sessionDownloadUrl, { token, params: { id: UNKNOWN_ID } })).toMatchObject({ status: 404, body: { code: 'SESSION_NOT_FOUND' } });
      expect(await sut.call(routes.artifactDownloadUrl, { token, params: { id: UNKNOWN_ID } })).toMatchObject({ status: 404, body: { code: 'ARTIFACT_NOT_FOUND' } });
      state = 'capturing';
      expect(await sut.call(routes.sessionDownloadUrl, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 409, body: { code: 'SESSION_NOT_READY' } });
    });
  });
});
