import { existsSync } from 'node:fs';
import type { InventoryCliDevice } from '../fleet/device-fleet.client';
import type { LinuxHost } from '../linux-hosts/linux-host';
import { runCommand } from '../system-command.client';

/** Programs of Debian's package `frr` that a router needs. */
const PROGRAMS = ['/usr/lib/frr/zebra', '/usr/lib/frr/staticd', '/usr/bin/vtysh'];

/** What is missing for a router; undefined when nothing is. */
export function routerObstacle(): string | undefined {
  return PROGRAMS.every((program) => existsSync(program)) ? undefined : 'it needs FRRouting (apt-get install frr)';
}

/** A real router: FRRouting in namespaces of its own, behind a real sshd. */
export class FrrRouter {
  constructor(private readonly host: LinuxHost) {}

  get name(): string {
    return this.host.plan.name;
  }

  /** Commands typed one after the other into one session of FRR's command line. @returns what it said */
  run(commands: readonly string[]): Promise<string> {
    const inside = ['--target', String(this.host.pid), '--mount', '--root', '--wd', '--net', '--uts', '--ipc', '--pid'];
    return runCommand('nsenter', [...inside, '/usr/bin/vtysh', ...commands.flatMap((command) => ['-c', command])]);
  }

  stop(): Promise<void> {
    return this.host.stop();
  }

  inventory(): InventoryCliDevice {
    const { name, address, primary } = this.host.plan;
    return { kind: 'cli-device', name, address, port: this.host.port, platform: 'frr', site: 'lab', role: 'edge', model: 'FRRouting', serial: '', username: primary.username, password: primary.password, faults: [] };
  }
}
