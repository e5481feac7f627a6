import { AppError, type Clock } from '@capstan/kernel';
import { fleetPlatform } from './device-answers';
import type { DeviceEdit } from './device-state';
import { FleetDevice, type DeviceCounts, type TypeTruth } from './fleet-device';
import { usualFaults } from './fleet-faults';
import { type FleetMix, type FleetPayload, type FleetPlatformName, planFleet } from './fleet-plan';
import type { ThinkTime } from './think-time';

/** Which fleet there is. */
export interface FleetWishes {
  readonly count: number;
  readonly mix: FleetMix;
  readonly payload: FleetPayload;
  readonly think: ThinkTime;
  /** Port of every device. */
  readonly port: number;
  /** Fault words by the name of a device. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  /** Whether the usual mix of faults is there from the start. */
  readonly usualFaults: boolean;
  readonly seed: number;
}

/** A device whose command line can be collected from, as the inventory tells of it. */
export interface InventoryCliDevice {
  readonly kind: 'cli-device';
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `frr` is the real router. */
  readonly platform: FleetPlatformName;
  readonly site: string;
  readonly role: string;
  readonly model: string;
  readonly serial: string;
  readonly username: string;
  readonly password: string;
  /** Secret of the privileged mode; absent where there is none. */
  readonly enable?: string;
  readonly faults: readonly string[];
}

const LISTENING_TOGETHER = 100;
const USERNAME = 'netops';

/** The generated fleet: hundreds of devices in this process, each at a loopback address of its own. */
export class DeviceFleet {
  private readonly devices = new Map<string, FleetDevice>();
  private readonly account: { readonly username: string; readonly password: string };
  private readonly enableSecret: string;

  /** @param newSecret makes passwords */
  constructor(
    private readonly wishes: FleetWishes,
    private readonly clock: Clock,
    newSecret: () => string,
  ) {
    this.account = { username: USERNAME, password: newSecret() };
    this.enableSecret = newSecret();
  }

  /**
   * Starts every device.
   * @param addressOf gives the address of a device by its index, from 1
   * @throws AppError `LAB_ADDRESS_IN_USE`, `LAB_UNKNOWN_FAULT`, `LAB_NO_SUCH_HOST`
   */
  async start(addressOf: (index: number) => string): Promise<void> {
    const plans = planFleet({ ...this.wishes, addressOf });
    const shared = { plans, clock: this.clock, think: this.wishes.think, port: this.wishes.port, account: this.account, enableSecret: this.enableSecret };
    for (const plan of plans) {
      this.devices.set(plan.name, new FleetDevice(plan, fleetPlatform(plan.platform), shared));
    }
    const waiting = [...this.devices.values()];
    while (waiting.length > 0) {
      await Promise.all(waiting.splice(0, LISTENING_TOGETHER).map((device) => startDevice(device)));
    }
    this.wishes.faults.forEach((words, name) => words.forEach((word) => this.device(name).setFault(word, true)));
    if (this.wishes.usualFaults) {
      this.beginUsualFaults();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.devices.values()].map((device) => device.stop()));
    this.devices.clear();
  }

  inventory(): InventoryCliDevice[] {
    return [...this.devices.values()].map(({ plan, port, faults }) => ({
      kind: 'cli-device',
      name: plan.name,
      address: plan.address,
      port,
      platform: plan.platform,
      site: plan.site,
      role: plan.role,
      model: plan.model,
      serial: plan.serial,
      ...this.account,
      ...(plan.platform === 'cisco_ios' || plan.platform === 'arista_eos' ? { enable: this.enableSecret } : {}),
      faults,
    }));
  }

  /** Begins a fault of a device, or ends it. @throws AppError `LAB_UNKNOWN_FAULT`, `LAB_NO_SUCH_HOST` */
  setFault(name: string, word: string, on: boolean): void {
    this.device(name).setFault(word, on);
  }

  /** Begins the usual mix of faults. @returns which device has which */
  beginUsualFaults(): Readonly<Record<string, string>> {
    const given = usualFaults([...this.devices.values()].map(({ plan }) => plan), this.wishes.seed);
    given.forEach((word, name) => this.device(name).setFault(word, true));
    return Object.fromEntries(given);
  }

  /** Changes a device; every device when none is named. @throws AppError `LAB_NO_SUCH_HOST` */
  edit(name: string | undefined, edit: DeviceEdit): void {
    this.chosen(name).forEach((device) => device.edit(edit));
  }

  /** The right answers by device; of all devices when none is named. @throws AppError `LAB_NO_SUCH_HOST` */
  truth(name?: string): Record<string, TypeTruth[]> {
    return Object.fromEntries(this.chosen(name).map((device) => [device.plan.name, device.truth()]));
  }

  /** What happened at a device, or at all of them together. @param forget sets the counters to zero after that */
  counts(name: string | undefined, forget: boolean): DeviceCounts & { readonly devices: number } {
    const chosen = this.chosen(name);
    const all = chosen.map((device) => device.counts());
    if (forget) {
      chosen.forEach((device) => device.forget());
    }
    const sum = (field: keyof DeviceCounts): number => all.reduce((total, counts) => total + counts[field], 0);
    return {
      devices: all.length,
      connections: sum('connections'),
      logins: sum('logins'),
      refused: sum('refused'),
      commands: sum('commands'),
      most_open: all.reduce((most, { most_open: open }) => Math.max(most, open), 0),
      think_ms: sum('think_ms'),
      characters: sum('characters'),
    };
  }

  private chosen(name: string | undefined): FleetDevice[] {
    return name === undefined ? [...this.devices.values()] : [this.device(name)];
  }

  private device(name: string): FleetDevice {
    const device = this.devices.get(name);
    if (device === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', `the fleet has no device ${name}; its first is ${this.devices.keys().next().value ?? 'none'}`);
    }
    return device;
  }
}

async function startDevice(device: FleetDevice): Promise<void> {
  try {
    await device.start();
  } catch (error) {
    const { address } = device.plan;
    throw new AppError('LAB_ADDRESS_IN_USE', `${device.plan.name} cannot listen at ${address}:${device.port} (${(error as NodeJS.ErrnoException).code}): choose another --fleet-port`, { cause: error });
  }
}
