import { isIP } from 'node:net';

/**
 * Why a device can hardly reach an address of ours; undefined when nothing speaks against it. The usual mistake is the
 * address of a container on the bridge of its own host (172.17.0.0/16 and its neighbours), which only that host knows.
 */
export function addressDoubt(ours: string, deviceHost: string): string | undefined {
  const device = deviceHost.toLowerCase();
  if (ours === '0.0.0.0' || ours === '::') {
    return `${ours} is no address a device can connect to`;
  }
  if (isLoopback(ours) && !isLoopback(device) && device !== 'localhost') {
    return `${ours} is a loopback address: ${deviceHost} would connect to itself`;
  }
  if (/^(?:169\.254\.|fe[89ab])/i.test(ours)) {
    return `${ours} is a link-local address, which ends at the next router`;
  }
  const bridge = /^172\.(?:1[7-9]|2\d|3[01])\./.exec(ours)?.[0];
  if (bridge !== undefined && !device.startsWith(bridge)) {
    return `${ours} looks like a container's address on a bridge inside its host, which ${deviceHost} cannot reach`;
  }
  return undefined;
}

function isLoopback(address: string): boolean {
  return (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
}
