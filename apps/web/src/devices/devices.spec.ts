import { createDeviceBody, type DeviceView } from '@capstan/contracts';
import { bodyOf, draftOf, EMPTY_DRAFT } from './device-draft';
import { searchOf, viewFrom } from './device-filter';
import { addressText, healthOf, identityFacts } from './device-words';

const device: DeviceView = {
  ...createDeviceBody.parse({ name: 'sw-1', address: '10.0.0.1', platform: 'cisco_ios', overrides: { command_timeout_sec: 90 } }),
  id: '01890000-0000-7000-8000-0000000000d1',
  vendor: 'Cisco',
  identity: null,
  identity_alarm: null,
  last_test: null,
  last_collected_at: null,
  revision: 3,
  created_at: '2026-11-21T10:00:00.000Z',
  created_by: 'admin',
  updated_at: '2026-11-21T10:00:00.000Z',
};

describe(bodyOf.name, () => {
  it('is a body the API takes, and nothing where nothing was filled in', () => {
    expect(createDeviceBody.parse(bodyOf({ ...EMPTY_DRAFT, name: ' a ', address: ' b ', overrides: { idle_timeout_sec: '' } }))).toEqual(createDeviceBody.parse({ name: 'a', address: 'b' }));
  });

  it('does not make the vendor of the platform somebody’s word', () => {
    expect(bodyOf(draftOf(device, 'Cisco'))).toMatchObject({ vendor: null, overrides: { command_timeout_sec: 90 } });
  });
});

describe(viewFrom.name, () => {
  it('keeps a view in the address, and leaves out what it does not understand', () => {
    const view = viewFrom(new URLSearchParams('q=core&site=ams&sort=-address&page=3&colour=red'));
    expect(view).toEqual({ filter: { q: 'core', site: 'ams' }, sort: 'address', descending: true, page: 3 });
    expect(searchOf(view).toString()).toBe('q=core&site=ams&sort=-address&page=3');
    expect(viewFrom(new URLSearchParams('sort=password&page=-1'))).toEqual({ filter: {}, sort: 'name', descending: false, page: 1 });
  });
});

describe(healthOf.name, () => {
  const identity = { serials: ['A', 'B'], base_mac: '001122334455', model: null, os_version: null, hostname: null, observed_at: '2026-11-21T10:00:00.000Z' };

  it('puts the alarm before everything else', () => {
    expect(healthOf({ ...device, enabled: false, identity_alarm: { observed: identity, since: identity.observed_at } }).label).toBe('Other device');
    expect(healthOf({ ...device, enabled: false }).label).toBe('Off');
    expect(healthOf(device).label).toBe('Not tested');
    expect(healthOf({ ...device, last_collected_at: '2026-11-21T11:00:00.000Z' }).label).toBe('OK');
  });

  it('says only what the device told', () => {
    expect(identityFacts(identity)).toEqual([
      { label: 'Serial numbers', value: 'A, B' },
      { label: 'Base MAC', value: '00:11:22:33:44:55' },
    ]);
    expect(addressText({ address: '2001:db8::1', port: 2222 })).toBe('[2001:db8::1]:2222');
  });
});
