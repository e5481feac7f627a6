import type { CaptureCapability, CaptureDeviceType, CredentialView } from '@capstan/contracts';
import { useQuery } from '@tanstack/react-query';
import { DEVICE_TYPE_LABELS } from '../live-session/device-icon';
import { useRuntime } from '../runtime';

/** A device type as a menu shows it. */
export interface TypeChoice {
  readonly value: CaptureDeviceType;
  readonly label: string;
  readonly disabled: boolean;
}

/** What the server can capture on, and the credentials it keeps. */
export function useCaptureChoices() {
  const { api } = useRuntime();
  const capabilities = useQuery({ queryKey: ['capture-capabilities'], staleTime: 60_000, queryFn: async ({ signal }) => (await api.call('captureCapabilities', { signal })).capabilities });
  const credentials = useQuery({ queryKey: ['credentials', 'all'], queryFn: async ({ signal }) => (await api.call('listCredentials', { query: { per_page: 100 }, signal })).credentials });
  return { capabilities, credentials };
}

/** Menu of device types; a type without a driver is shown with the reason and cannot be chosen. */
export function typeChoices(capabilities: readonly CaptureCapability[] | undefined): TypeChoice[] {
  return (capabilities ?? []).map(({ device_type: value, available }) => ({
    value,
    label: `${DEVICE_TYPE_LABELS[value] ?? value}${available ? '' : ' (this server has no driver for it)'}`,
    disabled: !available,
  }));
}

/** Menu of stored credentials. */
export function credentialChoices(credentials: readonly CredentialView[] | undefined): { value: string; label: string }[] {
  return (credentials ?? []).map((credential) => ({ value: credential.credential_id, label: `${credential.name} (${credential.username})` }));
}
