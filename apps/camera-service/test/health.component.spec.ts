import { cameraRpc } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import { actor, CameraPlatform, codeOf } from './camera-platform';
import { LabCameras } from './lab-cameras';

describe('the health of cameras', () => {
  let platform: CameraPlatform;
  let lab: LabCameras;

  beforeAll(async () => {
    [platform, lab] = await Promise.all([CameraPlatform.open(), LabCameras.start('--cameras', '6', '--camera-faults', '2=silent,3=404')]);
    // Encodes their loops now: a camera that does so when it is first asked may take longer than anybody waits for it.
    await Promise.all([1, 4, 5, 6].map((number) => lab.fault(lab.camera(number), 'none')));
    await platform.start('camera-1', { CAPSTAN_CAMERA_HEALTH_SEC: '2' });
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await lab.stop();
  });

  const test = (cameraId: string, timeout: number) => platform.rpc.call(cameraRpc.test, { camera_id: cameraId, options: { timeout_seconds: timeout, check_credentials: true } });

  it('tests a connection for real, and says which configured value is wrong', async () => {
    const camera = await platform.add(lab.camera(1), { resolution: '1920x1080', fps: 60 });
    const answer = await test(camera.id, 15);
    expect(answer).toMatchObject({ success: true, resolution: '1280x720', codec: 'h264', error: null });
    expect(answer.mismatches).toEqual(['resolution', 'fps']);
    expect(answer.steps.map(({ step, ok }) => [step, ok])).toEqual(['resolve', 'connect', 'describe', 'play', 'first_packet', 'picture'].map((step) => [step, true]));
    await eventually(async () => expect(await platform.get(camera.id)).toMatchObject({ state: 'live', status: 'live', detected_resolution: '1280x720', mismatches: ['resolution', 'fps'] }), { timeoutMs: 20_000 });
  }, 60_000);

  it.each([
    [2, 'connect', 'CAMERA_TIMEOUT', 'unreachable'],
    [3, 'describe', 'CAMERA_NOT_FOUND_ON_HOST', 'not_found'],
  ] as const)('finds out at which step camera %i fails: %s, %s', async (number, step, code, state) => {
    const camera = await platform.add(lab.camera(number), { timeout_ms: 1_000 });
    const answer = await test(camera.id, 5);
    expect(answer).toMatchObject({ success: false, error_code: code });
    const failed = answer.steps.at(-1);
    expect([failed?.ok, failed?.error?.code]).toEqual([false, code]);
    expect(['connect', 'describe']).toContain(step);
    await eventually(async () => expect(await platform.get(camera.id)).toMatchObject({ state, status: 'error', reason_code: code }), { timeoutMs: 20_000 });
  }, 60_000);

  it('opens an event when a picture freezes, and closes it when it moves again', async () => {
    const lens = lab.camera(5);
    const camera = await platform.add(lens, { warm: 'always' });
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('live'), { timeoutMs: 20_000 });
    const health = () => platform.rpc.call(cameraRpc.health, { camera_id: camera.id, hours: 1, limit: 50 });
    await lab.fault(lens, 'black');
    await eventually(async () => expect((await health()).events).toMatchObject([{ kind: 'black', closed_at: null }]), { timeoutMs: 20_000 });
    await lab.fault(lens, 'frozen');
    await eventually(async () => expect((await health()).events.filter(({ closed_at: closed }) => closed === null)).toMatchObject([{ kind: 'frozen' }]), { timeoutMs: 45_000 });
    await lab.fault(lens, 'none');
    await eventually(async () => expect((await health()).events.filter(({ closed_at: closed }) => closed === null)).toEqual([]), { timeoutMs: 20_000 });
    const { samples, report, rollups } = await health();
    expect(samples[0]).toMatchObject({ state: 'live', grade: expect.any(String) as string, codec: 'h264', width: 640 });
    expect(samples[0]?.fps).toBeGreaterThan(8);
    expect(report.samples).toBe(rollups.reduce((sum, hour) => sum + hour.samples, 0));
    expect(platform.health.filter((change) => change.camera_id === camera.id).flatMap(({ opened }) => opened)).toEqual(expect.arrayContaining(['black', 'frozen']));
  }, 120_000);

  it('does not call a camera bad for one bad moment, and stalled when it stays silent', async () => {
    const lens = lab.camera(6);
    const camera = await platform.add(lens, { warm: 'always' });
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('live'), { timeoutMs: 20_000 });
    await lab.fault(lens, 'stall');
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('stalled'), { timeoutMs: 45_000 });
    const { samples } = await platform.rpc.call(cameraRpc.health, { camera_id: camera.id, hours: 1, limit: 50 });
    expect(samples.filter(({ reason_code: code, state }) => code === 'CAMERA_STALLED' && state === 'live').length).toBe(2);
    await lab.fault(lens, 'none');
    await eventually(async () => expect((await platform.get(camera.id)).state).toBe('live'), { timeoutMs: 30_000 });
    await platform.rpc.call(cameraRpc.remove, { camera_id: camera.id, requested_by: actor });
    await eventually(async () => expect((await lab.counts(lens)).watching).toBe(0));
  }, 120_000);

  it('asks a device by ONVIF what it is, and finds it when it only knows that it is somewhere', async () => {
    const lens = lab.camera(1);
    const { hostname, port } = new URL(lens.onvif_url);
    const probe = async (password: string, device: object = {}) =>
      platform.rpc.call(cameraRpc.probe, { device: { host: hostname, port: Number(port), username: lens.username, timeout_seconds: 5, ...device }, sealed_password: await platform.seal(password), requested_by: actor });
    expect(await probe(lens.password)).toMatchObject({
      manufacturer: 'Capstan Lab',
      profiles: [{ codec: 'h264', width: 1_280, height: 720, fps: 12, rtsp_url: lens.rtsp_url, snapshot_url: lens.snapshot_url }],
      suggestion: { rtsp_url: lens.rtsp_url, codec: 'h264', resolution: '1280x720', substream_url: null },
      camera_id: (await platform.rpc.call(cameraRpc.list, { page: 1, per_page: 1, q: lens.rtsp_url })).cameras[0]?.id,
    });
    expect(await codeOf(probe('wrong'))).toBe('CAMERA_AUTH_FAILED');
    expect(await codeOf(probe(lens.password, { host: '8.8.8.8' }))).toBe('CAMERA_ADDRESS_REFUSED');
    expect(await codeOf(probe(lens.password, { port: Number(new URL(lab.camera(4).rtsp_url.replace('rtsp', 'http')).port), timeout_seconds: 1 }))).toMatch(/^CAMERA_(LOST|PROTOCOL|TIMEOUT)$/);
    const { devices, searched } = await platform.rpc.call(cameraRpc.discover, { options: { timeout_seconds: 2 }, requested_by: actor });
    expect(searched).toEqual(['127.0.0.1/8']);
    expect(devices.find((device) => device.port === Number(port))).toMatchObject({ address: '127.0.0.1', name: lens.name, location: 'lab' });
  }, 30_000);
});
