import type { HostFault } from './faults';

/** Rights of an account on a simulated linux host. */
export const ACCOUNT_RIGHTS = {
  /** uid 0: captures without sudo. */
  root: 'root',
  /** `sudo -n` for tcpdump and kill, and for nothing else. */
  sudoTcpdump: 'sudo-tcpdump',
  /** sudo for tcpdump and kill only after its password was typed. */
  sudoPassword: 'sudo-password',
  /** May log in, may not capture. */
  none: 'none',
  /** The user who runs the lab; only where hosts are plain sshd processes. */
  self: 'self',
} as const;

/** One of {@link ACCOUNT_RIGHTS}. */
export type AccountRights = (typeof ACCOUNT_RIGHTS)[keyof typeof ACCOUNT_RIGHTS];

/** An account that exists inside one simulated host only. */
export interface HostAccount {
  readonly username: string;
  readonly uid: number;
  readonly rights: AccountRights;
  readonly password: string;
  /** Login shell, where it is not the host's. */
  readonly shell?: string;
  /** System groups it belongs to as well. */
  readonly groups?: readonly string[];
}

/** Everything that is decided about a host before anything of it exists. */
export interface HostPlan {
  readonly name: string;
  /** 1-based position in the lab. */
  readonly index: number;
  /** IPv4 address, dotted. */
  readonly address: string;
  readonly faults: readonly HostFault[];
  readonly accounts: readonly HostAccount[];
  /** The account the inventory proposes first. */
  readonly primary: HostAccount;
  /** Size of the host's /tmp in MiB. */
  readonly tmpMiB: number;
  /** More files of its /etc. `lab-init` is run before its sshd. */
  readonly files?: readonly EtcFile[];
}

/** A file of a host's private /etc. `mode` is its permission bits. */
export interface EtcFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Most hosts a lab may have; one /24 and two small cores carry it. */
export const MAX_HOSTS = 25;

/** Part of a lab's working folder that holds one folder per host. */
export const HOSTS_FOLDER = 'hosts';

const SMALL_TMP_MIB = 2;

/** What {@link planHosts} decides from. */
export interface FleetWish {
  readonly count: number;
  /** First three octets of the lab's network, e.g. `198.18.7`. */
  readonly prefix: string;
  /** Faults by 1-based host number. */
  readonly faults: ReadonlyMap<number, readonly HostFault[]>;
  readonly hasSudo: boolean;
  readonly tmpMiB: number;
  /** A new password for each call. */
  readonly newPassword: () => string;
}

/**
 * Names, addresses and accounts of a fleet. Odd hosts propose root, even ones the user with `sudo -n`, so that a session
 * over any two hosts meets both ways of getting capture rights.
 */
export function planHosts(wish: FleetWish): HostPlan[] {
  return Array.from({ length: wish.count }, (_, position) => {
    const index = position + 1;
    const faults = wish.faults.get(index) ?? [];
    const root: HostAccount = { username: 'root', uid: 0, rights: ACCOUNT_RIGHTS.root, password: wish.newPassword() };
    const capture: HostAccount = {
      username: 'capture',
      uid: 20_001,
      rights: faults.includes('sudo-password') ? ACCOUNT_RIGHTS.sudoPassword : ACCOUNT_RIGHTS.sudoTcpdump,
      password: wish.newPassword(),
    };
    const viewer: HostAccount = { username: 'viewer', uid: 20_002, rights: ACCOUNT_RIGHTS.none, password: wish.newPassword() };
    const sudoFirst = wish.hasSudo && (index % 2 === 0 || faults.includes('sudo-password'));
    return {
      name: `lab-linux-${index}`,
      index,
      address: `${wish.prefix}.${index}`,
      faults,
      accounts: wish.hasSudo ? [root, capture, viewer] : [root, viewer],
      primary: sudoFirst ? capture : root,
      tmpMiB: faults.includes('small-tmp') ? SMALL_TMP_MIB : wish.tmpMiB,
    };
  });
}
