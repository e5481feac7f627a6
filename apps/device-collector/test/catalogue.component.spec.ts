import { Readable } from 'node:stream';
import { catalogueEvents, storageEvents } from '@capstan/contracts';
import { schemaDrift } from '@capstan/persistence';
import { type BenchDevice, CatalogueBench } from './catalogue-bench';

const CANARY = 'canary-5nmp-4711';
const config = (changes: { community?: string; description?: string; extra?: string; noise?: string } = {}): string =>
  [
    'Building configuration...',
    '',
    `Current configuration : ${(changes.noise ?? '1234').length} bytes`,
    '!',
    `! Last configuration change at ${changes.noise ?? '08:00:00'} UTC Sat Nov 21 2026 by alice`,
    'hostname core-1',
    '!',
    `snmp-server community ${changes.community ?? CANARY} RO`,
    'interface GigabitEthernet0/1',
    ` description ${changes.description ?? 'uplink to vlan-servers'}`,
    ' ip address 10.1.2.1 255.255.255.0',
    '!',
    ...(changes.extra === undefined ? [] : [changes.extra, '!']),
    'end',
    '',
  ].join('\n');

const arp = (...entries: readonly (readonly [ip: string, mac: string])[]): string =>
  ['Protocol  Address          Age (min)  Hardware Addr   Type   Interface', ...entries.map(([ip, mac], age) => `Internet  ${ip.padEnd(16)} ${age}   ${mac}  ARPA   GigabitEthernet0/1`), ''].join('\n');
const A = '0011.2233.4455';
const B = '0011.2233.4466';

describe('the catalogue', () => {
  let sut: CatalogueBench;
  let device: BenchDevice;
  let number = 0;

  beforeAll(async () => {
    sut = await CatalogueBench.open();
  }, 60_000);
  beforeEach(() => {
    number += 1;
    device = sut.device(`core-${number}`);
  });
  afterAll(() => sut.close());

  const bindings = async (query: Record<string, unknown> = {}) => (await sut.observations.arp({ page: 1, per_page: 100, device_id: device.id, ...query } as never)).bindings.map(({ ip, mac, ended_at, missing_since, certain }) => ({ ip, mac, open: ended_at === null, missing: missing_since !== null, certain }));

  it('lies in tables that are what the entities say', async () => {
    await expect(schemaDrift(sut.dataSource)).resolves.toEqual([]);
  });

  it('keeps an output that is the same but for noise as one row, and writes no text and no change', async () => {
    await sut.record(device, 'configs', config());
    const before = { blobs: await sut.count('capture_blobs'), changes: await sut.count('device_changes'), captures: await sut.count('device_captures') };
    await expect(sut.record(device, 'configs', config({ noise: '08:31:17' }))).resolves.toMatchObject({ outcome: 'unchanged', changeId: null });
    expect({ blobs: await sut.count('capture_blobs'), changes: await sut.count('device_changes'), captures: await sut.count('device_captures') }).toEqual({ ...before, captures: before.captures + 1 });
  });

  it('answers the same when the same capture is recorded again, by several at once too', async () => {
    const capture = sut.capture(device, 'configs', config());
    const answers = await Promise.all([1, 2, 3, 4].map(() => sut.loader.record(capture)));
    expect(new Set(answers.map(({ captureId }) => captureId)).size).toBe(1);
    await expect(sut.loader.record(capture)).resolves.toEqual(answers[0]);
  });

  it('tells a change with its lines, its place, its severity and who made it, as a fact in the same transaction', async () => {
    const facts = (await sut.facts()).filter((type) => type === catalogueEvents.configChanged.type).length;
    await sut.record(device, 'configs', config());
    const { changeId } = await sut.record(device, 'configs', config({ description: 'to the lab' }));
    await expect(sut.changes.get(changeId ?? '')).resolves.toMatchObject({ severity: 'moderate', added: 1, removed: 1, summary: ['interface GigabitEthernet0/1'], actor: { user: 'alice' }, device_name: device.name, acknowledged_at: null });
    expect((await sut.facts()).filter((type) => type === catalogueEvents.configChanged.type)).toHaveLength(facts + 1);
  });

  it('shows a rotated secret as a change, and never the secret', async () => {
    await sut.record(device, 'configs', config());
    const { captureId, changeId } = await sut.record(device, 'configs', config({ community: 'other-s3cret' }));
    const change = await sut.changes.get(changeId ?? '');
    const diff = await sut.texts.diff(await sut.captures.get(change.from_capture_id), await sut.captures.get(change.to_capture_id), 3);
    const changed = diff.hunks.flatMap(({ lines }) => lines.filter(({ op }) => op !== ' ').map(({ op, text }) => `${op}${text}`));
    expect(changed).toEqual([expect.stringMatching(/^-snmp-server community <masked:[0-9a-f]{6}> RO$/), expect.stringMatching(/^\+snmp-server community <masked:[0-9a-f]{6}> RO$/)]);
    expect(changed[0]?.slice(1)).not.toBe(changed[1]?.slice(1));
    const content = await sut.texts.content(await sut.captures.get(captureId));
    expect(content.raw).toContain('hostname core-1');
    expect(content.masked).toBe(1);
    const file = await sut.texts.makeFile(captureId, 'raw');
    const shown = JSON.stringify([diff, content, change, await sut.search.search({ q: 'snmp-server community', page: 1, per_page: 20, history: 'true' }), (await sut.sql(`SELECT envelope FROM outbox`)) ?? []]);
    const downloaded = Buffer.concat((await (await sut.store.get(file.key)).toArray()) as Buffer[]).toString();
    expect(shown + downloaded).not.toMatch(/canary|other-s3cret/);
    expect(downloaded).toContain('hostname core-1');
  });

  it('keeps no readable secret in its tables', async () => {
    await sut.record(device, 'configs', config());
    const tables = await sut.sql<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'device_collector'`);
    const dump = await Promise.all(tables.map(async ({ name }) => JSON.stringify(await sut.sql(`SELECT t::text FROM ${name} t`))));
    expect(dump.join('')).not.toContain(CANARY);
    for await (const { key } of sut.store.list('catalogue/blobs/')) {
      expect(Buffer.concat((await (await sut.store.get(key)).toArray()) as Buffer[]).includes(CANARY)).toBe(false);
    }
  });

  it.each([
    ['is not proven', { complete: false }],
    ['failed', { errorClass: 'CMD_UNAUTHORIZED' }],
    ['comes from another device at the same address', { identityChanged: true }],
  ])('lets a capture that %s replace nothing and close nothing', async (_, doubt) => {
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    for (let run = 0; run < 4; run += 1) {
      await expect(sut.record(device, 'arp', arp(['10.0.0.1', A]), doubt)).resolves.toMatchObject({ outcome: 'kept-incomplete', changeId: null });
    }
    expect(await bindings()).toHaveLength(2);
    expect((await bindings()).every(({ open, missing }) => open && !missing)).toBe(true);
    await sut.record(device, 'configs', config());
    const { captureId } = await sut.record(device, 'configs', config({ extra: 'router bgp 65000' }), doubt);
    expect((await sut.captures.current(device.id, 'configs')).view.capture_id).not.toBe(captureId);
    expect((await sut.texts.content(await sut.captures.get(captureId))).raw).toContain('router bgp 65000');
  });

  it('calls a binding gone when it was missing twice in a row, from the first time on', async () => {
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    const lastSeen = new Date(sut.now).toISOString();
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    const gone = new Date(sut.now).toISOString();
    expect(await bindings({ ip: '10.0.0.2' })).toEqual([expect.objectContaining({ open: true, missing: true })]);
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    const { bindings: [binding] } = await sut.observations.arp({ page: 1, per_page: 10, device_id: device.id, ip: '10.0.0.2' });
    expect(binding).toMatchObject({ last_seen: lastSeen, ended_at: gone });
  });

  it('goes on with a binding that comes back in time, and moves the end of one that is merely there again', async () => {
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    const { bindings: found } = await sut.observations.arp({ page: 1, per_page: 10, device_id: device.id });
    expect(found).toHaveLength(2);
    expect(found.map(({ last_seen }) => last_seen)).toEqual([new Date(sut.now).toISOString(), new Date(sut.now).toISOString()]);
  });

  it('closes nothing by a table of which a line was not understood', async () => {
    await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.0.0.2', B]));
    for (let run = 0; run < 3; run += 1) {
      await sut.record(device, 'arp', `${arp(['10.0.0.1', A])}what is this?\n`);
    }
    expect((await bindings()).map(({ open, missing }) => ({ open, missing }))).toEqual([{ open: true, missing: false }, { open: true, missing: false }]);
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    expect(await bindings({ ip: '10.0.0.2' })).toEqual([expect.objectContaining({ missing: true })]);
  });

  it('knows who had an address at a moment, and how sure that is', async () => {
    await sut.record(device, 'arp', arp(['10.0.0.9', A]));
    const first = new Date(sut.now + 1).toISOString();
    await sut.record(device, 'arp', arp(['10.0.0.9', B]));
    const second = new Date(sut.now + 1).toISOString();
    expect(await bindings({ ip: '10.0.0.9', at: first })).toEqual([{ ip: '10.0.0.9', mac: '001122334455', open: false, missing: false, certain: false }]);
    expect(await bindings({ ip: '10.0.0.0/24', at: second })).toEqual([expect.objectContaining({ mac: '001122334466', open: true })]);
    expect(await bindings({ ip: '10.0.0.9', at: '2020-01-01T00:00:00.000Z' })).toEqual([]);
    expect((await bindings({ mac: '00:11:22' })).length).toBe(2);
  });

  it('tells of an address that moved, of one with two MACs and of a MAC nobody knew', async () => {
    const fresh = `00aa.bbcc.${String(number).padStart(4, '0')}`;
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    await sut.record(device, 'arp', arp(['10.0.0.1', B]));
    await sut.record(device, 'arp', arp(['10.0.0.1', B], ['10.0.0.1', fresh]));
    const { events } = await sut.observations.events({ page: 1, per_page: 20, device_id: device.id });
    // The last two were seen in the same moment.
    expect(events.map(({ kind, ip, mac }) => ({ kind, ip, mac })).sort((one, other) => one.kind.localeCompare(other.kind))).toEqual([
      expect.objectContaining({ kind: 'ip-conflict', ip: '10.0.0.1' }),
      { kind: 'ip-moved', ip: '10.0.0.1', mac: '001122334466' },
      expect.objectContaining({ kind: 'new-mac', mac: fresh.replaceAll('.', '') }),
    ]);
    expect(await sut.facts()).toContain(catalogueEvents.arpConflict.type);
  });

  it('loads an older capture after a newer one without undoing anything', async () => {
    const old = sut.capture(device, 'configs', config());
    await sut.record(device, 'configs', config({ extra: 'router ospf 1' }));
    await expect(sut.loader.record(old)).resolves.toMatchObject({ outcome: 'late', changeId: null });
    expect((await sut.texts.content(await sut.captures.current(device.id, 'configs'))).raw).toContain('router ospf 1');
  });

  it('keeps what it could not load, sealed, and loads it when told to', async () => {
    const capture = sut.capture(device, 'configs', config());
    await sut.sql('ALTER TABLE device_captures RENAME TO device_captures_away');
    await expect(sut.loader.record(capture)).rejects.toMatchObject({ code: 'CAPTURE_NOT_LOADED' });
    await sut.sql('ALTER TABLE device_captures_away RENAME TO device_captures');
    await expect(sut.loader.waiting(capture.sessionId)).resolves.toBe(1);
    await expect(sut.loader.reload(capture.sessionId)).resolves.toMatchObject({ loaded: [{ outcome: 'first' }], failed: [] });
    await expect(sut.loader.waiting(capture.sessionId)).resolves.toBe(0);
    await expect(sut.loader.reload(capture.sessionId)).resolves.toEqual({ loaded: [], failed: [] });
  });

  it('finds words and phrases in what is current, and in what was when asked', async () => {
    await sut.record(device, 'configs', config({ extra: `route-map UNIQUE-${number} permit 10` }));
    const find = async (q: string, history: 'true' | 'false' = 'false') => (await sut.search.search({ q, page: 1, per_page: 20, history, device_id: device.id })).hits.map(({ lines }) => lines[0]?.text);
    expect(await find(`unique-${number}`)).toEqual([`route-map UNIQUE-${number} permit 10`]);
    expect(await find('"description uplink"')).toEqual([' description uplink to vlan-servers']);
    expect(await find('servers')).toEqual([' description uplink to vlan-servers']);
    expect(await find('10.1.2.1')).toEqual([' ip address 10.1.2.1 255.255.255.0']);
    expect(await find('"uplink description"')).toEqual([]);
    await sut.record(device, 'configs', config());
    expect(await find(`unique-${number}`)).toEqual([]);
    expect(await find(`unique-${number}`, 'true')).toEqual([`route-map UNIQUE-${number} permit 10`]);
  });

  it('compares devices, groups the equal ones, and tells the drift from what was approved', async () => {
    const twin = sut.device(`twin-${number}`, 'cisco_ios', `site-${number}`);
    device = sut.device(`core-${number}-b`, 'cisco_ios', `site-${number}`);
    const first = await sut.record(device, 'configs', config());
    await sut.record(twin, 'configs', config({ noise: '09:00:00' }));
    expect((await sut.captures.groups({ capture_type: 'configs', site: `site-${number}` })).map(({ count }) => count)).toEqual([2]);
    await sut.captures.setBaseline(first.captureId, true);
    const { changeId } = await sut.record(device, 'configs', config({ extra: 'ip http server' }));
    const drift = await sut.texts.diff(await sut.captures.baseline(device.id, 'configs'), await sut.captures.current(device.id, 'configs'), 3);
    expect(drift).toMatchObject({ added: 2, removed: 0 });
    await expect(sut.texts.compare({ from_device: twin.id, to_device: device.id, capture_type: 'configs', context: 0 })).resolves.toMatchObject({ added: 2, from: { device_name: twin.name } });
    await sut.changes.acknowledge(changeId ?? '', { acknowledged: true, note: 'CHG-17', baseline: true }, 'bob');
    await expect(sut.changes.get(changeId ?? '')).resolves.toMatchObject({ acknowledged_by: 'bob', note: 'CHG-17' });
    expect((await sut.captures.baseline(device.id, 'configs')).view.current).toBe(true);
    await expect(sut.captures.baseline(twin.id, 'configs')).rejects.toMatchObject({ code: 'NO_BASELINE' });
  });

  it('tells another version by its fields, and not by its uptime', async () => {
    const version = (release: string, uptime: string): string => [
      `Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version ${release}, RELEASE SOFTWARE (fc1)`,
      `${device.name} uptime is ${uptime}`,
      'System returned to ROM by power-on',
      'System image file is "flash:c2900.bin"',
      'Cisco CISCO2911/K9 (revision 1.0) with 483328K/40960K bytes of memory.',
      'Processor board ID FTX1234ABCD',
      '',
    ].join('\n');
    await sut.record(device, 'version', version('15.1(4)M', '1 week, 2 days'));
    await expect(sut.record(device, 'version', version('15.1(4)M', '1 week, 3 days'))).resolves.toMatchObject({ outcome: 'unchanged' });
    const { changeId } = await sut.record(device, 'version', version('15.7(3)M', '3 minutes'));
    await expect(sut.changes.get(changeId ?? '')).resolves.toMatchObject({ kind: 'rows', severity: 'critical', summary: expect.arrayContaining([expect.stringContaining('os_version 15.1(4)M → 15.7(3)M')]) });
  });

  it('exports tables with everything that is asked for', async () => {
    await sut.record(device, 'arp', arp(['10.9.0.1', A], ['10.9.0.2', B]));
    const { file, rowCount } = await sut.exports.make('arp', 'csv', { device_id: device.id });
    const text = Buffer.concat((await (await sut.store.get(file.key)).toArray()) as Buffer[]).toString();
    expect(rowCount).toBe(2);
    expect(text.split('\r\n')[0]).toMatch(/^ip,mac_text,vendor,/);
    expect(text).toContain('10.9.0.1,00:11:22:33:44:55,');
    await expect(sut.exports.make('arp', 'csv', { ip: 'nonsense/99' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('says which texts are lost, stores one again when the device says it again, and removes what no row names', async () => {
    const { captureId } = await sut.record(device, 'configs', config({ description: 'about to be lost' }));
    const [row] = await sut.sql<{ key: string; hash: string }>(`SELECT b.key, b.blob_sha256 AS hash FROM capture_blobs b JOIN device_captures c USING (blob_sha256) WHERE c.capture_id = $1`, [captureId]);
    const orphan = `catalogue/blobs/ab/${'ab'.repeat(32)}.nobody`;
    await sut.store.put(orphan, Readable.from([Buffer.from('nobody')]), { mediaType: 'application/octet-stream' });
    await sut.store.remove([row?.key ?? '']);
    await sut.sweeper.order();
    await expect(sut.sweeper.sweepDue()).resolves.toMatchObject([{ prefix: 'catalogue/blobs/', error: null, orphans: 1, orphan_bytes: 6, lost: 1, lost_keys: [row?.key] }]);
    await expect(sut.store.stat(orphan)).resolves.toBeUndefined();
    expect(await sut.facts()).toContain(storageEvents.objectsLost.type);
    await expect(sut.blobs.read(row?.hash ?? '')).rejects.toMatchObject({ code: 'OBJECT_PRUNED' });
    await sut.blobs.put(config({ description: 'about to be lost' }));
    await expect(sut.blobs.read(row?.hash ?? '')).resolves.toContain('about to be lost');
    await sut.sweeper.order();
    await expect(sut.sweeper.sweepDue()).resolves.toMatchObject([{ orphans: 0, lost: 0 }]);
  });

  it('removes the texts of old tables and what nobody refers to, and keeps what is current or approved', async () => {
    const approved = await sut.record(device, 'configs', config());
    await sut.captures.setBaseline(approved.captureId, true);
    const old = await sut.record(device, 'arp', arp(['10.0.0.1', A], ['10.8.0.1', B]));
    const current = await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    sut.now += 20 * 86_400_000;
    const report = await sut.housekeeping.tidy();
    expect(report?.stripped).toBeGreaterThan(0);
    expect(report?.swept).toBeGreaterThan(0);
    expect((await sut.texts.content(await sut.captures.get(old.captureId))).raw).toBeNull();
    expect((await sut.texts.content(await sut.captures.get(current.captureId))).raw).toContain('10.0.0.1');
    sut.now += 500 * 86_400_000;
    await sut.housekeeping.tidy();
    expect((await sut.texts.content(await sut.captures.get(approved.captureId))).raw).toContain('hostname');
    await expect(sut.captures.get(old.captureId)).rejects.toMatchObject({ code: 'CAPTURE_NOT_FOUND' });
  });

  it('forgets a device with everything that is known of it', async () => {
    await sut.record(device, 'configs', config());
    await sut.record(device, 'arp', arp(['10.0.0.1', A]));
    await sut.dataSource.transaction((manager) => sut.loader.forgetDevice(manager, device.id));
    expect(await bindings()).toEqual([]);
    await expect(sut.record(device, 'configs', config())).resolves.toMatchObject({ outcome: 'first' });
  });
});
