import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { cameraRpc, type CaptureSnapshotBody, captureSnapshotBody, filmRpc, makeFilmBody, snapshotRpc } from '@capstan/contracts';
import { AppError, systemClock, systemIds } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE, StorageSweeper } from '@capstan/service-kit';
import { eventually } from '@capstan/testing';
import sharp from 'sharp';
import { DataSource } from 'typeorm';
import { CAMERA_CONFIG } from '../src/config';
import { jpegSize } from '../src/decode/jpeg';
import { Retention } from '../src/snapshots/retention.service';
import { SnapshotTaker } from '../src/snapshots/snapshot-taker.service';
import { CameraStorage } from '../src/storage/camera-storage';
import { PassingObjects } from '../src/storage/passing-objects.client';
import { actor, CameraPlatform, codeOf } from './camera-platform';
import { LabCameras } from './lab-cameras';

describe('snapshots of cameras', () => {
  let platform: CameraPlatform;
  let lab: LabCameras;

  beforeAll(async () => {
    [platform, lab] = await Promise.all([CameraPlatform.open(), LabCameras.start('--cameras', '6')]);
    // Encodes their loops now: a camera that does so when it is first asked may take longer than anybody waits for it.
    await Promise.all([1, 2, 3, 4, 5].map((number) => lab.fault(lab.camera(number), 'none')));
    // One session per host: every camera of the lab has a port of its own, so that only what shares a port is affected.
    await platform.start('camera-1', { CAPSTAN_CAMERA_HOST_SESSIONS: '1' });
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
    const upright = await capture(camera.id, { rotate: 90, width: 180 });
    expect([upright.snapshot.width, upright.snapshot.height]).toEqual([180, 320]);
    const list = await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 5, device_id: camera.id });
    expect([list.total, list.snapshots.length]).toEqual([14, 5]);
    const sheet = await platform.rpc.call(snapshotRpc.contactSheet, { camera_id: camera.id, film: { limit: 4 } });
    expect(jpegSize(await platform.read(sheet.picture.key))).toEqual({ width: 664, height: 384 });
    const film = await platform.rpc.call(snapshotRpc.timeLapse, { camera_id: camera.id, film: { limit: 6 } });
    expect((await platform.read(film.picture.key)).subarray(4, 8).toString()).toBe('ftyp');
    // Rows and objects go together.
    const [newest] = list.snapshots;
    await platform.rpc.call(snapshotRpc.remove, { snapshot_id: newest?.id ?? '', requested_by: actor });
    expect(await codeOf(platform.rpc.call(snapshotRpc.get, { snapshot_id: newest?.id ?? '' }))).toBe('SNAPSHOT_NOT_FOUND');
    expect((await platform.keys(`cameras/${camera.id}/snapshots/`)).length).toBe(13);
    expect((await platform.keys(`cameras/${camera.id}/thumbnails/`)).length).toBe(13);
  }, 60_000);

  it('makes a film in the background, brings it into other codecs, and forgets it with its bytes', async () => {
    const { cameras } = await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 1, q: lab.camera(6).rtsp_url });
    const cameraId = cameras[0]?.id ?? '';
    const finished = async (id: string) => {
      await eventually(async () => expect((await platform.rpc.call(filmRpc.get, { film_id: id })).film).toMatchObject({ state: 'completed', progress: 100, frames: 6 }), { timeoutMs: 30_000 });
      const { film, video } = await platform.rpc.call(filmRpc.get, { film_id: id });
      const bytes = await platform.read(video?.key ?? '');
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(film.sha256);
      return execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames', '-of', 'csv=p=0', '-i', 'pipe:0'], { input: bytes, encoding: 'utf8' }).trim();
    };
    const made = systemIds.next();
    const { film } = await platform.rpc.call(filmRpc.make, { camera_id: cameraId, film_id: made, film: makeFilmBody.parse({ limit: 6, width: 320 }), requested_by: actor });
    expect(film).toMatchObject({ state: 'queued', progress: 0, source_film_id: null });
    expect(await codeOf(platform.rpc.call(filmRpc.convert, { source_film_id: systemIds.next(), film_id: systemIds.next(), conversion: { codec: 'vp9' }, requested_by: actor }))).toBe('FILM_NOT_FOUND');
    expect(await finished(made)).toBe('h264,320,180,6');
    for (const [codec, told] of [['h265', 'hevc'], ['vp9', 'vp9']] as const) {
      const converted = systemIds.next();
      await platform.rpc.call(filmRpc.convert, { source_film_id: made, film_id: converted, conversion: { codec }, requested_by: actor });
      expect(await finished(converted)).toBe(`${told},320,180,6`);
    }
    expect((await platform.rpc.call(filmRpc.list, { camera_id: cameraId, page: 1, per_page: 10 })).films.map(({ codec }) => codec)).toEqual(['vp9', 'h265', 'h264']);
    await platform.rpc.call(filmRpc.remove, { film_id: made, requested_by: actor });
    expect(await codeOf(platform.rpc.call(filmRpc.get, { film_id: made }))).toBe('FILM_NOT_FOUND');
    expect((await platform.keys(`cameras/${cameraId}/films/`)).filter((key) => key.includes(made))).toEqual([]);
  }, 90_000);

  it('takes the still of the camera itself before it opens a session', async () => {
    const lens = lab.camera(2);
    const camera = await platform.add(lens, { snapshot_url: lens.snapshot_url, warm: 'never' });
    const before = await lab.counts(lens);
    const { snapshot } = await capture(camera.id, { max_age_ms: 0 });
    expect(snapshot.source).toBe('http');
    expect((await lab.counts(lens)).stills - before.stills).toBeGreaterThanOrEqual(1);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  });

  it('takes snapshots by itself at the interval of a camera, and lets a cold one settle for as long as asked', async () => {
    const camera = await platform.add(lab.camera(2), { snapshot_interval_sec: 10, warm: 'never' });
    await eventually(async () => expect((await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 1, device_id: camera.id })).total).toBeGreaterThan(0), { timeoutMs: 15_000 });
    await platform.rpc.call(cameraRpc.update, { camera_id: camera.id, changes: { snapshot_interval_sec: null }, requested_by: actor });
    await eventually(async () => expect((await lab.counts(lab.camera(2))).watching).toBe(0), { timeoutMs: 15_000 });
    const askedAt = systemClock.monotonic();
    await capture(camera.id, { max_age_ms: 0, warmup_ms: 2_500 });
    expect(systemClock.monotonic() - askedAt).toBeGreaterThan(2_400);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

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
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('answers that the store is away, keeps nothing, and takes the same snapshot when it is back', async () => {
    const camera = await platform.add(lab.camera(4), { warm: 'never' });
    const store = platform.instances[0]!.app.get<ObjectStore>(OBJECT_STORE);
    const order = { camera_id: camera.id, snapshot_id: systemIds.next(), wish: captureSnapshotBody.parse({}), requested_by: actor };
    const put = jest.spyOn(store, 'put').mockRejectedValue(new AppError('OBJECT_STORE_UNAVAILABLE', 'The object store is away', { retryable: true }));
    try {
      expect(await codeOf(platform.rpc.call(snapshotRpc.capture, order))).toBe('OBJECT_STORE_UNAVAILABLE');
    } finally {
      put.mockRestore();
    }
    expect((await platform.rpc.call(snapshotRpc.list, { page: 1, per_page: 1, device_id: camera.id })).total).toBe(0);
    expect(await codeOf(platform.rpc.call(snapshotRpc.get, { snapshot_id: order.snapshot_id }))).toBe('SNAPSHOT_NOT_FOUND');
    expect(await platform.keys(`cameras/${camera.id}/`)).toEqual([]);
    const { snapshot } = await platform.rpc.call(snapshotRpc.capture, order);
    expect([snapshot.id, (await platform.keys(`cameras/${camera.id}/snapshots/`)).length]).toEqual([order.snapshot_id, 1]);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('keeps one picture of an order that several take at once, and that one whole', async () => {
    const camera = await platform.add(lab.camera(4), { rtsp_url: `${lab.camera(4).rtsp_url}/repeated`, warm: 'on_demand' });
    const sut = platform.instances[0]!.app.get(SnapshotTaker);
    const id = systemIds.next();
    // Of different widths, so that their bytes differ for certain.
    const rowsOf = await Promise.all([160, 200, 240, 280].map(async (width) => (await sut.capture(camera.id, id, captureSnapshotBody.parse({ width, max_age_ms: 60_000 }), 'somebody')).row));
    const [kept] = rowsOf;
    expect(rowsOf).toEqual(rowsOf.map(() => kept));
    const bytes = await platform.read(kept?.key ?? '');
    expect([createHash('sha256').update(bytes).digest('hex'), jpegSize(bytes)?.width, bytes.length]).toEqual([kept?.sha256, kept?.width, Number(kept?.size)]);
    expect(await platform.keys(`cameras/${camera.id}/`)).toEqual([kept?.key, kept?.thumbnail?.key]);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('gives everybody who looks at the same moment a picture of his own', async () => {
    const camera = await platform.add(lab.camera(4), { rtsp_url: `${lab.camera(4).rtsp_url}/looked-at`, warm: 'on_demand' });
    const pictures = await Promise.all([0, 0, 60_000].map(async (maxAge) => (await platform.rpc.call(snapshotRpc.still, { camera_id: camera.id, width: 160, max_age_ms: maxAge })).picture));
    expect(new Set(pictures.map(({ key }) => key)).size).toBe(3);
    for (const { key, sha256 } of pictures) {
      expect(createHash('sha256').update(await platform.read(key)).digest('hex')).toBe(sha256);
    }
    const clock = jest.spyOn(systemClock, 'monotonic').mockReturnValue(systemClock.monotonic() + 61_000);
    try {
      await platform.instances[0]!.app.get(PassingObjects).tidy();
    } finally {
      clock.mockRestore();
    }
    expect(await platform.keys(`cameras/${camera.id}/`)).toEqual([]);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('brings rows and objects together again after crashes in between, and leaves alone what is on hold', async () => {
    const retention = platform.instances[0]!.app.get(Retention);
    const camera = await platform.add(lab.camera(4), { rtsp_url: `${lab.camera(4).rtsp_url}/again`, warm: 'on_demand' });
    const [doomed, unsettled, held, kept] = [await capture(camera.id), await capture(camera.id), await capture(camera.id, { legal_hold: true }), await capture(camera.id)].map(({ snapshot }) => snapshot.id);
    // Died between the mark and the object; between the object and its confirmation; and old enough to go but for the hold.
    await platform.sql(`UPDATE snapshots SET doomed_at = now() WHERE snapshot_id = $1`, [doomed]);
    await platform.sql(`UPDATE snapshots SET stored = false, created_at = now() - interval '1 hour' WHERE snapshot_id = $1`, [unsettled]);
    await platform.sql(`UPDATE snapshots SET captured_at = now() - interval '400 days' WHERE snapshot_id = $1`, [held]);
    const remove = jest.spyOn(platform.instances[0]!.app.get<ObjectStore>(OBJECT_STORE), 'remove').mockRejectedValueOnce(new AppError('OBJECT_STORE_UNAVAILABLE', 'away', { retryable: true }));
    await expect(retention.tidy()).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
    remove.mockRestore();
    // Nothing is forgotten whose object may still be there.
    expect(await platform.sql(`SELECT 1 FROM snapshots WHERE snapshot_id = ANY ($1)`, [[doomed, unsettled]])).toHaveLength(2);
    const [first, second] = await Promise.all([retention.tidy(), retention.tidy()]);
    expect([first, second].filter((report) => report !== undefined)).not.toHaveLength(0);
    const rows = await platform.sql<{ key: string; thumbnail: { key: string } }>(`SELECT key, thumbnail FROM snapshots WHERE camera_id = $1`, [camera.id]);
    expect(rows).toHaveLength(2);
    const named = rows.flatMap(({ key, thumbnail }) => [key, thumbnail.key]).sort();
    expect([...(await platform.keys(`cameras/${camera.id}/snapshots/`)), ...(await platform.keys(`cameras/${camera.id}/thumbnails/`))].sort()).toEqual(named);
    expect(named.filter((key) => key.includes(held ?? '') || key.includes(kept ?? ''))).toHaveLength(4);
    // By number and by bytes, too, what is on hold stays.
    const newest = (await capture(camera.id)).snapshot.id;
    const config = platform.instances[0]!.app.get<{ CAPSTAN_SNAPSHOTS_PER_CAMERA: number; CAPSTAN_SNAPSHOT_GB: number }>(CAMERA_CONFIG);
    const left = async () => (await platform.sql<{ id: string }>(`SELECT snapshot_id AS id FROM snapshots WHERE camera_id = $1 ORDER BY captured_at`, [camera.id])).map(({ id }) => id);
    const perCamera = jest.replaceProperty(config, 'CAPSTAN_SNAPSHOTS_PER_CAMERA', 1);
    await retention.tidy();
    perCamera.restore();
    expect(await left()).toEqual([held, newest]);
    const bytes = jest.replaceProperty(config, 'CAPSTAN_SNAPSHOT_GB', 0);
    await retention.tidy();
    bytes.restore();
    expect(await left()).toEqual([held]);
  }, 60_000);

  it('compares objects and rows both ways: what no row names goes, what is lost is marked', async () => {
    const { app } = platform.instances[0]!;
    const store = app.get<ObjectStore>(OBJECT_STORE);
    const camera = await platform.add(lab.camera(4), { rtsp_url: `${lab.camera(4).rtsp_url}/swept`, warm: 'on_demand' });
    // The session that the test before had with this host may still be on its way out.
    const [good, lost] = [(await eventually(() => capture(camera.id), { timeoutMs: 20_000, everyMs: 500 })).snapshot.id, (await capture(camera.id)).snapshot.id];
    const keyOf = async (id: string) => (await platform.sql<{ key: string }>(`SELECT key FROM snapshots WHERE snapshot_id = $1`, [id]))[0]?.key ?? '';
    const orphan = `cameras/${systemIds.next()}/snapshots/nobody.jpeg`;
    await store.put(orphan, Readable.from([Buffer.from('nobody')]), { mediaType: 'image/jpeg' });
    await store.remove([await keyOf(lost)]);
    const sut = new StorageSweeper('camera-service', app.get(CameraStorage).objects, { everyMs: 3_600_000, graceMs: 0 }, app.get(DataSource), store, app.get(Outbox), systemClock);
    const report = await eventually(async () => {
      await sut.order();
      // The instance has a sweeper of its own, with a longer patience: it may have been first.
      const [found] = (await sut.sweepDue()) ?? [];
      expect(found?.lost_keys).toContain(await keyOf(lost));
      return found;
    });
    expect(report).toMatchObject({ error: null, refused: 0 });
    expect(await store.stat(orphan)).toBeUndefined();
    expect(await store.stat(await keyOf(good))).toBeDefined();
    expect(await platform.sql(`SELECT snapshot_id AS id FROM snapshots WHERE lost_at IS NOT NULL`)).toEqual([{ id: lost }]);
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
  }, 60_000);

  it('serves small pictures from the smaller stream, and gives it up for the main one', async () => {
    const [main, sub] = [lab.camera(1), lab.camera(5)];
    const camera = await platform.add(main, { substream_url: sub.rtsp_url });
    const watching = async () => [(await lab.counts(main)).watching, (await lab.counts(sub)).watching];
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('live'), { timeoutMs: 20_000 });
    const { picture } = await platform.rpc.call(snapshotRpc.still, { camera_id: camera.id, width: 320, max_age_ms: 0 });
    expect((await sharp(await platform.read(picture.key)).metadata()).width).toBe(320);
    expect(await watching()).toEqual([0, 1]);
    // What was seen of the smaller stream is not held against the camera.
    expect(await platform.get(camera.id)).toMatchObject({ mismatches: [] });
    const { snapshot } = await capture(camera.id, { max_age_ms: 0 });
    expect([snapshot.width, snapshot.height]).toEqual([1_280, 720]);
    await eventually(async () => expect(await watching()).toEqual([1, 0]));
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
    await eventually(async () => expect(await watching()).toEqual([0, 0]));
  }, 60_000);

  it('has no more sessions with a host than it takes, and makes room when it can', async () => {
    const lens = lab.camera(6);
    const [first, second] = [await platform.add(lens, { rtsp_url: `${lens.rtsp_url}/1`, name: 'Channel 1', timeout_ms: 2_000 }), await platform.add(lens, { rtsp_url: `${lens.rtsp_url}/2`, name: 'Channel 2', timeout_ms: 2_000 })];
    const room = async () => platform.rpc.call(cameraRpc.list, { page: 1, per_page: 10, q: lens.rtsp_url });
    for (const { id } of (await room()).cameras.filter(({ id: other }) => other !== first.id && other !== second.id)) {
      await platform.rpc.call(cameraRpc.remove, { camera_id: id, requested_by: actor });
    }
    await eventually(async () => expect((await capture(first.id, { max_age_ms: 0 })).snapshot.device_id).toBe(first.id), { timeoutMs: 20_000 });
    // The first one is kept only in case it is needed: the second one takes its place.
    await eventually(async () => expect((await capture(second.id, { max_age_ms: 0 })).snapshot.device_id).toBe(second.id), { timeoutMs: 20_000 });
    expect((await lab.counts(lens)).watching).toBe(1);
    await platform.rpc.call(cameraRpc.update, { camera_id: second.id, changes: { warm: 'always' }, requested_by: actor });
    await eventually(async () => expect((await lab.counts(lens)).watching).toBe(1), { timeoutMs: 20_000 });
    await eventually(async () => expect(await codeOf(capture(first.id, { max_age_ms: 0, timeout_seconds: 3 }))).toBe('CAMERA_BUSY'), { timeoutMs: 20_000 });
    for (const { id } of [first, second]) {
      await platform.rpc.call(cameraRpc.remove, { camera_id: id, requested_by: actor });
    }
  }, 90_000);

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

  it('shares the cameras that are always watched with a replica that comes, one session with each all the time', async () => {
    const { cameras: earlier } = await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 100 });
    await Promise.all(earlier.map(({ id }) => platform.rpc.call(cameraRpc.remove, { camera_id: id, requested_by: actor })));
    const lenses = [1, 2, 3, 4, 5].map((number) => lab.camera(number));
    const cameras = await Promise.all(lenses.map((lens) => platform.add(lens, { warm: 'always' })));
    await eventually(async () => expect(await Promise.all(cameras.map(async ({ id }) => (await platform.get(id)).state))).toEqual(cameras.map(() => 'live')), { timeoutMs: 20_000 });
    await platform.start('camera-3');
    const owners = () => platform.sql<{ owner: string; count: number }>(`SELECT owner, count(*)::int AS count FROM camera_states JOIN cameras USING (camera_id) WHERE warm = 'always' AND deleted_at IS NULL AND owned_until > now() GROUP BY 1 ORDER BY 1`);
    await eventually(
      async () => {
        expect(await owners()).toEqual([
          { owner: 'camera-2', count: 3 },
          { owner: 'camera-3', count: 2 },
        ]);
        expect(await Promise.all(lenses.map(async (lens) => (await lab.counts(lens)).watching))).toEqual([1, 1, 1, 1, 1]);
      },
      { timeoutMs: 30_000 },
    );
  }, 60_000);
});
