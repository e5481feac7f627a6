import { createDeviceBody, type DeviceIdentity, deviceListQuery } from '@capstan/contracts';
import { sequentialIds } from '@capstan/testing';
import { findPlatform } from '../platforms';
import { deviceCondition, deviceOrder } from './device-filter';
import { exportDocument } from './device-export';
import type { DeviceRecord } from './device-view';
import { identityOf, isOther, recognisePlatform } from './fingerprint';
import { judgeIdentity, mergeIdentity } from './identity';
import { type ImportWorld, planImport } from './import-plan';
import { readImport } from './import-rows';
import { type JumpDevice, resolveJumps } from './jump-chain';

const CREDENTIAL = '01890000-0000-7000-8000-0000000000c1';
const jumpDevice = (id: string, jump: string | null = null, credential: string | null = CREDENTIAL): JumpDevice => ({ device_id: id, name: id, address: `${id}.example`, port: 22, credential_id: credential, jump_host_id: jump });

describe(resolveJumps.name, () => {
  const resolve = (devices: readonly JumpDevice[], first: string | null) => resolveJumps('device', first, (id) => devices.find((device) => device.device_id === id));

  it('begins with the host that is reached directly', () => {
    expect(resolve([jumpDevice('inner', 'outer'), jumpDevice('outer')], 'inner').map(({ host }) => host)).toEqual(['outer.example', 'inner.example']);
  });

  it.each([
    ['a way that leads back to the device', [jumpDevice('a', 'device')], 'JUMP_CYCLE'],
    ['a way that leads back to a host', [jumpDevice('a', 'b'), jumpDevice('b', 'a')], 'JUMP_CYCLE'],
    ['a host that does not exist', [], 'JUMP_HOST_NOT_FOUND'],
    ['a host without a credential', [jumpDevice('a', null, null)], 'JUMP_WITHOUT_CREDENTIAL'],
    ['four hosts', [jumpDevice('a', 'b'), jumpDevice('b', 'c'), jumpDevice('c', 'd'), jumpDevice('d')], 'JUMP_TOO_LONG'],
  ])('refuses %s', (_, devices, code) => {
    expect(() => resolve(devices, 'a')).toThrow(expect.objectContaining({ code }));
  });
});

describe(judgeIdentity.name, () => {
  const known: DeviceIdentity = { serials: ['FOC1', 'FOC2'], base_mac: '001122334455', model: 'C9300', os_version: '17.9', hostname: 'sw1', observed_at: '2026-11-21T10:00:00.000Z' };

  it.each([
    ['one of the serials is a known one: a stack got another member', { serials: ['FOC2', 'FOC9'], base_mac: null }, 'same'],
    ['no serial is known', { serials: ['FOC9'], base_mac: '001122334455' }, 'changed'],
    ['the device tells no serial, and the base MAC is the known one', { serials: [], base_mac: '001122334455' }, 'same'],
    ['the device tells no serial, and the base MAC is another', { serials: [], base_mac: 'aabbccddeeff' }, 'changed'],
    ['the device tells neither', { serials: [], base_mac: null }, 'same'],
  ])('%s', (_, observed, verdict) => {
    expect(judgeIdentity(known, observed)).toBe(verdict);
  });

  it('keeps what the device did not tell this time', () => {
    expect(mergeIdentity(known, { serials: [], base_mac: null, model: null, os_version: '17.12', hostname: null, observed_at: '2026-11-22T10:00:00.000Z' })).toEqual({ ...known, os_version: '17.12', observed_at: '2026-11-22T10:00:00.000Z' });
  });
});

describe(recognisePlatform.name, () => {
  it.each([
    ['Cisco IOS XR Software, Version 7.3.2', 'cisco_iosxr'],
    ['Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a', 'cisco_ios'],
    ['Cisco Internetwork Operating System Software\nIOS (tm) C2600 Software', 'cisco_ios'],
    ['Cisco Nexus Operating System (NX-OS) Software\nTAC support: http://www.cisco.com/tac', 'cisco_nxos'],
    ['Arista DCS-7050TX-64-R\nHardware version:    01.11', 'arista_eos'],
    ['FRRouting 8.4.4 (vm) on Linux(6.1.0).', 'frr'],
    ['Hostname: mx1\nModel: mx240\nJunos: 21.4R3.15', 'juniper_junos'],
    ['JUNOS Software Release [12.3R12.4]', 'juniper_junos'],
    ['ArubaOS-CX\n(c) Copyright 2017-2023', 'aruba_aoscx'],
    ['Image stamp:    /ws/swbuildm/rel', 'aruba_aoss'],
    ['hostname: fw1\nfamily: 3200\nsw-version: 10.1.6', 'paloalto_panos'],
    ['Linux host1 6.1.0-18-amd64 #1 SMP Debian x86_64 GNU/Linux', 'linux'],
    ['-bash: show: command not found', undefined],
    ['banner says Cisco IOS Software is forbidden here', undefined],
  ])('%j: %s', (text, platform) => {
    expect(recognisePlatform(text)).toBe(platform);
  });

  it('lets a platform of the operator look like anything', () => {
    expect(isOther('acme_os', 'cisco_ios')).toBe(false);
    expect(isOther('cisco_ios', 'cisco_nxos')).toBe(true);
  });

  it('reads serials, model and version', () => {
    const text = 'Arista DCS-7050TX-64-R\nHardware version: 01.11\nSerial number: JPE0001\nHardware MAC address: 001c.7300.0001\nSystem MAC address: 001c.7300.0001\n\nSoftware image version: 4.28.3M\n';
    expect(identityOf(findPlatform('arista_eos')!, text)).toMatchObject({ serials: ['JPE0001'], model: 'DCS-7050TX-64-R', osVersion: '4.28.3M', baseMac: '001c73000001' });
  });
});

describe(deviceCondition.name, () => {
  it('combines filters, and hands every value over as a parameter', () => {
    const { where, values } = deviceCondition({ q: "50%' OR 1=1", site: 'ams', role: '-', tag: 'core, edge', vendor: 'cis', enabled: 'true', health: 'changed' });
    expect(values).toEqual(['ams', '%cis%', ['core', 'edge'], "%50\\%' OR 1=1%"]);
    expect(where).toContain('d.role IS NULL');
    expect(where).not.toContain('1=1');
  });

  it('sorts by a column of its list only', () => {
    expect(() => deviceListQuery.parse({ sort: 'name; DROP TABLE devices' })).toThrow('Invalid option');
    expect(deviceOrder('name', 'desc')).toBe('lower(d.name) DESC NULLS LAST, lower(d.name), d.device_id');
  });
});

describe(planImport.name, () => {
  const world: ImportWorld = {
    devices: [{ ...jumpDevice('01890000-0000-7000-8000-0000000000d1'), name: 'Core-1', address: '10.0.0.1' }],
    credentials: new Map([['lab login', CREDENTIAL]]),
    isPlatform: (name) => findPlatform(name) !== undefined,
  };
  const plan = (text: string, options: { skip?: boolean; format?: 'csv' | 'json'; defaults?: object } = {}) =>
    [...planImport(readImport(options.format ?? 'csv', text, options.defaults ?? {}), world, options.skip ?? true, sequentialIds())].sort((a, b) => a.row - b.row);
  const problems = (text: string) => plan(text).map((row) => (row.action === 'fail' ? row.errors.map(({ path, code }) => `${path} ${code}`).join(', ') : row.action));

  it('reports every bad row for itself, and takes the good ones', () => {
    const csv = [
      'name;address;port;platform;credential;jump_host;enabled',
      'sw-1;10.0.0.2;22;cisco_ios;Lab Login;;yes',
      ';10.0.0.3;22;cisco_ios;;;',
      'sw-3;not an address;22;cisco_ios;;;',
      'sw-4;10.0.0.4;65536;cisco_ios;;;',
      'sw-5;10.0.0.5;22;beos;;;',
      'sw-6;10.0.0.6;22;;nobody;;',
      'sw-7;10.0.0.7;22;;;nowhere;',
      'sw-1;10.0.0.8;22;;;;',
      'core-1;10.0.0.9;22;;;;',
      'sw-9;10.0.0.1;22;;;;',
      'sw-10;10.0.0.10;;;;;maybe',
      'sw-11;10.0.0.11;;;;;',
    ].join('\r\n');
    expect(problems(csv)).toEqual([
      'create',
      'name REQUIRED',
      'address INVALID_FORMAT',
      'port TOO_BIG',
      'platform UNKNOWN_PLATFORM',
      'credential CREDENTIAL_NOT_FOUND',
      'jump_host JUMP_HOST_NOT_FOUND',
      'name DUPLICATE_ROW',
      'skip',
      'address DEVICE_EXISTS',
      'enabled WRONG_TYPE',
      'create',
    ]);
  });

  it('finds a jump host in a later row, and plans it first', () => {
    const planned = planImport(readImport('csv', 'name,address,jump_host,credential\ninner,10.1.0.1,Bastion,\nbastion,10.1.0.2,,lab login\n', {}), world, true, sequentialIds());
    const [first, second] = planned;
    expect(planned.map(({ name, action }) => [name, action])).toEqual([['bastion', 'create'], ['inner', 'create']]);
    expect(second).toMatchObject({ device: { jump_host_id: first?.action === 'create' ? first.deviceId : '' } });
  });

  it('refuses jump hosts that lead to each other, also of thousands of rows', () => {
    expect(problems('name,address,jump_host\na,10.1.0.1,b\nb,10.1.0.2,a\n')).toEqual(['jump_host JUMP_HOST_NOT_FOUND', 'jump_host JUMP_CYCLE']);
    const rows = Array.from({ length: 5_000 }, (_, index) => `d${index},11.${index >> 8}.${index & 255}.1,d${index + 1}`);
    expect(new Set(problems(['name,address,jump_host', ...rows].join('\n')))).toEqual(new Set(['jump_host JUMP_HOST_NOT_FOUND']));
  });

  it('updates only what a row says when duplicates are wanted', () => {
    expect(plan('name,address,site\ncore-1,10.0.0.77,ams\n', { skip: false, defaults: { role: 'core' } })).toEqual([
      { row: 1, name: 'core-1', action: 'update', deviceId: '01890000-0000-7000-8000-0000000000d1', changes: { name: 'core-1', address: '10.0.0.77', site: 'ams' } },
    ]);
  });

  it('gives rows the defaults they do not say otherwise, and gathers overrides', () => {
    expect(plan('name,address,site,tags,command_timeout_sec\nx,10.0.0.5,,a; b,90\n', { defaults: { site: 'ber', platform: 'frr' } })).toMatchObject([
      { action: 'create', device: { site: 'ber', platform: 'frr', tags: ['a', 'b'], overrides: { command_timeout_sec: 90 } } },
    ]);
  });

  it.each([
    ['csv', '', 'NO_HEADER'],
    ['csv', 'name,address,password\nx,10.0.0.1,secret', 'UNKNOWN_COLUMN'],
    ['csv', 'name,address\n', 'EMPTY_DOCUMENT'],
    ['json', '{', 'MALFORMED_DOCUMENT'],
    ['json', '{"cameras": []}', 'MALFORMED_DOCUMENT'],
  ] as const)('cannot read the %s document %j', (format, text, code) => {
    expect(() => plan(text, { format })).toThrow(expect.objectContaining({ details: { code } }));
  });

  it('never repeats what a refused row said', () => {
    expect(JSON.stringify(plan('[{"name": "x", "address": "10.0.0.1", "password": "canary-1"}, "canary-2"]', { format: 'json' }))).not.toContain('canary');
  });
});

describe(exportDocument.name, () => {
  const device = {
    ...createDeviceBody.parse({ name: '=cmd', address: '10.0.0.2', site: 'ams', tags: ['a', 'b'], credential_id: CREDENTIAL, overrides: { command_timeout_sec: 90 } }),
    device_id: '01890000-0000-7000-8000-0000000000d2',
    identity: { serials: ['S1'], base_mac: null, model: 'M', os_version: '1', hostname: null, observed_at: '2026-11-21T10:00:00.000Z' },
  } as unknown as DeviceRecord;

  it.each(['csv', 'json'] as const)('is a %s document that an import takes again', (format) => {
    const document = exportDocument(format, [device], new Map([[CREDENTIAL, 'lab login']]), new Map());
    expect(document).not.toContain(CREDENTIAL);
    const [row] = readImport(format, document, {});
    expect(row).toMatchObject({ name: '=cmd', credential: 'lab login', device: { address: '10.0.0.2', site: 'ams', tags: ['a', 'b'], overrides: { command_timeout_sec: 90 } } });
  });

  it('is a template without devices', () => {
    expect(exportDocument('csv', [], new Map(), new Map())).toMatch(/^name,address,port,platform/);
  });
});
