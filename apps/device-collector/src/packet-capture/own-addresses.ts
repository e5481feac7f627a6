import { isIP } from 'node:net';

/** Addresses by which a device can be told from others: no loopback, no link-local one, each once; what is no address is left out. */
export function ownAddresses(told: readonly string[]): string[] {
  const known = told.map((address) => address.toLowerCase()).filter((address) => isIP(address) !== 0 && !/^(?:127\.|169\.254\.|0\.0\.0\.0$|::1?$|fe[89ab])/.test(address));
  return [...new Set(known)];
}
