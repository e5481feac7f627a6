import type { DeviceFacets, DeviceIdentity, DeviceView } from '@capstan/contracts';
import type { Status } from '../design/status';

/** How a device is, in one word. The worst comes first. */
export function healthOf(device: Pick<DeviceView, 'identity_alarm' | 'enabled' | 'last_test' | 'last_collected_at'>): { readonly status: Status; readonly label: string } {
  if (device.identity_alarm !== null) {
    return { status: 'attention', label: 'Other device' };
  }
  if (!device.enabled) {
    return { status: 'cancelled', label: 'Off' };
  }
  // A collection is the harder test; the later one of the two counts.
  if (device.last_collected_at !== null && device.last_collected_at > (device.last_test?.tested_at ?? '')) {
    return { status: 'success', label: 'OK' };
  }
  if (device.last_test === null) {
    return { status: 'pending', label: 'Not tested' };
  }
  return device.last_test.success ? { status: 'success', label: 'OK' } : { status: 'failed', label: 'Test failed' };
}

/** `10.0.0.1`, or with its port where that is not SSH's own. */
export function addressText({ address, port }: Pick<DeviceView, 'address' | 'port'>): string {
  if (port === 22) {
    return address;
  }
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The name of a platform for people; an unknown one as it is. */
export function platformTitle(platform: string | null, facets: Pick<DeviceFacets, 'known_platforms'> | undefined): string {
  return platform === null ? 'Unknown' : (facets?.known_platforms.find(({ name }) => name === platform)?.title ?? platform);
}

/** 12 digits as `aa:bb:cc:dd:ee:ff`. */
export function macText(mac: string): string {
  return mac.match(/../g)?.join(':') ?? mac;
}

/** The parts of an identity that the device told. */
export function identityFacts(identity: DeviceIdentity): readonly { readonly label: string; readonly value: string }[] {
  return [
    { label: identity.serials.length > 1 ? 'Serial numbers' : 'Serial number', value: identity.serials.join(', ') },
    { label: 'Model', value: identity.model ?? '' },
    { label: 'Version', value: identity.os_version ?? '' },
    { label: 'Calls itself', value: identity.hostname ?? '' },
    { label: 'Base MAC', value: identity.base_mac === null ? '' : macText(identity.base_mac) },
  ].filter(({ value }) => value !== '');
}

/** What to do about a failed test; empty where the message says it all. */
export function testAdvice(code: string): string {
  switch (code) {
    case 'CONN_REFUSED':
    case 'HOST_UNREACHABLE':
    case 'CONNECT_TIMEOUT':
      return 'Is the address right, is SSH switched on, and does a firewall let this machine through?';
    case 'HOST_NOT_FOUND':
      return 'Write the address as a number, or add the name to the name server.';
    case 'AUTH_FAILED':
      return 'Choose another credential. The password was sent once only, so that the account is not locked.';
    case 'NO_CREDENTIAL':
    case 'JUMP_WITHOUT_CREDENTIAL':
      return 'Choose a credential for it.';
    case 'HOSTKEY_MISMATCH':
      return 'If you know why the key is new, trust it under Host keys. Nothing was sent to the device.';
    case 'KEX_MISMATCH':
      return 'An old device may need outdated algorithms: allow them in its settings.';
    case 'JUMP_REFUSED':
      return 'The jump host does not forward connections: allow TCP forwarding there, or choose another one.';
    case 'PLATFORM_MISMATCH':
      return 'Correct the platform, or the address.';
    case 'IDENTITY_CHANGED':
      return 'Say whether it is the device now.';
    case 'UNKNOWN_PLATFORM':
      return 'Choose the platform in its settings.';
    case 'PROMPT_LOST':
    case 'CMD_TIMEOUT':
      return 'It lets us in but does not answer in time. A slow device may need longer limits.';
    default:
      return '';
  }
}
