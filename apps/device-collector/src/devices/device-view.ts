import { type DeviceView, PLATFORM_VENDORS } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { DeviceRow, DeviceStateRow } from './device.entity';

/** A device with what is known of it. */
export type DeviceRecord = DeviceRow & Omit<DeviceStateRow, 'device_id'>;

/** Who makes what a platform runs on; undefined of an operator's platform. */
export function vendorOfPlatform(platform: string | null): string | undefined {
  return platform !== null && Object.hasOwn(PLATFORM_VENDORS, platform) ? PLATFORM_VENDORS[platform as keyof typeof PLATFORM_VENDORS] : undefined;
}

/** A device as it may be shown. */
export function toDeviceView(row: DeviceRecord): DeviceView {
  return {
    id: row.device_id,
    name: row.name,
    address: row.address,
    port: row.port,
    platform: row.platform,
    vendor: row.vendor ?? vendorOfPlatform(row.platform) ?? null,
    site: row.site,
    role: row.role,
    credential_id: row.credential_id,
    jump_host_id: row.jump_host_id,
    tags: row.tags,
    legacy_crypto: row.legacy_crypto,
    overrides: row.overrides,
    enabled: row.enabled,
    notes: row.notes,
    identity: row.identity,
    identity_alarm: row.observed === null || row.observed_since === null ? null : { observed: row.observed, since: isoTime(row.observed_since.getTime()) },
    last_test: row.last_test,
    last_collected_at: row.last_collected_at === null ? null : isoTime(row.last_collected_at.getTime()),
    revision: row.revision,
    created_at: isoTime(row.created_at.getTime()),
    created_by: row.created_by,
    updated_at: isoTime(row.updated_at.getTime()),
  };
}
