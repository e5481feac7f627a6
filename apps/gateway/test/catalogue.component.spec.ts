import { Readable } from 'node:stream';
import { type CaptureView, catalogueRpc, routes } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { type ReceivedSealingKey, sealFor, Secret } from '@capstan/vault';
import { GatewayHarness } from './gateway-harness';

const ID = '01990000-0000-7000-8000-0000000000c1';
const capture: CaptureView = {
  capture_id: ID,
  session_id: ID,
  task_id: ID,
  device_id: ID,
  device_name: 'core-1',
  platform: 'cisco_ios',
  site: null,
  capture_type: 'configs',
  captured_at: '2026-11-21T08:00:00.000Z',
  commands: ['show running-config'],
  complete: true,
  error_class: null,
  parse_status: null,
  row_count: 0,
  unparsed_count: 0,
  bytes: 10,
  raw_sha256: 'a'.repeat(64),
  normalised_sha256: 'b'.repeat(64),
  outcome: 'first',
  change_id: null,
  same_as: null,
  stored: true,
  baseline: false,
  current: true,
  rules_hit: {},
  identity_changed: false,
};

describe('the catalogue behind the gateway', () => {
  let sut: GatewayHarness;
  let token: string;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    token = await sut.adminToken();
  });
  beforeEach(() => sut.rpc.reset());
  afterAll(() => sut.close());

  it('reveals secrets to whoever may see them, sealed on the way, with the reason in the audit log', async () => {
    let onTheWay = '';
    sut.rpc.on(catalogueRpc.reveal, async ({ recipient }) => {
      const sealed = await sealFor(recipient as ReceivedSealingKey, new Secret('snmp-server community s3cret'), { purpose: catalogueRpc.reveal.type, clock: sut.clock });
      onTheWay = sealed;
      return { sealed_text: [sealed] };
    });
    const revealed = await sut.call(routes.revealCapture, { token, params: { id: ID }, body: { reason: 'INC-12' } });
    expect(revealed).toMatchObject({ status: 200, body: { capture_id: ID, text: 'snmp-server community s3cret' } });
    expect(onTheWay).not.toContain('s3cret');
    const entries = (await sut.audit({})).filter(({ details }) => details['reason'] === 'INC-12');
    expect(entries).toHaveLength(1);
    const operator = await sut.user('operator', 'olga');
    expect((await sut.call(routes.revealCapture, { token: operator.token, params: { id: ID }, body: { reason: 'INC-13' } })).status).toBe(403);
    expect((await sut.call(routes.revealCapture, { token, params: { id: ID }, body: {} })).status).toBe(422);
  });

  it('lends the masked text by a link, and sends tables as files with their real count', async () => {
    const made = async (name: string, text: string, mediaType: string) => {
      const { key, size, sha256 } = await sut.store.put(`catalogue/views/${name}`, Readable.from([Buffer.from(text)]), { mediaType });
      return { key, name, media_type: mediaType, size, sha256 };
    };
    sut.rpc.on(catalogueRpc.captureText, async () => made('core-1_configs.txt', 'hostname core-1', 'text/plain'));
    sut.rpc.on(catalogueRpc.exportTable, async () => ({ file: await made('arp.csv', 'ip,mac\r\n', 'text/csv'), row_count: 0, total: 70_000 }));
    const { body } = await sut.call(routes.captureTextUrl, { token, params: { id: ID }, body: { form: 'normalised' } });
    const lent = await fetch(sut.url + (body.url as string));
    await expect(lent.text()).resolves.toBe('hostname core-1');
    expect(sut.rpc.requests(catalogueRpc.captureText)).toEqual([{ capture_id: ID, form: 'normalised' }]);
    const exported = await sut.call(routes.exportArp, { token, query: { ip: '10.0.0.0/8', format: 'csv' } });
    expect([exported.headers.get('x-total-count'), exported.headers.get('content-disposition')]).toEqual(['70000', expect.stringMatching(/^attachment; filename="arp_\d{4}-\d\d-\d\d\.csv"$/)]);
    expect(sut.rpc.requests(catalogueRpc.exportTable)[0]).toMatchObject({ table: 'arp', query: { ip: '10.0.0.0/8' } });
  });

  it('takes an address or a MAC in one field, and a device by its name, as the first generation did', async () => {
    const list = { bindings: [], total: 0, page: 1, per_page: 20 };
    sut.rpc.on(catalogueRpc.arp, () => list);
    sut.rpc.on(catalogueRpc.arpDevices, () => ({ devices: [{ device_id: ID, device_name: 'Core-1', site: null, open_bindings: 0, contexts: [], last_capture_at: capture.captured_at }] }));
    for (const q of ['10.1.2.3', '10.0.0.0/8', '2001:db8::1', '0011.2233.4455', '00:11:22:33:44:55']) {
      expect((await sut.call(routes.arpSearch, { token, query: { q } })).status).toBe(200);
    }
    expect(sut.rpc.requests(catalogueRpc.arp).map(({ ip, mac }) => ip ?? `mac ${mac}`)).toEqual(['10.1.2.3', '10.0.0.0/8', '2001:db8::1', 'mac 0011.2233.4455', 'mac 00:11:22:33:44:55']);
    await sut.call(routes.arpOfDevice, { token, params: { host: 'core-1' } });
    expect(sut.rpc.requests(catalogueRpc.arp).at(-1)).toMatchObject({ device_id: ID });
    expect((await sut.call(routes.arpOfDevice, { token, params: { host: 'unknown' } })).status).toBe(404);
  });

  it('lets viewers look and operators acknowledge', async () => {
    sut.rpc.on(catalogueRpc.captures, () => ({ captures: [capture], total: 1, page: 1, per_page: 20 }));
    sut.rpc.on(catalogueRpc.acknowledgeMany, () => ({ acknowledged: 1 }));
    sut.rpc.fail(catalogueRpc.changeDiff, new AppError('OBJECT_PRUNED', 'The text of the capture is no longer stored'));
    const viewer = await sut.user('viewer', 'vera');
    expect((await sut.call(routes.deviceCaptures, { token: viewer.token, params: { id: ID } })).body).toMatchObject({ total: 1 });
    expect(sut.rpc.requests(catalogueRpc.captures)[0]).toMatchObject({ device_id: ID });
    expect((await sut.call(routes.acknowledgeChanges, { token: viewer.token, body: { change_ids: [ID] } })).status).toBe(403);
    expect((await sut.call(routes.acknowledgeChanges, { token, body: { change_ids: [ID], note: 'known' } })).body).toEqual({ acknowledged: 1 });
    expect((await sut.call(routes.changeDiff, { token, params: { id: ID } })).status).toBe(410);
  });
});
