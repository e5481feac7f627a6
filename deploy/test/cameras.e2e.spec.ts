import { createHash } from 'node:crypto';
import { routes, type ServerMessages } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import { io } from 'socket.io-client';
import { ApiClient, inspectBundle } from '../src';
import { problemOf, System } from './system';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

describe('cameras through the public API', () => {
  let system: System;
  let groupId: string;

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--cameras', '6']);
  }, 180_000);

  afterAll(() => system.stop());

  it('imports cameras by CSV, tells bad rows, and connects to a camera for real', async () => {
    const { api, lab } = system;
    groupId = (await api.call(routes.createCameraGroup, { body: { name: 'Yard' } })).group.id;
    const rows = lab.inventory.cameras.map((camera) => [camera.name, camera.rtsp_url, camera.auth === 'none' ? '' : camera.username, camera.auth === 'none' ? '' : `"${camera.password}"`, camera.codec, camera.resolution, camera.fps].join(','));
    const document = ['name,rtsp_url,username,password,codec,resolution,fps', ...rows, 'Bad,ftp://127.0.0.1/x,,,h264,,25'].join('\n');
    const report = await api.call(routes.importCameras, { body: { data: base64(document), group_id: groupId } });
    expect(report).toMatchObject({ success: true, imported_count: 6, error_count: 1, errors: [{ row: 7, field: 'rtsp_url', code: 'URL_SCHEME' }] });
    const list = await api.call(routes.listCameras, { query: { group_id: groupId } });
    expect([list.total, JSON.stringify(list).includes('p@ss')]).toEqual([6, false]);
    const answer = await api.call(routes.testCamera, { params: { id: list.cameras[0]?.id ?? '' }, body: { timeout_seconds: 20 } });
    expect(answer).toMatchObject({ success: true, resolution: '1280x720', codec: 'h264', mismatches: [] });
  }, 60_000);

  it('takes a picture of the whole group as one session with one bundle', async () => {
    const { api } = system;
    const { session } = await api.call(routes.snapshotCameraGroup, { params: { id: groupId }, body: { format: 'jpeg' } });
    expect(session.targets.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'snapshot'));
    const ended = await eventually(
      async () => {
        const now = await system.session(session.session_id);
        expect([now.state, now.targets.map((target) => target.error)]).toEqual(['completed', now.targets.map(() => null)]);
        return now;
      },
      { timeoutMs: 60_000 },
    );
    expect(ended).toMatchObject({ artifact_count: 6, download_available: true });
    const response = await api.fetch(routes.downloadSession, { params: { id: session.session_id } });
    const file = path.join(system.dataDir, 'pictures.zip');
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
    const bundle = await inspectBundle(file);
    expect(bundle.differences).toEqual([]);
    expect(bundle.members.filter(({ name }) => name.endsWith('.jpg'))).toHaveLength(6);
  }, 90_000);

  it('keeps a snapshot, and gives it as JSON, as bytes, in parts, and not again to who has it', async () => {
    const { api } = system;
    const { cameras } = await api.call(routes.listCameras, { query: { q: 'lab-camera-2' } });
    const id = cameras[0]?.id ?? '';
    const taken = await api.call(routes.snapshotCamera, { params: { id }, body: {} });
    const { snapshot } = taken;
    const image = await api.call(routes.snapshotImage, { params: { id: snapshot.id } });
    const bytes = Buffer.from(image.image_data, 'base64');
    expect([bytes.subarray(0, 3).toString('hex'), createHash('sha256').update(bytes).digest('hex'), bytes.length]).toEqual(['ffd8ff', snapshot.sha256, snapshot.file_size]);
    const ask = (at: string, headers: Record<string, string> = {}) => fetch(`${api.address}${at}`, { headers: { Authorization: `Bearer ${api.token}`, ...headers } });
    const whole = await ask(taken.url);
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('etag'), Buffer.from(await whole.arrayBuffer()).equals(bytes)]).toEqual([200, 'image/jpeg', `"${snapshot.sha256}"`, true]);
    const part = await ask(taken.url, { Range: 'bytes=0-9' });
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(0, 10))]).toEqual([206, true]);
    expect((await ask(taken.url, { 'If-None-Match': `"${snapshot.sha256}"` })).status).toBe(304);
    const raw = await ask(`/api/v1/snapshots/${snapshot.id}/image`, { Accept: 'image/*' });
    expect(raw.headers.get('content-type')).toBe('image/jpeg');
    const { url } = await api.call(routes.snapshotDownloadUrl, { params: { id: snapshot.id } });
    expect((await fetch(`${api.address}${url}`)).status).toBe(200);
    expect((await fetch(`${api.address}${url.replace(snapshot.id, id)}`)).status).toBe(403);
    const still = await ask(`/api/v1/cameras/${id}/still?width=320`);
    expect([still.status, still.headers.get('content-type'), still.headers.has('x-frame-time')]).toEqual([200, 'image/webp', true]);
    expect((await api.call(routes.latestSnapshot, { params: { device_id: id } })).id).toBe(snapshot.id);
    await api.call(routes.deleteSnapshot, { params: { id: snapshot.id } });
    expect(await problemOf(api.call(routes.getSnapshot, { params: { id: snapshot.id } }))).toMatchObject({ status: 404, code: 'SNAPSHOT_NOT_FOUND' });
  }, 60_000);

  const NOBODY = '01990000-0000-7000-8000-000000000000';

  it.each([
    ['GET', '/cameras?page=0', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', '/cameras?per_page=101', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', '/cameras?page_size=101', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', '/cameras?group_id=nonsense', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', '/cameras?status=broken', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', '/cameras/not-an-id', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', `/cameras/${NOBODY}`, undefined, 404, 'CAMERA_NOT_FOUND'],
    ['POST', '/cameras', {}, 422, 'VALIDATION_FAILED'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'file:///etc/passwd' }, 422, 'URL_SCHEME'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'concat:/etc/passwd|/etc/group' }, 422, 'URL_SCHEME'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://8.8.8.8/live' }, 422, 'ADDRESS_REFUSED'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x', snapshot_url: 'file:///etc/passwd' }, 422, 'URL_SCHEME'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x', latitude: 999 }, 422, 'TOO_BIG'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x', codec: 'vp9' }, 422, 'NOT_ALLOWED_VALUE'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x', fps: 999 }, 422, 'TOO_BIG'],
    ['POST', '/cameras', { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x', group_id: NOBODY }, 404, 'CAMERA_GROUP_NOT_FOUND'],
    ['PUT', `/cameras/${NOBODY}`, { name: 'x' }, 404, 'CAMERA_NOT_FOUND'],
    ['PATCH', `/cameras/${NOBODY}/state`, { is_active: false }, 404, 'CAMERA_NOT_FOUND'],
    ['PATCH', `/cameras/${NOBODY}/state`, { status: 'live' }, 422, 'NOT_SETTABLE'],
    ['PATCH', `/cameras/${NOBODY}/state`, {}, 422, 'REQUIRED'],
    ['DELETE', `/cameras/${NOBODY}`, undefined, 404, 'CAMERA_NOT_FOUND'],
    ['POST', `/cameras/${NOBODY}/test-connection`, {}, 404, 'CAMERA_NOT_FOUND'],
    ['POST', `/cameras/${NOBODY}/test-connection`, { timeout_seconds: 0 }, 422, 'TOO_SMALL'],
    ['POST', `/cameras/${NOBODY}/snapshot`, {}, 404, 'CAMERA_NOT_FOUND'],
    ['GET', '/cameras/summary', undefined, 200, undefined],
    ['GET', '/cameras/export', undefined, 200, undefined],
    ['POST', '/cameras/import', { data: 'not base64!' }, 422, 'VALIDATION_FAILED'],
    ['POST', '/cameras/import', { format: 'json', data: base64('{') }, 200, undefined],
    ['GET', '/cameras/groups', undefined, 200, undefined],
    ['POST', '/cameras/groups', { name: 'x', order: -1 }, 422, 'TOO_SMALL'],
    ['POST', '/cameras/groups', { name: 'yard' }, 409, 'NAME_TAKEN'],
    ['PUT', `/cameras/groups/${NOBODY}`, { name: 'x' }, 404, 'CAMERA_GROUP_NOT_FOUND'],
    ['DELETE', `/cameras/groups/${NOBODY}`, undefined, 404, 'CAMERA_GROUP_NOT_FOUND'],
    ['POST', '/cameras/probe', { host: 'http://10.0.0.1/' }, 422, 'VALIDATION_FAILED'],
    ['POST', '/cameras/probe', { host: '8.8.8.8', port: 80 }, 409, 'CAMERA_ADDRESS_REFUSED'],
    ['POST', `/snapshots/capture/${NOBODY}`, {}, 404, 'CAMERA_NOT_FOUND'],
    ['POST', '/snapshots/capture/not-an-id', {}, 422, 'VALIDATION_FAILED'],
    ['GET', '/snapshots/not-an-id', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', `/snapshots/${NOBODY}`, undefined, 404, 'SNAPSHOT_NOT_FOUND'],
    ['GET', `/snapshots/${NOBODY}/image`, undefined, 404, 'SNAPSHOT_NOT_FOUND'],
    ['GET', `/snapshots/${NOBODY}/binary`, undefined, 404, 'SNAPSHOT_NOT_FOUND'],
    ['GET', '/snapshots', undefined, 200, undefined],
    ['GET', '/snapshots?per_page=101', undefined, 422, 'VALIDATION_FAILED'],
    ['GET', `/snapshots?device_id=${NOBODY}`, undefined, 404, 'CAMERA_NOT_FOUND'],
    ['GET', `/snapshots/device/${NOBODY}`, undefined, 404, 'CAMERA_NOT_FOUND'],
    ['GET', `/snapshots/device/${NOBODY}/latest`, undefined, 404, 'CAMERA_NOT_FOUND'],
    ['DELETE', `/snapshots/${NOBODY}`, undefined, 404, 'SNAPSHOT_NOT_FOUND'],
  ] as const)('answers %s %s %j with %i %s', async (method, at, body, status, code) => {
    const response = await fetch(`${system.api.address}/api/v1${at}`, { method, headers: { Authorization: `Bearer ${system.api.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer = (await response.json()) as { code?: string; errors?: { code: string }[] };
    expect([response.status, answer.code === code || (answer.errors ?? []).some((field) => field.code === code) ? code : answer]).toEqual([status, code]);
  });

  it('refuses a second camera of one URL, a stale and a senseless change, and the end of a group with cameras', async () => {
    const { api } = system;
    const { cameras } = await api.call(routes.listCameras, { query: { q: 'lab-camera-4' } });
    const camera = cameras[0]!;
    const params = { id: camera.id };
    expect(await problemOf(api.call(routes.createCamera, { body: { name: 'Twin', rtsp_url: camera.rtsp_url } }))).toMatchObject({ status: 409, code: 'CAMERA_EXISTS' });
    expect(await problemOf(api.call(routes.updateCamera, { params, body: { codec: 'vp9' as never } }))).toMatchObject({ status: 422 });
    expect((await api.call(routes.updateCamera, { params, body: { location: 'Gate', description: 'old' } })).camera).toMatchObject({ location: 'Gate' });
    expect((await api.call(routes.updateCamera, { params, body: { location: null } })).camera).toMatchObject({ location: null, description: 'old' });
    expect(await problemOf(api.call(routes.updateCamera, { params, body: { name: 'Late', revision: camera.revision } }))).toMatchObject({ status: 409, code: 'REVISION_CONFLICT' });
    expect(await problemOf(api.call(routes.deleteCameraGroup, { params: { id: groupId } }))).toMatchObject({ status: 409, code: 'CAMERA_GROUP_NOT_EMPTY' });
    await api.call(routes.setCameraState, { params, body: { is_active: false } });
    expect(await problemOf(api.call(routes.snapshotCamera, { params, body: {} }))).toMatchObject({ status: 409, code: 'CAMERA_DISABLED' });
    await api.call(routes.setCameraState, { params, body: { is_active: true } });
    const gone = await api.call(routes.createCamera, { body: { name: 'Nobody', rtsp_url: 'rtsp://127.0.0.1:9/nobody' } });
    expect(await problemOf(api.call(routes.snapshotCamera, { params: { id: gone.camera.id }, body: {} }))).toMatchObject({ status: 409, code: 'CAMERA_UNREACHABLE' });
    expect(await api.call(routes.testCamera, { params: { id: gone.camera.id }, body: {} })).toMatchObject({ success: false, error_code: 'CAMERA_UNREACHABLE', resolution: null });
    await api.call(routes.deleteCamera, { params: { id: gone.camera.id } });
    expect(await problemOf(api.call(routes.deleteCamera, { params: { id: gone.camera.id } }))).toMatchObject({ status: 404, code: 'CAMERA_NOT_FOUND' });
  }, 30_000);

  it('lets a viewer look, and neither change nor read passwords; an administrator may export them, and it is written down', async () => {
    const { api } = system;
    await api.call(routes.createUser, { body: { username: 'looker', password: 'a long enough password', role: 'viewer' } as never });
    const viewer = new ApiClient(api.address);
    await viewer.signIn('looker', 'a long enough password').catch(() => undefined);
    const summary = await problemOf(viewer.call(routes.createCamera, { body: { name: 'x', rtsp_url: 'rtsp://127.0.0.1/x' } }));
    expect(summary.status).toBe(403);
    expect((await problemOf(viewer.call(routes.exportCameras, { query: { include_credentials: 'true' } }))).status).toBe(403);
    const { data } = await api.call(routes.exportCameras, { query: { include_credentials: 'true' } });
    expect(Buffer.from(data, 'base64').toString('utf8')).toContain('p@ss:w/rd%25 #é');
    const plain = await api.call(routes.exportCameras, { query: {} });
    expect(Buffer.from(plain.data, 'base64').toString('utf8')).not.toContain('p@ss');
    const { entries } = (await api.call(routes.audit, { query: { per_page: 100 } })) as unknown as { entries: { action: string; details: Record<string, unknown> }[] };
    expect(entries.filter(({ action, details }) => action === 'GET /cameras/export' && details['include_credentials'] === true)).toHaveLength(1);
  });

  it('tells sockets how cameras are', async () => {
    const { api } = system;
    const socket = io(api.address, { transports: ['websocket'], auth: { token: api.token }, forceNew: true });
    const heard: ServerMessages['camera:health'][] = [];
    socket.on('camera:health', (message: ServerMessages['camera:health']) => heard.push(message));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    expect(await socket.emitWithAck('subscribe', { channels: ['cameras'] })).toMatchObject({ ok: true });
    const { cameras } = await api.call(routes.listCameras, { query: { q: 'lab-camera-5' } });
    // A changed camera is looked at at once.
    await api.call(routes.updateCamera, { params: { id: cameras[0]?.id ?? '' }, body: { location: 'Gate', revision: cameras[0]?.revision } });
    await eventually(async () => expect(heard.find(({ camera_id: id }) => id === cameras[0]?.id)).toMatchObject({ name: 'lab-camera-5', sample: { state: 'live' } }), { timeoutMs: 20_000 });
    expect(await problemOf(api.call(routes.updateCamera, { params: { id: cameras[0]?.id ?? '' }, body: { location: 'Late', revision: cameras[0]?.revision } }))).toMatchObject({ status: 409, code: 'REVISION_CONFLICT' });
    socket.close();
  }, 60_000);

  it('has written no password into a log, and none stands on a command line', () => {
    const secret = system.lab.inventory.cameras[0]!.password;
    const forms = [secret, encodeURIComponent(secret), encodeURI(secret), Buffer.from(`viewer:${secret}`).toString('base64')];
    const logs = readdirSync(path.join(system.dataDir, 'logs')).map((name) => readFileSync(path.join(system.dataDir, 'logs', name), 'utf8'));
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      });
    expect(logs.length).toBeGreaterThan(3);
    expect(forms.filter((form) => [...logs, ...commands].some((text) => text.includes(form)))).toEqual([]);
  });
});
