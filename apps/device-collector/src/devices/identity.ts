import type { DeviceIdentity } from '@capstan/contracts';

/** What the identity of a device is against the one that is known of it. */
export type IdentityVerdict = 'first' | 'same' | 'changed';

/**
 * Whether what answers is the device that is known. Serial numbers decide, by one that both have: a stack that lost or got
 * a member is the same device. Without serials the base MAC decides; a host name never does, people change it. What says
 * neither is taken for the same. Pure.
 */
export function judgeIdentity(known: DeviceIdentity | null, observed: Pick<DeviceIdentity, 'serials' | 'base_mac'>): IdentityVerdict {
  if (known === null) {
    return 'first';
  }
  if (known.serials.length > 0 && observed.serials.length > 0) {
    return known.serials.some((serial) => observed.serials.includes(serial)) ? 'same' : 'changed';
  }
  return known.base_mac !== null && observed.base_mac !== null && known.base_mac !== observed.base_mac ? 'changed' : 'same';
}

/** The known identity with what was seen since; what the device did not tell this time stays. */
export function mergeIdentity(known: DeviceIdentity | null, observed: DeviceIdentity): DeviceIdentity {
  return {
    serials: observed.serials.length > 0 ? [...observed.serials].sort() : (known?.serials ?? []),
    base_mac: observed.base_mac ?? known?.base_mac ?? null,
    model: observed.model ?? known?.model ?? null,
    os_version: observed.os_version ?? known?.os_version ?? null,
    hostname: observed.hostname ?? known?.hostname ?? null,
    observed_at: observed.observed_at,
  };
}
