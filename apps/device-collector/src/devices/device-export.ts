import { deviceOverrides } from '@capstan/contracts';
import { writeCsv } from '@capstan/kernel';
import type { DeviceRecord } from './device-view';

const OVERRIDES = Object.keys(deviceOverrides.shape) as (keyof DeviceRecord['overrides'])[];

/**
 * Devices as a document that an import takes again. Credentials and jump hosts are named: their ids mean nothing elsewhere.
 * @param credentialNames by id; @param jumpHostNames by id
 */
export function exportDocument(format: 'csv' | 'json', devices: readonly DeviceRecord[], credentialNames: ReadonlyMap<string, string>, jumpHostNames: ReadonlyMap<string, string>): string {
  const records = devices.map((device) => ({
    name: device.name,
    address: device.address,
    port: device.port,
    platform: device.platform,
    vendor: device.vendor,
    site: device.site,
    role: device.role,
    credential: device.credential_id === null ? null : (credentialNames.get(device.credential_id) ?? null),
    jump_host: device.jump_host_id === null ? null : (jumpHostNames.get(device.jump_host_id) ?? null),
    tags: device.tags,
    legacy_crypto: device.legacy_crypto,
    enabled: device.enabled,
    notes: device.notes,
    overrides: device.overrides,
    // Found out, for people: an import leaves them alone.
    model: device.identity?.model ?? null,
    os_version: device.identity?.os_version ?? null,
    serials: device.identity?.serials ?? [],
  }));
  if (format === 'json') {
    return `${JSON.stringify({ devices: records }, null, 2)}\n`;
  }
  const used = OVERRIDES.filter((name) => devices.some(({ overrides }) => overrides[name] !== undefined));
  const lines = records.map(({ overrides, tags, serials, ...rest }) => [...Object.values(rest), tags.join(';'), serials.join(';'), ...used.map((name) => overrides[name] ?? null)]);
  const { overrides: _, tags: __, serials: ___, ...first } = records[0] ?? emptyRecord();
  return writeCsv([[...Object.keys(first), 'tags', 'serials', ...used], ...lines.map((line) => line.map((value) => (value === null ? '' : String(value))))]);
}

/** The columns of an export without devices, which can be filled in as a template. */
function emptyRecord() {
  return { name: '', address: '', port: 22, platform: null, vendor: null, site: null, role: null, credential: null, jump_host: null, tags: [], legacy_crypto: 'auto', enabled: true, notes: null, overrides: {}, model: null, os_version: null, serials: [] };
}
