import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Clock } from '@capstan/kernel';
import type { HostKey } from '../inventory';
import { identify, killExactly, type HostProcess, type ProcessIdentity, processesInNamespaceOf } from '../process-table.repository';
import { openVoiceSocketsIn, type VoiceSockets } from '../voice-traffic/udp-sockets.client';
import { HostChild } from './host-child';
import { etcFiles, type SystemIds } from './host-etc';
import { writeEtc, writeHostKeys } from './host-files.repository';
import { HOST_INIT } from './host-init';
import { type HostPlan, HOSTS_FOLDER } from './host-plan';
import { delayHost, plugIn, removeInterface, setPlug, vethName } from './lab-bridge.client';
import type { LinuxHost } from './linux-host';
import type { LoginAttempts } from './sshd-log';
import { waitForSshBanner } from './sshd-ready.client';

/** What all hosts of one lab share. */
export interface NamespaceFleet {
  readonly clock: Clock;
  /** The lab's working folder. */
  readonly dir: string;
  readonly slot: number;
  readonly plans: readonly HostPlan[];
  readonly hashes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly system: SystemIds;
  readonly authorizedKey: string;
  /** Whether `slow` is a delay of packets; else it is a slow login shell. */
  readonly netem: boolean;
  /** Where tcpdump is; hidden by the fault `no-tcpdump`. */
  readonly tcpdump: string;
}

const SSH_PORT = 22;

/** A host in namespaces of its own: network, mounts, PIDs, host name and IPC. Needs root. */
export class NamespaceHost implements LinuxHost {
  readonly port = SSH_PORT;
  readonly interface = 'eth0';

  private constructor(
    readonly plan: HostPlan,
    private readonly fleet: NamespaceFleet,
    private readonly child: HostChild,
    private readonly init: ProcessIdentity,
    private keys: readonly HostKey[],
  ) {}

  static async start(plan: HostPlan, fleet: NamespaceFleet, started: (process: ProcessIdentity) => void): Promise<NamespaceHost> {
    const folder = join(fleet.dir, HOSTS_FOLDER, plan.name);
    const etc = join(folder, 'etc');
    // Mount points: the host itself may write nowhere here.
    await mkdir(join(folder, 'dev'), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'hide'), { mode: 0o700 });
    const slow = plan.faults.includes('slow');
    const shell = slow && !fleet.netem ? '/etc/lab-slow-shell' : '/bin/bash';
    const files = etcFiles(plan, fleet.plans, fleet.hashes.get(plan.name) ?? new Map(), fleet.system, shell);
    await writeEtc(etc, files, fleet.authorizedKey, plan.accounts.map((account) => account.username));
    const keys = await writeHostKeys(join(etc, 'ssh'), plan.name);

    const hidden = plan.faults.includes('no-tcpdump') ? fleet.tcpdump : '';
    const homes = plan.accounts.filter((account) => account.uid !== 0).map((account) => `${account.username}:${account.uid}`);
    const child = new HostChild(
      'unshare',
      [
        ...['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['/bin/sh', '-c', HOST_INIT, 'host-init', folder, plan.name, `${plan.address}/24`, String(plan.tmpMiB), hidden, ...homes],
      ],
      join(folder, 'sshd.log'),
    );
    const pid = Number(/^pid (\d+)$/.exec(await child.line())?.[1]);
    const init = identify(pid);
    if (!init) {
      throw new AppError('LAB_HOST_NOT_READY', `${plan.name} ended before it began: ${child.death ?? 'no reason given'}`);
    }
    started(init);
    const host = new NamespaceHost(plan, fleet, child, init, keys);
    try {
      await plugIn(fleet.slot, plan.index, pid);
      child.tell('go');
      await waitForSshBanner(fleet.clock, plan.address, SSH_PORT, () => child.death);
      if (slow && fleet.netem) {
        await delayHost(fleet.slot, plan.index);
      }
    } catch (error) {
      await host.stop();
      throw error;
    }
    return host;
  }

  get pid(): number {
    return this.init.pid;
  }

  get hostKeys(): readonly HostKey[] {
    return this.keys;
  }

  get loginAttempts(): LoginAttempts {
    return this.child.loginAttempts;
  }

  openVoiceSockets(): Promise<VoiceSockets> {
    return openVoiceSocketsIn(this.pid, this.plan.address);
  }

  setLink(up: boolean): Promise<void> {
    return setPlug(this.fleet.slot, this.plan.index, up);
  }

  async renewHostKeys(): Promise<void> {
    this.keys = await writeHostKeys(join(this.fleet.dir, HOSTS_FOLDER, this.plan.name, 'etc', 'ssh'), this.plan.name);
    await this.child.restartSshd(this.init);
  }

  processes(): readonly HostProcess[] {
    return processesInNamespaceOf(this.pid);
  }

  identities(): readonly ProcessIdentity[] {
    return [this.init];
  }

  /** Killing PID 1 of a PID namespace ends every process in it. */
  async stop(): Promise<void> {
    killExactly(this.init, 'SIGKILL');
    await this.child.exited.promise;
    await removeInterface(vethName(this.fleet.slot, this.plan.index));
  }
}
