import { AppError } from '@capstan/kernel';
import type { HostKeyPolicy } from './ssh-connector.client';
import type { SshEndpoint } from './ssh-error';

/** A key somebody wrote down for a host. */
export interface HostKeyPin {
  readonly endpoint: SshEndpoint;
  /** `SHA256:…`, or `<type> SHA256:…`. */
  readonly key: string;
}

/** Accepts of a pinned host its pinned key alone, whatever was trusted before; leaves every other host to `others`. */
export function pinHostKeys(pins: readonly HostKeyPin[], others: HostKeyPolicy): HostKeyPolicy {
  const pinOf = ({ host, port }: SshEndpoint): { type: string | undefined; fingerprint: string } | undefined => {
    const pin = pins.find(({ endpoint }) => endpoint.host.toLowerCase() === host.toLowerCase() && endpoint.port === port);
    const [fingerprint, type] = pin?.key.split(' ').reverse() ?? [];
    return fingerprint === undefined ? undefined : { type, fingerprint };
  };
  return {
    knownKeyType: async (endpoint) => {
      const pin = pinOf(endpoint);
      return pin === undefined ? others.knownKeyType(endpoint) : pin.type;
    },
    check: async (endpoint, presented) => {
      const pin = pinOf(endpoint);
      if (pin === undefined) {
        return others.check(endpoint, presented);
      }
      if (pin.fingerprint !== presented.fingerprint) {
        throw new AppError('HOSTKEY_MISMATCH', `${endpoint.host}:${endpoint.port} shows another host key than the pinned one; nothing was sent to it`, {
          details: { shown: presented.fingerprint, algorithm: presented.algorithm, pinned: pin.fingerprint },
        });
      }
    },
  };
}
