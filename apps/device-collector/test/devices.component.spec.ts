import { createDeviceBody, credentialRpc, deviceListQuery, deviceRpc, inventoryEvents, type RequestInputOf, testDeviceBody } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { callPackets, IOS_XE_17, startIosXeRouter } from '@capstan/lab';
import { type PublicSealingKey, sealFor, Secret } from '@capstan/vault';
import { freePort } from '@capstan/testing';
import { CollectorPlatform } from './collector-platform';
import { calls, ROUTER_ACCOUNT } from './routers';
import { ACCOUNTS, eventually, SshServer } from './ssh-server';

const actor = { type: 'user', id: 'u-1', name: 'tester' } as const;

describe('the inventory of devices', () => {
  let platform: CollectorPlatform;
  let linux: SshServer;

  beforeAll(async () => {
    [platform, linux] = await Promise.all([CollectorPlatform.open(), SshServer.start()]);
    await platform.startCollector();
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await linux.stop();
  });

  const rpc = () => platform.orchestrator.rpc;
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'fine',
      (error: unknown) => (error as { details?: { errors?: { path: string; code: string }[] } }).details?.errors?.map(({ path, code }) => `${path} ${code}`).join(', ') ?? (error as { code: string }).code,
    );
  const create = async (device: object, id = systemIds.next()) => (await rpc().call(deviceRpc.create, { device_id: id, device: createDeviceBody.parse(device), requested_by: actor })).device;
  const update = async (id: string, changes: object) => (await rpc().call(deviceRpc.update, { device_id: id, changes, requested_by: actor })).device;
  const names = async (query: object) => (await rpc().call(deviceRpc.list, deviceListQuery.parse(query))).devices.map(({ name }) => name);
  const test = (id: string, options: object = {}) => rpc().call(deviceRpc.test, { device_id: id, options: testDeviceBody.parse(options), requested_by: actor });
  const remove = (id: string) => codeOf(rpc().call(deviceRpc.remove, { device_id: id, requested_by: actor }));
  const importing = async (text: string, options: Partial<RequestInputOf<typeof deviceRpc.importDevices>> = {}) => {
    const { jwk } = await rpc().call(credentialRpc.sealingKey, {});
    const pieces = text.match(/[^]{1,60000}/g) ?? [''];
    const sealed = await Promise.all(pieces.map((piece) => sealFor(jwk as unknown as PublicSealingKey, new Secret(piece), { purpose: credentialRpc.create.type, clock: systemClock })));
    return rpc().call(deviceRpc.importDevices, { sealed_document: sealed, requested_by: actor, ...options });
  };

  it('keeps devices, refuses doubles and stale writes, and finds them by filters that combine', async () => {
    const id = systemIds.next();
    const core = await create({ name: 'F-Core', address: '192.0.2.10', platform: 'cisco_ios', site: 'ams', role: 'core', tags: ['a', 'b'] }, id);
    expect(await create({ name: 'F-Core', address: '192.0.2.10' }, id)).toEqual(core);
    expect(await codeOf(create({ name: 'f-core', address: '192.0.2.11' }))).toBe('DEVICE_EXISTS');
    expect(await codeOf(create({ name: 'f-other', address: '192.0.2.10' }))).toBe('DEVICE_EXISTS');
    expect(await codeOf(create({ name: 'f-other', address: '192.0.2.11', platform: 'beos', credential_id: systemIds.next(), jump_host_id: systemIds.next() }))).toBe('platform UNKNOWN_PLATFORM, credential_id CREDENTIAL_NOT_FOUND, jump_host_id JUMP_HOST_NOT_FOUND');
    await create({ name: 'f-edge', address: '192.0.2.9', platform: 'arista_eos', site: 'ams', role: 'edge', tags: ['b'], notes: 'F-core is beside it' });
    await create({ name: 'f-none', address: '192.0.2.100' });

    expect(await names({ site: 'ams', tag: 'b' })).toEqual(['F-Core', 'f-edge']);
    expect(await names({ site: 'ams', tag: 'b,a' })).toEqual(['F-Core']);
    expect(await names({ vendor: 'ARIS' })).toEqual(['f-edge']);
    expect(await names({ q: 'f-core', sort: 'role', order: 'desc' })).toEqual(['f-edge', 'F-Core']);
    expect(await names({ q: 'f-', sort: 'address' })).toEqual(['f-edge', 'F-Core', 'f-none']);
    expect(await names({ q: 'f-', platform: '-' })).toEqual(['f-none']);
    const facets = await rpc().call(deviceRpc.facets, {});
    expect(facets).toMatchObject({ sites: [{ value: 'ams', count: 2 }], vendors: [{ value: 'Arista', count: 1 }, { value: 'Cisco', count: 1 }], tags: [{ value: 'a', count: 1 }, { value: 'b', count: 2 }] });

    expect(await update(id, { site: null, revision: 1 })).toMatchObject({ site: null, role: 'core', revision: 2 });
    expect(await codeOf(update(id, { role: 'x', revision: 1 }))).toBe('REVISION_CONFLICT');
    expect(await rpc().call(deviceRpc.bulk, { order: { ids: [id], add_tags: ['c'], remove_tags: ['a'], changes: { site: 'ber' } }, requested_by: actor })).toEqual({ changed: 1, deleted: 0 });
    expect(await names({ tag: 'c', site: 'ber' })).toEqual(['F-Core']);
    expect(await remove(id)).toBe('fine');
    expect(await remove(id)).toBe('DEVICE_NOT_FOUND');
    await create({ name: 'f-core', address: '192.0.2.10' });
  });

  it('refuses ways that lead in a circle, and keeps a jump host and a credential while something needs them', async () => {
    const credentialId = await platform.createCredential('someone', 'pass');
    const outer = await create({ name: 'j-outer', address: '192.0.2.20', credential_id: credentialId });
    const inner = await create({ name: 'j-inner', address: '192.0.2.21', jump_host_id: outer.id });
    expect(await codeOf(update(outer.id, { jump_host_id: inner.id }))).toBe('jump_host_id JUMP_CYCLE');
    expect(await codeOf(update(outer.id, { jump_host_id: outer.id }))).toBe('jump_host_id JUMP_CYCLE');
    expect(await remove(outer.id)).toBe('DEVICE_IN_USE');
    expect(await platform.removalOf(credentialId)).toBe('CREDENTIAL_IN_USE');
    expect(await codeOf(rpc().call(deviceRpc.bulk, { order: { ids: [outer.id, inner.id], delete: true }, requested_by: actor }))).toBe('fine');
    expect(await platform.removalOf(credentialId)).toBe('removed');
  });

  it('imports the good rows, or nothing when that is wanted, and exports what an import takes', async () => {
    const csv = `name,address,port,site,jump_host,tags\ni-2,192.0.2.32,22,imp,i-1,x;y\ni-1,192.0.2.31,2222,imp,,\ni-3,nonsense !,22,imp,,\n`;
    const wrong = { row: 3, field: 'address', code: 'INVALID_FORMAT' };
    expect(await importing(csv, { dry_run: true })).toMatchObject({ success: true, imported_count: 2, error_count: 1, errors: [wrong] });
    expect(await importing(csv, { all_or_nothing: true })).toMatchObject({ success: false, imported_count: 0, rows: [{ outcome: 'held' }, { outcome: 'held' }, { outcome: 'failed' }] });
    expect(await names({ site: 'imp' })).toEqual([]);
    expect(await importing(csv)).toMatchObject({ success: true, imported_count: 2, error_count: 1, errors: [wrong] });
    const exported = await rpc().call(deviceRpc.exportDevices, { format: 'csv', filter: { site: 'imp' } });
    expect(exported).toMatchObject({ device_count: 2, document: expect.stringContaining('i-2,192.0.2.32,22,,,imp,,,i-1,auto,true,,,,"x;y",') });
    expect(await importing(exported.document)).toMatchObject({ skipped_count: 2, error_count: 0 });
    expect(await importing(exported.document.replaceAll('imp', 'moved'), { skip_duplicates: false })).toMatchObject({ updated_count: 2, error_count: 0 });
    expect(await names({ site: 'moved' })).toEqual(['i-1', 'i-2']);
  });

  it('imports 5,000 devices in one piece within seconds', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `m-${index},10.9.${index >> 8}.${index & 255},cisco_ios,mass`);
    const since = performance.now();
    expect(await importing(['name,address,platform,site', ...rows].join('\n'))).toMatchObject({ imported_count: 5_000, error_count: 0 });
    expect(performance.now() - since).toBeLessThan(20_000);
    const [row] = (await rpc().call(deviceRpc.list, deviceListQuery.parse({ site: 'mass', limit: 1 }))).devices;
    expect(row?.name).toBe('m-0');
  });

  it('finds out the platform and the serial number of a router, and raises the alarm when another one answers', async () => {
    const port = await freePort();
    const router = (serial: string) =>
      startIosXeRouter({ port, accounts: [ROUTER_ACCOUNT], traffic: callPackets(calls(), 'csr1000v'), edition: { ...IOS_XE_17, version: `Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Virtual XE Software (X), Version 17.9.4a, RELEASE SOFTWARE (fc3)\n\nrouter-1 uptime is 3 weeks\ncisco C8000V (VXE) processor (revision VXE) with 2028465K/3075K bytes of memory.\nProcessor board ID ${serial}\n` } });
    const credentialId = await platform.createCredential(ROUTER_ACCOUNT.username, ROUTER_ACCOUNT.password);
    const device = await create({ name: 'router-1', address: '127.0.0.1', port, credential_id: credentialId });
    expect(await test(device.id)).toMatchObject({ success: false, result: { error_code: 'CONN_REFUSED', steps: [{ step: 'reach', ok: false }] }, device: { platform: null, last_test: { success: false } } });
    expect(await names({ q: 'router-1', health: 'unreachable' })).toEqual(['router-1']);

    let started = await router('9FKLJWM5EB0');
    try {
      const first = await test(device.id);
      expect(first).toMatchObject({
        success: true,
        identity_change: 'first',
        identity: { serials: ['9FKLJWM5EB0'], os_version: '17.09.04a', model: 'C8000V', hostname: 'router-1' },
        device: { platform: 'cisco_ios', vendor: 'Cisco', revision: 2 },
        result: { steps: [{ step: 'reach' }, { step: 'login', detail: 'as admin' }, { step: 'fingerprint', ok: true }] },
      });
      expect(await test(device.id)).toMatchObject({ success: true, identity_change: 'same' });
      await update(device.id, { platform: 'cisco_nxos' });
      expect(await test(device.id)).toMatchObject({ success: false, result: { error_code: 'PLATFORM_MISMATCH', platform: { detected: 'cisco_ios', configured: 'cisco_nxos' } } });
      await update(device.id, { platform: 'cisco_ios' });

      await started.gear.stop();
      started = await router('9STRANGER00');
      expect(await test(device.id)).toMatchObject({ success: false, result: { error_code: 'HOSTKEY_MISMATCH', steps: [{ step: 'reach', ok: false }] } });
      const { host_keys: keys } = await rpc().call(credentialRpc.hostKeys, { page: 1, per_page: 100, status: 'changed' });
      await rpc().call(credentialRpc.trustHostKey, { host_key_id: keys.find((key) => key.port === port)!.host_key_id, requested_by: actor });
      expect(await test(device.id)).toMatchObject({ success: false, identity_change: 'changed', result: { error_code: 'IDENTITY_CHANGED' }, device: { identity: { serials: ['9FKLJWM5EB0'] }, identity_alarm: { observed: { serials: ['9STRANGER00'] } } } });
      await test(device.id);
      expect(await names({ health: 'changed' })).toEqual(['router-1']);
      const { device: settled } = await rpc().call(deviceRpc.acknowledgeIdentity, { device_id: device.id, requested_by: actor });
      expect(settled).toMatchObject({ identity: { serials: ['9STRANGER00'] }, identity_alarm: null });
      expect(await codeOf(rpc().call(deviceRpc.acknowledgeIdentity, { device_id: device.id, requested_by: actor }))).toBe('NO_IDENTITY_ALARM');
      const heard = () => platform.orchestrator.heard.facts.filter(({ type }) => type.startsWith('device.identity')).map(({ type }) => type);
      await eventually(() => heard().length >= 2, () => heard().join(', '));
      expect(heard()).toEqual([inventoryEvents.identityChanged.type, inventoryEvents.identityAcknowledged.type]);
    } finally {
      await started.gear.stop();
    }
  });

  it('goes through a jump host to a Linux machine, and sends a wrong password once', async () => {
    const right = await platform.createCredential('viewer', ACCOUNTS.viewer.password);
    const wrong = await platform.createCredential('viewer', 'wrong-Pa55');
    const jump = await create({ name: 'bastion', address: 'localhost', port: linux.port, credential_id: right });
    const device = await create({ name: 'server', address: '127.0.0.1', port: linux.port, credential_id: wrong, jump_host_id: jump.id });
    const before = linux.refusedPasswords;
    expect(await test(device.id)).toMatchObject({ success: false, result: { error_code: 'AUTH_FAILED', steps: [{ step: 'reach', ok: true, detail: expect.stringContaining('through 1 jump host') }, { step: 'login', ok: false }] } });
    expect(linux.refusedPasswords - before).toBe(1);
    expect(await test(device.id, { credential_id: right })).toMatchObject({ success: true, device: { platform: 'linux' }, identity: { os_version: expect.any(String) } });
    await update(jump.id, { credential_id: null });
    expect(await test(device.id)).toMatchObject({ success: false, result: { error_code: 'JUMP_WITHOUT_CREDENTIAL' } });
    expect(await platform.dump()).not.toContain('wrong-Pa55');
  });
});
