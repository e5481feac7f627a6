import { createHash } from 'node:crypto';
import { cameraRpc, type CaptureSnapshotBody, captureSnapshotBody, snapshotRpc } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { eventually } from '@capstan/testing';
import sharp from 'sharp';
import { jpegSize } from '../src/decode/jpeg';
import { actor, CameraPlatform, codeOf } from './camera-platform';
import { LabCameras } from './lab-cameras';

describe('snapshots of cameras', () => {
  let platform: CameraPlatform;
  let lab: LabCameras;

  beforeAll(async () => {
    [platform, lab] = await Promise.all([CameraPlatform.open(), LabCameras.start('--cameras', '6')]);
    await platform.start();
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await lab.stop();
  });

  const capture = (cameraId: string, wish: Partial<CaptureSnapshotBody> = {}) => platform.rpc.call(snapshotRpc.capture, { camera_id: cameraId, snapshot_id: systemIds.next(), wish: captureSnapshotBody.parse(wish), requested_by: actor });

  it.each([
    [1, 'h264 with Digest and an awkward password', 'tcp'],
    [2, 'h264 with Basic', 'udp'],
    [3, 'h265 with Digest', 'auto'],
    [4, 'JPEG with Digest', 'tcp'],
    [5, 'h264 without sign-in', 'auto'],
  ] as const)('shows a whole, fresh picture of camera %i: %s over %s', async (number, _, transport) => {
    const lens = lab.camera(number);
    const camera = await platform.add(lens, { transport });
    const cold = await capture(camera.id);
    expect(cold.snapshot).toMatchObject({ device_id: camera.id, image_format: 'jpeg', has_thumbnail: true });
    const bytes = await platform.read(cold.key);
    expect(`${jpegSize(bytes)?.width}x${jpegSize(bytes)?.height}`).toBe(lens.resolution);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(cold.snapshot.sha256);
    const warm = await capture(camera.id, { max_age_ms: 0 });
    expect(warm.snapshot.source).toBe('gop');
    expect(warm.snapshot.frame_age_ms).toBeLessThan(3_000);
    const again = await capture(camera.id, { max_age_ms: 60_000 });
    expect(again.snapshot.source).toBe('cache');
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('asks for one session, however many ask for a picture', async () => {
    const lens = lab.camera(6);
    const camera = await platform.add(lens);
    const before = await lab.counts(lens);
    const taken = await Promise.all(Array.from({ length: 10 }, () => capture(camera.id)));
    expect(new Set(taken.map(({ snapshot }) => snapshot.id)).size).toBe(10);
    expect((await lab.counts(lens)).sessions_opened - before.sessions_opened).toBe(1);
    const small = await capture(camera.id, { format: 'webp', width: 200 });
    const metadata = await sharp(await platform.read(small.key)).metadata();
    expect([metadata.format, metadata.width, small.snapshot.width]).toEqual(['webp', 200, 200]);
    for (const format of ['png', 'avif'] as const) {
      const { key } = await capture(camera.id, { format, width: 160 });
      expect((await sharp(await platform.read(key)).metadata()).format).toBe(format === 'avif' ? 'heif' : format);
    }
    const list = await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 5, device_id: camera.id });
    expect([list.total, list.snapshots.length]).toEqual([13, 5]);
    const sheet = await platform.rpc.call(snapshotRpc.contactSheet, { camera_id: camera.id, film: { limit: 4 } });
    expect(jpegSize(await platform.read(sheet.picture.key))).toEqual({ width: 664, height: 384 });
    const film = await platform.rpc.call(snapshotRpc.timeLapse, { camera_id: camera.id, film: { limit: 6 } });
    expect((await platform.read(film.picture.key)).subarray(4, 8).toString()).toBe('ftyp');
    // Rows and objects go together.
    const [newest] = list.snapshots;
    await platform.rpc.call(snapshotRpc.remove, { snapshot_id: newest?.id ?? '', requested_by: actor });
    expect(await codeOf(platform.rpc.call(snapshotRpc.get, { snapshot_id: newest?.id ?? '' }))).toBe('SNAPSHOT_NOT_FOUND');
    expect((await platform.keys(`cameras/${camera.id}/snapshots/`)).length).toBe(12);
    expect((await platform.keys(`cameras/${camera.id}/thumbnails/`)).length).toBe(12);
  }, 60_000);

  it('takes the still of the camera itself before it opens a session', async () => {
    const lens = lab.camera(2);
    const camera = await platform.add(lens, { snapshot_url: lens.snapshot_url, warm: 'never' });
    const before = await lab.counts(lens);
    const { snapshot } = await capture(camera.id, { max_age_ms: 0 });
    expect(snapshot.source).toBe('http');
    expect((await lab.counts(lens)).stills - before.stills).toBeGreaterThanOrEqual(1);
  });

  it('says what is wrong with a camera, keeps nothing, and stands in only when asked', async () => {
    const lens = lab.camera(5);
    const camera = await platform.add(lens, { warm: 'never', timeout_ms: 1_000 });
    const first = await capture(camera.id);
    await lab.fault(lens, 'mid-frame');
    // The last whole frame is good for a moment; half a frame never is.
    await eventually(async () => expect(await codeOf(capture(camera.id, { max_age_ms: 0, timeout_seconds: 2 }))).toBe('CAMERA_TIMEOUT'), { timeoutMs: 15_000 });
    const { snapshots } = await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 100, device_id: camera.id });
    for (const { id } of snapshots) {
      const { picture } = await platform.rpc.call(snapshotRpc.get, { snapshot_id: id });
      expect(jpegSize(await platform.read(picture.key))).toEqual({ width: 640, height: 360 });
    }
    for (const [fault, code] of [
      ['404', 'CAMERA_NOT_FOUND_ON_HOST'],
      ['503', 'CAMERA_BUSY'],
      ['461', 'CAMERA_TRANSPORT'],
      ['silent', 'CAMERA_TIMEOUT'],
    ] as const) {
      await lab.fault(lens, fault);
      expect([fault, await codeOf(capture(camera.id, { max_age_ms: 0, timeout_seconds: 5 }))]).toEqual([fault, code]);
    }
    const standIn = await capture(camera.id, { max_age_ms: 0, timeout_seconds: 5, fallback: 'last' });
    expect([standIn.fallback, standIn.snapshot.id]).toEqual([true, snapshots[0]?.id ?? first.snapshot.id]);
    expect((await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 100, device_id: camera.id })).total).toBe(snapshots.length);
    await lab.fault(lens, 'none');
  }, 60_000);

  it('asks a camera that refuses the password once, not once per picture', async () => {
    const lens = lab.camera(3);
    const camera = await platform.add(lens, { password: 'wrong', warm: 'on_demand' });
    const before = await lab.counts(lens);
    expect(await codeOf(capture(camera.id))).toBe('CAMERA_AUTH_FAILED');
    expect(await codeOf(capture(camera.id))).toBe('CAMERA_AUTH_FAILED');
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('auth_failed'), { timeoutMs: 20_000 });
    expect((await lab.counts(lens)).refused_logins - before.refused_logins).toBeLessThanOrEqual(2);
    await platform.rpc.call(cameraRpc.update, { camera_id: camera.id, changes: {}, sealed_password: await platform.seal(lens.password), requested_by: actor });
    expect((await capture(camera.id)).snapshot.device_id).toBe(camera.id);
  }, 60_000);

  it('gives pictures of a camera whose session another replica holds', async () => {
    const lens = lab.camera(1);
    const camera = await platform.add(lens, { warm: 'always' });
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('live'), { timeoutMs: 20_000 });
    const [owner] = platform.instances;
    await platform.start('camera-2');
    const before = await lab.counts(lens);
    // Questions go to both replicas in turn.
    const taken = await Promise.all(Array.from({ length: 8 }, () => capture(camera.id, { max_age_ms: 0 })));
    expect(taken.map(({ snapshot }) => snapshot.source === 'gop' || snapshot.source === 'cache')).toEqual(taken.map(() => true));
    expect((await lab.counts(lens)).sessions_opened).toBe(before.sessions_opened);
    expect(await platform.keys('camera-frames/')).toEqual([]);
    await owner?.stop();
    platform.instances.splice(0, 1);
    await eventually(async () => expect(await lab.counts(lens)).toMatchObject({ watching: 1, sessions_opened: before.sessions_opened + 1 }), { timeoutMs: 30_000 });
    await capture(camera.id, { max_age_ms: 0 });
  }, 90_000);
});
