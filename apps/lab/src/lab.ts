import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError, assertNever, Gate, systemClock } from '@capstan/kernel';
import { DIR_PREFIX, removeWorkFolder, sweepAbandonedLabs } from './abandoned-labs';
import { planCameras } from './cameras/camera-plan';
import { LabCameras } from './cameras/lab-cameras';
import type { LabOptions } from './cli-options';
import { type ControlCommand, HOST_CONTROLS, type HostControl } from './control';
import { DeviceFleet } from './fleet/device-fleet.client';
import { fleetAddress } from './fleet/fleet-address';
import type { Inventory, InventoryTarget, LabMode } from './inventory';
import { type LabRecord, LabRecords } from './lab-record.repository';
import { FAULT_MEANING } from './linux-hosts/faults';
import { hashPasswords, readSystemIds, writeClientKey } from './linux-hosts/host-files.repository';
import { ACCOUNT_RIGHTS, type HostPlan, HOSTS_FOLDER, planHosts } from './linux-hosts/host-plan';
import { canDelay, createBridge, firewallWarning, MACHINE_OCTET, removeInterface, slotIsFree, slotPrefix, UNUSED_OCTET } from './linux-hosts/lab-bridge.client';
import type { LinuxHost } from './linux-hosts/linux-host';
import { canCaptureLoopback, LoopbackHost, loopbackPrefix, planLoopbackHost } from './linux-hosts/loopback-host.client';
import { NamespaceHost } from './linux-hosts/namespace-host.client';
import { chooseMode, findProgram } from './linux-hosts/machine-abilities.client';
import { FrrRouter, routerObstacle } from './router/frr-router.client';
import { LabSinks } from './message-sinks/lab-sinks';
import { planRouter, ROUTER_OCTET } from './router/router-plan';
import { ReceiverFleet } from './receivers/receiver-fleet';
import { seededRandom } from './voice-traffic/seeded-random';
import { openVoiceSockets } from './voice-traffic/udp-sockets.client';
import { VoiceGearFleet } from './voice-gear/voice-gear-fleet';
import { VoiceTraffic } from './voice-traffic/voice-traffic';

/** Hosts that start at a time: key generation and sshd's start are CPU-bound. */
const STARTING_TOGETHER = 4;

const EMITS = ['SIP over UDP port 5060', 'RTP G.711 µ-law in 20 ms packets', 'RTCP', 'SIP OPTIONS every 2 s', 'syslog, ICMP and TCP heartbeat every 5 s'];

const newSecret = (): string => randomBytes(12).toString('hex');

/** The whole simulated fleet: starts it, answers orders about it, and takes all of it away again. */
export class Lab {
  private readonly records = new LabRecords();
  private record: LabRecord | undefined;
  private readonly hosts: LinuxHost[] = [];
  private traffic: VoiceTraffic | undefined;
  private readonly voiceGear: VoiceGearFleet;
  private cameras: LabCameras | undefined;
  private readonly receivers: ReceiverFleet;
  private readonly fleet: DeviceFleet;
  private readonly sinks: LabSinks;
  private router: FrrRouter | undefined;
  private bridge: string | undefined;
  private dir = '';
  private netem = false;
  private starting: Promise<Inventory> | undefined;
  private stopping: Promise<void> | undefined;

  /** @param say one line for people about what is going on */
  constructor(
    private readonly options: LabOptions,
    private readonly say: (line: string) => void,
  ) {
    this.voiceGear = new VoiceGearFleet(options.voiceGear, systemClock, newSecret);
    this.receivers = new ReceiverFleet(options.receivers);
    this.fleet = new DeviceFleet(options.fleet, systemClock, newSecret);
    this.sinks = new LabSinks(options.sinks);
  }

  /**
   * Starts everything; when that fails, takes away what had been started.
   * @throws AppError with one sentence on what to do
   */
  async start(): Promise<Inventory> {
    this.starting = this.startAll();
    try {
      return await this.starting;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends everything the lab started and removes everything it made. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Carries out one order and returns the fields of its answer. */
  async control(command: ControlCommand): Promise<Record<string, unknown>> {
    switch (command.do) {
      case 'status':
        return { hosts: this.hosts.length, traffic: this.traffic?.counts(), receivers: this.receivers.status() };
      case 'traffic':
        this.traffic?.setLoad(command.calls_per_min);
        return {};
      case 'gear-fault':
        this.voiceGear.setFault(command.host, command.fault, command.on);
        return {};
      case 'gear-counts':
        return this.voiceGear.counts(command.host);
      case 'gear-state':
        return this.voiceGear.state(command.host);
      case 'camera-fault':
        await this.cameras?.setFault(command.host, command.fault);
        return {};
      case 'camera-counts':
        return this.cameras?.counts(command.host) ?? {};
      case 'receiver-faults':
        this.receivers.setFaults(command.receiver, command.faults);
        return {};
      case 'fleet-edit':
        this.fleet.edit(command.device, command.edit);
        return {};
      case 'fleet-fault':
        this.fleet.setFault(command.device, command.fault, command.on);
        return {};
      case 'fleet-faults':
        return { faults: this.fleet.beginUsualFaults() };
      case 'fleet-truth':
        return { truth: this.fleet.truth(command.device) };
      case 'fleet-counts':
        return { ...this.fleet.counts(command.device, command.forget) };
      case 'router-run':
        return { said: await this.realRouter().run(command.commands) };
      case 'sink-fault':
        await this.sinks.setFault(command.sink, command.fault);
        return {};
      case 'sink-received':
        return { ...this.sinks.received(command.sink, command.after) };
      case 'link-down':
      case 'link-up':
      case 'new-host-key':
      case 'ps':
      case 'login-attempts':
        return this.controlHost(this.host(command.host), command.do);
      default:
        return assertNever(command);
    }
  }

  private async controlHost(host: LinuxHost, word: HostControl): Promise<Record<string, unknown>> {
    switch (word) {
      case 'link-down':
      case 'link-up':
        await host.setLink(word === 'link-up');
        return {};
      case 'new-host-key':
        await host.renewHostKeys();
        return { host_keys: host.hostKeys };
      case 'ps':
        return { processes: host.processes() };
      case 'login-attempts':
        return { ...host.loginAttempts };
      default:
        return assertNever(word);
    }
  }

  /** Whether a router is wanted, and can be had. */
  private wantsRouter(): boolean {
    return this.options.router && routerObstacle() === undefined;
  }

  private realRouter(): FrrRouter {
    if (this.router === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', 'this lab has no router; start it with --router');
    }
    return this.router;
  }

  private host(name: string): LinuxHost {
    const host = this.hosts.find((candidate) => candidate.plan.name === name);
    if (!host) {
      throw new AppError('LAB_NO_SUCH_HOST', `no host ${name}; there are ${this.hosts.map((each) => each.plan.name).join(', ')}`);
    }
    return host;
  }

  private async startAll(): Promise<Inventory> {
    await sweepAbandonedLabs(this.records, this.say);
    const wantsRouter = this.wantsRouter();
    if (this.options.router && !wantsRouter) {
      this.say(`no router: ${routerObstacle()}`);
    }
    const { mode, reason } = this.options.hosts === 0 && !wantsRouter ? { mode: 'loopback' as const, reason: 'no hosts were asked for' } : await chooseMode(this.options.mode);
    if (mode === 'loopback' && this.options.faults.size > 0) {
      throw new AppError('LAB_UNSUPPORTED', `faults need hosts of their own, and this lab runs on loopback: ${reason}`);
    }
    this.dir = this.options.dir === undefined ? await mkdtemp(join(tmpdir(), DIR_PREFIX)) : resolve(this.options.dir);
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    if (existsSync(join(this.dir, HOSTS_FOLDER))) {
      this.dir = '';
      throw new AppError('LAB_DIR_IN_USE', `${this.options.dir} holds the hosts of another lab; choose another --dir`);
    }
    this.record = this.records.claim(this.dir, this.options.dir === undefined, slotIsFree);
    await this.voiceGear.start(loopbackPrefix(this.record.slot));
    await this.startCameras();
    const key = await writeClientKey(this.dir);
    if (wantsRouter && mode !== 'namespaces') {
      this.say(`no router: ${reason}`);
    }
    if (this.options.hosts > 0 || (wantsRouter && mode === 'namespaces')) {
      await (mode === 'namespaces' ? this.startNamespaces(this.record.slot, key.authorizedKey) : this.startLoopback(this.record.slot, key.authorizedKey));
    }
    await this.receivers.start();
    const { slot } = this.record;
    await this.fleet.start((index) => fleetAddress(slot, index));
    await this.sinks.start();
    this.hosts.sort((a, b) => a.plan.index - b.plan.index);
    if (this.hosts.length > 0) {
      await this.startTraffic(mode, this.record.slot);
    }
    const loopbackCapture = mode === 'loopback' && (await canCaptureLoopback());
    return this.inventory(mode, reason, this.record.slot, key.privateKey, loopbackCapture);
  }

  private async startCameras(): Promise<void> {
    const { cameras, cameraFaults, hdCameras } = this.options;
    if (cameras > 0 && findProgram('ffmpeg') === undefined) {
      this.say('no cameras: they need ffmpeg (apt-get install ffmpeg)');
      return;
    }
    this.cameras = await LabCameras.start(planCameras(cameras, cameraFaults, hdCameras));
  }

  private async startNamespaces(slot: number, authorizedKey: string): Promise<void> {
    this.bridge = await createBridge(slot);
    const warning = firewallWarning();
    if (warning !== undefined) {
      this.say(warning);
    }
    const hosts = planHosts({
      count: this.options.hosts,
      prefix: slotPrefix(slot),
      faults: this.options.faults,
      hasSudo: findProgram('sudo') !== undefined,
      tmpMiB: this.options.tmpMiB,
      newPassword: newSecret,
    });
    const plans = this.wantsRouter() ? [...hosts, planRouter(slotPrefix(slot), newSecret)] : hosts;
    this.netem = await canDelay(this.bridge);
    const fleet = {
      clock: systemClock,
      dir: this.dir,
      slot,
      plans,
      hashes: await hashAll(plans),
      system: await readSystemIds(),
      authorizedKey,
      netem: this.netem,
      tcpdump: findProgram('tcpdump') ?? '',
    };
    await this.startTogether(plans, (plan, started) => NamespaceHost.start(plan, fleet, started));
  }

  private async startLoopback(slot: number, authorizedKey: string): Promise<void> {
    const plans = Array.from({ length: this.options.hosts }, (_, position) => planLoopbackHost(slot, position + 1));
    await this.startTogether(plans, (plan, started) => LoopbackHost.start(plan, systemClock, this.dir, authorizedKey, started));
  }

  private async startTogether(plans: readonly HostPlan[], start: (plan: HostPlan, started: (process: LabRecord['owner']) => void) => Promise<LinuxHost>): Promise<void> {
    const gate = new Gate(STARTING_TOGETHER);
    const results = await Promise.allSettled(plans.map(async (plan) => {
      await gate.enter();
      try {
        const host = await start(plan, (process) => this.remember(process));
        if (plan.index === ROUTER_OCTET) {
          this.router = new FrrRouter(host);
        } else {
          this.hosts.push(host);
        }
      } finally {
        gate.leave();
      }
    }));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) {
      throw failure.reason;
    }
  }

  private remember(process: LabRecord['owner']): void {
    if (this.record) {
      this.record = { ...this.record, processes: [...this.record.processes, process] };
      this.records.save(this.record);
    }
  }

  private async startTraffic(mode: LabMode, slot: number): Promise<void> {
    const lines = await Promise.all(this.hosts.map(async (host) => ({
      identity: { number: String(1000 + host.plan.index), address: host.plan.address },
      sockets: await host.openVoiceSockets(),
    })));
    if (lines.length === 1) {
      // A lone host needs somebody to call: the machine's own end of the network.
      const address = `${prefixOf(mode, slot)}.${MACHINE_OCTET}`;
      lines.push({ identity: { number: '1000', address }, sockets: await openVoiceSockets(address) });
    }
    this.traffic = new VoiceTraffic(lines, seededRandom(this.options.seed), systemClock);
    this.traffic.start(this.options.callsPerMin);
  }

  private inventory(mode: LabMode, reason: string, slot: number, privateKey: string, loopbackCapture: boolean): Inventory {
    const prefix = prefixOf(mode, slot);
    return {
      event: 'ready',
      format: 'capstan-lab/1',
      mode,
      mode_reason: reason,
      pid: process.pid,
      dir: this.dir,
      seed: this.options.seed,
      network: { cidr: `${prefix}.0/24`, machine: `${prefix}.${MACHINE_OCTET}`, unused: `${prefix}.${UNUSED_OCTET}`, bridge: this.bridge },
      targets: this.hosts.map((host) => this.target(host, mode, privateKey, loopbackCapture)),
      voice_gear: this.voiceGear.inventory(),
      cameras: this.cameras?.inventory() ?? [],
      receivers: this.receivers.inventory(),
      cli_devices: [...this.fleet.inventory(), ...(this.router === undefined ? [] : [this.router.inventory()])],
      message_sinks: this.sinks.inventory(),
    };
  }

  private target(host: LinuxHost, mode: LabMode, privateKey: string, loopbackCapture: boolean): InventoryTarget {
    const { plan } = host;
    const mayCapture = plan.primary.rights === ACCOUNT_RIGHTS.root || plan.primary.rights === ACCOUNT_RIGHTS.sudoTcpdump;
    const slowBy = this.netem ? 'each packet to the host waits 150 ms' : 'each command waits 300 ms (the kernel has no netem)';
    return {
      kind: 'packet-capture',
      device_type: 'linux',
      name: plan.name,
      host: plan.address,
      port: host.port,
      username: plan.primary.username,
      password: plan.primary.password || undefined,
      private_key: privateKey,
      interface: host.interface,
      can_capture: mode === 'namespaces' ? mayCapture && !plan.faults.includes('no-tcpdump') : loopbackCapture,
      host_keys: host.hostKeys,
      accounts: plan.accounts.map((account) => ({ username: account.username, password: account.password || undefined, rights: account.rights })),
      emits: EMITS,
      faults: plan.faults.map((fault) => ({ name: fault, meaning: fault === 'slow' ? `${FAULT_MEANING.slow}: ${slowBy}` : FAULT_MEANING[fault] })),
      controls: HOST_CONTROLS.filter((word) => mode === 'namespaces' || !word.startsWith('link')),
      pid: host.pid,
    };
  }

  private async stopAll(): Promise<void> {
    // A host that is still coming up would be missed.
    await this.starting?.catch(() => undefined);
    this.traffic?.stop();
    await this.voiceGear.stop();
    await this.cameras?.stop();
    await this.receivers.stop();
    await this.fleet.stop();
    await this.sinks.stop();
    await Promise.all([...this.hosts.map((host) => host.stop()), this.router?.stop()]);
    if (this.bridge !== undefined) {
      await removeInterface(this.bridge);
    }
    if (this.dir !== '') {
      await removeWorkFolder(this.dir, this.options.dir === undefined);
    }
    if (this.record) {
      this.records.release(this.record);
    }
  }
}

const prefixOf = (mode: LabMode, slot: number): string => (mode === 'namespaces' ? slotPrefix(slot) : loopbackPrefix(slot));

/** Hashes of every password, by host and user name. */
async function hashAll(plans: readonly HostPlan[]): Promise<Map<string, Map<string, string>>> {
  const accounts = plans.flatMap((plan) => plan.accounts.map((account) => ({ host: plan.name, account })));
  const hashes = await hashPasswords(accounts.map(({ account }) => account.password), newSecret);
  const byHost = new Map(plans.map((plan) => [plan.name, new Map<string, string>()]));
  accounts.forEach(({ host, account }, index) => byHost.get(host)?.set(account.username, hashes[index] ?? '*'));
  return byHost;
}
