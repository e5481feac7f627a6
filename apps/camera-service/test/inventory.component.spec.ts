import { cameraRpc } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { createDataSource, schemaDrift } from '@capstan/persistence';
import { messagingEntities, messagingMigrations } from '@capstan/messaging';
import { entities, migrations } from '../src/database/schema';
import { actor, CameraPlatform, codeOf } from './camera-platform';
import type { LabCamera } from './lab-cameras';

const CANARY = 'p@ss:w/rd%25 #é-canary';
const lens = (path: string): LabCamera => ({ name: `Camera ${path}`, rtsp_url: `rtsp://127.0.0.1:9/${path}`, snapshot_url: '', onvif_url: '', auth: 'digest', username: 'viewer', password: CANARY, codec: 'h264', resolution: '640x360', fps: 10 });

describe('the inventory of cameras', () => {
  let platform: CameraPlatform;

  beforeAll(async () => {
    platform = await CameraPlatform.open();
    await platform.start();
  }, 120_000);

  afterAll(() => platform.close());

  const importing = async (text: string, options: { format?: 'csv' | 'json'; dry_run?: boolean; skip_duplicates?: boolean } = {}) =>
    platform.rpc.call(cameraRpc.importCameras, { format: 'csv', skip_duplicates: true, dry_run: false, ...options, sealed_document: [await platform.seal(text)], requested_by: actor });

  it('has the tables its entities say', async () => {
    const dataSource = createDataSource({ url: platform.databaseUrl, service: 'camera-service', entities: [...entities, ...messagingEntities], migrations: [...migrations, ...messagingMigrations] });
    await dataSource.initialize();
    try {
      expect(await schemaDrift(dataSource)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('keeps a password that nobody can read back, not even from the tables', async () => {
    const camera = await platform.add(lens('secret'));
    expect(camera).toMatchObject({ has_password: true, username: 'viewer', revision: 1, state: 'unknown' });
    expect(JSON.stringify(camera)).not.toContain('canary');
    expect(await platform.dump()).not.toContain('canary');
    const { document } = await platform.rpc.call(cameraRpc.exportCameras, { format: 'csv', requested_by: actor });
    expect(document).not.toMatch(/canary|viewer/);
  });

  it('refuses a second camera of one URL, also in another spelling', async () => {
    await platform.add(lens('twice'));
    expect(await codeOf(platform.add({ ...lens('twice'), rtsp_url: 'RTSP://127.0.0.1:9/twice/' }))).toBe('CAMERA_EXISTS');
  });

  it.each(['rtsp://8.8.8.8/live', 'rtsp://[2001:db8::1]/live', 'rtsp://169.254.169.254/live'])('refuses %s, which lies outside the allowed networks', async (url) => {
    expect(await codeOf(platform.add({ ...lens('x'), rtsp_url: url }))).toBe('VALIDATION_FAILED');
  });

  it('changes what was named, clears what is null, and refuses a stale write', async () => {
    const camera = await platform.add(lens('edited'), { location: 'Gate' });
    const update = (changes: object) => platform.rpc.call(cameraRpc.update, { camera_id: camera.id, changes, requested_by: actor });
    const changed = await update({ name: 'Renamed', location: null, revision: 1 });
    expect(changed.camera).toMatchObject({ name: 'Renamed', location: null, revision: 2, has_password: true });
    expect(await codeOf(update({ name: 'Late', revision: 1 }))).toBe('REVISION_CONFLICT');
    expect(await codeOf(update({ group_id: systemIds.next() }))).toBe('CAMERA_GROUP_NOT_FOUND');
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
    expect(await codeOf(platform.get(camera.id))).toBe('CAMERA_NOT_FOUND');
    expect(await codeOf(platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor }))).toBe('CAMERA_NOT_FOUND');
    // Its URL is free again.
    expect((await platform.add(lens('edited'))).id).not.toBe(camera.id);
  });

  it('combines filters, and counts groups', async () => {
    const { group } = await platform.rpc.call(cameraRpc.createGroup, { group_id: systemIds.next(), group: { name: 'Yard', order: 1 }, requested_by: actor });
    expect(await codeOf(platform.rpc.call(cameraRpc.createGroup, { group_id: systemIds.next(), group: { name: 'YARD', order: 2 }, requested_by: actor }))).toBe('NAME_TAKEN');
    await platform.add(lens('yard-1'), { group_id: group.id });
    await platform.add(lens('yard-2'), { group_id: group.id, is_active: false });
    const list = (filter: object) => platform.rpc.call(cameraRpc.list, { page: 1, per_page: 20, ...filter });
    expect((await list({ group_id: group.id })).total).toBe(2);
    expect((await list({ group_id: group.id, active_only: 'true' })).cameras.map(({ name }) => name)).toEqual(['Camera yard-1']);
    expect((await list({ group_id: group.id, state: 'disabled' })).cameras.map(({ name }) => name)).toEqual(['Camera yard-2']);
    expect((await list({ q: 'YARD-2' })).total).toBe(1);
    expect((await list({ q: '100%' })).total).toBe(0);
    const { groups } = await platform.rpc.call(cameraRpc.groups, { page: 1, per_page: 20 });
    expect(groups.find(({ id }) => id === group.id)).toMatchObject({ camera_count: 2, order: 1 });
    expect(await codeOf(platform.rpc.call(cameraRpc.removeGroup, { group_id: group.id, requested_by: actor }))).toBe('CAMERA_GROUP_NOT_EMPTY');
    expect(await platform.rpc.call(cameraRpc.summary, {})).toMatchObject({ total_groups: 1 });
  });

  it('imports a thousand rows, tells each bad one by field and code, and does nothing in a dry run', async () => {
    const good = Array.from({ length: 993 }, (_, index) => `Bulk ${index},rtsp://127.0.0.1:9/bulk/${index},25,h264,`);
    const bad = [
      'Scheme,http://127.0.0.1/x,25,h264,',
      'Codec,rtsp://127.0.0.1:9/bad/codec,25,vp9,',
      'Fps,rtsp://127.0.0.1:9/bad/fps,999,h264,',
      'Latitude,rtsp://127.0.0.1:9/bad/latitude,25,h264,999',
      'Network,rtsp://8.8.8.8/x,25,h264,',
      'Again,rtsp://127.0.0.1:9/bulk/0,25,h264,',
      ',,25,h264,',
    ];
    const text = ['name,rtsp_url,fps,codec,latitude', ...good, ...bad].join('\r\n');
    const before = (await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 1 })).total;
    const dry = await importing(text, { dry_run: true });
    expect(dry).toMatchObject({ success: true, dry_run: true, imported_count: 993, error_count: 7 });
    expect((await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 1 })).total).toBe(before);
    const done = await importing(text);
    expect(done).toMatchObject({ imported_count: 993, skipped_count: 0, error_count: 7 });
    expect(done.errors.map(({ row, field, code }) => [row, field, code])).toEqual([
      [994, 'rtsp_url', 'URL_SCHEME'],
      [995, 'codec', 'NOT_ALLOWED_VALUE'],
      [996, 'fps', 'TOO_BIG'],
      [997, 'latitude', 'TOO_BIG'],
      [998, 'rtsp_url', 'ADDRESS_REFUSED'],
      [999, 'rtsp_url', 'DUPLICATE_ROW'],
      [1000, 'rtsp_url', 'REQUIRED'],
    ]);
    expect(await importing(text)).toMatchObject({ imported_count: 0, skipped_count: 993 });
    expect(await importing(text.replaceAll('Bulk', 'Mass'), { skip_duplicates: false })).toMatchObject({ updated_count: 993 });
    expect(await importing('name;rtsp_url\nA;rtsp://127.0.0.1:9/semicolon')).toMatchObject({ imported_count: 1 });
    expect(await importing('{', { format: 'json' })).toMatchObject({ success: false, errors: [{ row: null, code: 'MALFORMED_DOCUMENT' }] });
    expect(await importing(JSON.stringify([{ rtsp_url: `rtsp://admin:${CANARY}@127.0.0.1:9/json` }]), { format: 'json' })).toMatchObject({ imported_count: 1 });
    const found = await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 10, q: '/json' });
    expect(found.cameras).toMatchObject([{ name: 'Camera 1', rtsp_url: 'rtsp://127.0.0.1:9/json', username: 'admin', has_password: true }]);
    expect(await platform.dump()).not.toContain('canary');
  }, 60_000);
});
