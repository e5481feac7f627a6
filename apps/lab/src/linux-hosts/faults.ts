/** What can be wrong with a simulated linux host from its start; given by `--faults 2=small-tmp`. */
export const HOST_FAULTS = ['small-tmp', 'no-tcpdump', 'sudo-password', 'slow'] as const;

/** One of {@link HOST_FAULTS}. */
export type HostFault = (typeof HOST_FAULTS)[number];

/** One sentence per fault, shown in the inventory and in `--help`. */
export const FAULT_MEANING: Readonly<Record<HostFault, string>> = {
  'small-tmp': '/tmp holds 2 MiB, so a capture written there meets a full disk',
  'no-tcpdump': 'tcpdump is not found on the host',
  'sudo-password': 'sudo asks for a password, so `sudo -n` is refused',
  slow: 'every answer of the host comes late',
};

/** Whether `text` names a fault. */
export function isHostFault(text: string): text is HostFault {
  return (HOST_FAULTS as readonly string[]).includes(text);
}
