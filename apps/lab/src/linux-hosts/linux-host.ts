import type { HostKey } from '../inventory';
import type { HostProcess, ProcessIdentity } from '../process-table.repository';
import type { VoiceSockets } from '../voice-traffic/udp-sockets.client';
import type { HostPlan } from './host-plan';
import type { LoginAttempts } from './sshd-log';

/** A simulated linux host that is up, whichever way it is kept apart from the machine. */
export interface LinuxHost {
  readonly plan: HostPlan;
  readonly port: number;
  /** Interface to capture on. */
  readonly interface: string;
  /** First process of the host. */
  readonly pid: number;
  readonly hostKeys: readonly HostKey[];
  readonly loginAttempts: LoginAttempts;
  /** Opens the host's voice sockets at its own address. */
  openVoiceSockets(): Promise<VoiceSockets>;
  /** Takes the host off the network, or brings it back. */
  setLink(up: boolean): Promise<void>;
  /** Gives the host new keys; sessions that are open stay. */
  renewHostKeys(): Promise<void>;
  processes(): readonly HostProcess[];
  /** Processes the lab must end if it is killed before it could. */
  identities(): readonly ProcessIdentity[];
  stop(): Promise<void>;
}
