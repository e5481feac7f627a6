import type { JumpHop, LegacyCrypto } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import type { SshLogin } from './auth-plan';
import { pinHostKeys } from './host-key-pins';
import { throughJumpHosts } from './jump-hosts.client';
import { directTcp, type SocketOpener } from './socket-opener.client';
import { type HostKeyPolicy, type NegotiatedAlgorithms, SshConnector } from './ssh-connector.client';
import type { SshEndpoint } from './ssh-error';

/** How a target wants to be reached. */
export interface SshWay {
  readonly host: string;
  readonly port: number;
  readonly legacy_crypto?: LegacyCrypto;
  readonly host_key?: string;
  readonly jump?: readonly JumpHop[];
}

/** Logins of the hosts on the way, in their order. */
export type JumpLogins = readonly SshLogin[];

/** How one device is reached. */
export interface DeviceWay {
  readonly ssh: SshConnector;
  /** For what is not SSH: through the same jump hosts. */
  readonly sockets: SocketOpener;
}

/**
 * The way to one device: its policy on outdated algorithms, its pinned keys, and its jump hosts. The policy on algorithms
 * is the device's alone: a jump host is always asked as `auto`.
 */
export function wayTo(
  way: SshWay,
  logins: JumpLogins,
  ports: { readonly clock: Clock; readonly hostKeys: HostKeyPolicy; readonly onNegotiated: (endpoint: SshEndpoint, negotiated: NegotiatedAlgorithms) => void },
): DeviceWay {
  const { clock, onNegotiated } = ports;
  const { jump = [], legacy_crypto: legacyCrypto = 'auto' } = way;
  const pins = [way, ...jump].flatMap(({ host, port, host_key: key }) => (key === undefined ? [] : [{ endpoint: { host, port }, key }]));
  const hostKeys = pinHostKeys(pins, ports.hostKeys);
  const hosts = jump.map(({ host, port }, index) => ({ endpoint: { host, port }, login: logins[index] ?? { username: '' } }));
  const sockets = hosts.length === 0 ? directTcp : throughJumpHosts(hosts, (hop) => new SshConnector(clock, hop, hostKeys, { legacyCrypto: 'auto', onNegotiated }));
  return { ssh: new SshConnector(clock, sockets, hostKeys, { legacyCrypto, onNegotiated }), sockets };
}
