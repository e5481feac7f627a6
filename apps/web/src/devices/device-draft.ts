import type { CreateDeviceBody, DeviceOverrides, DeviceView, LegacyCrypto } from '@capstan/contracts';

/** What stands in the form. Empty texts are nothing. */
export interface DeviceDraft {
  readonly name: string;
  readonly address: string;
  readonly port: number | string;
  readonly platform: string;
  readonly vendor: string;
  readonly site: string;
  readonly role: string;
  readonly credential_id: string;
  readonly jump_host_id: string;
  readonly tags: readonly string[];
  readonly legacy_crypto: LegacyCrypto;
  readonly overrides: Readonly<Record<string, number | string>>;
  readonly enabled: boolean;
  readonly notes: string;
}

/** Limits a device may have of its own, in seconds. */
export const LIMITS: readonly { readonly name: keyof DeviceOverrides; readonly label: string; readonly usual: string; readonly most: number }[] = [
  { name: 'connect_timeout_sec', label: 'Connect', usual: '10', most: 300 },
  { name: 'login_timeout_sec', label: 'Log in', usual: '20', most: 600 },
  { name: 'prompt_timeout_sec', label: 'First prompt', usual: '20', most: 600 },
  { name: 'command_timeout_sec', label: 'Command', usual: '60 to 300', most: 7_200 },
  { name: 'idle_timeout_sec', label: 'Silence', usual: '20 to 60', most: 3_600 },
  { name: 'device_timeout_sec', label: 'Whole device', usual: '600', most: 86_400 },
];

/** A form to begin with. */
export const EMPTY_DRAFT: DeviceDraft = { name: '', address: '', port: 22, platform: '', vendor: '', site: '', role: '', credential_id: '', jump_host_id: '', tags: [], legacy_crypto: 'auto', overrides: {}, enabled: true, notes: '' };

/** The form of a device there is. The vendor of the platform is not one that somebody wrote. */
export function draftOf(device: DeviceView, platformVendor: string | undefined): DeviceDraft {
  const { name, address, port, platform, vendor, site, role, credential_id, jump_host_id, tags, legacy_crypto, overrides, enabled, notes } = device;
  return {
    name,
    address,
    port,
    platform: platform ?? '',
    vendor: vendor === platformVendor ? '' : (vendor ?? ''),
    site: site ?? '',
    role: role ?? '',
    credential_id: credential_id ?? '',
    jump_host_id: jump_host_id ?? '',
    tags,
    legacy_crypto,
    overrides: { ...overrides } as Record<string, number>,
    enabled,
    notes: notes ?? '',
  };
}

/** What the API is told. */
export function bodyOf(draft: DeviceDraft): CreateDeviceBody {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    name: draft.name.trim(),
    address: draft.address.trim(),
    port: Number(draft.port),
    platform: orNull(draft.platform),
    vendor: orNull(draft.vendor),
    site: orNull(draft.site),
    role: orNull(draft.role),
    credential_id: orNull(draft.credential_id),
    jump_host_id: orNull(draft.jump_host_id),
    tags: [...draft.tags],
    legacy_crypto: draft.legacy_crypto,
    overrides: Object.fromEntries(Object.entries(draft.overrides).filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)])) as DeviceOverrides,
    enabled: draft.enabled,
    notes: orNull(draft.notes),
  };
}

/** Whether the form can be sent; what else is wrong the API says, field by field. */
export function isComplete(draft: DeviceDraft): boolean {
  return draft.name.trim() !== '' && draft.address.trim() !== '' && Number(draft.port) >= 1 && Number(draft.port) <= 65_535;
}
