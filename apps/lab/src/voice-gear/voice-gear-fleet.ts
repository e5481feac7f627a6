import { AppError, type Clock } from '@capstan/kernel';
import { type CucmNode, nodePackets, startCucmNode } from '../cucm/cucm-node';
import { CUCM_EDITIONS } from '../cucm/node-editions';
import { ExpresswayCluster } from '../expressway/expressway-cluster.client';
import { EXPRESSWAY_FAULT_MEANING, EXPRESSWAY_FAULTS } from '../expressway/expressway-faults';
import { EXPRESSWAY_VERSIONS } from '../expressway/expressway-versions';
import type { HostKey } from '../inventory';
import { endForeignCapture, type IosXeRouter, startForeignCapture, startIosXeRouter } from '../ios-xe/ios-xe-router';
import { IOS_XE_16, IOS_XE_17 } from '../ios-xe/router-editions';
import { callPackets } from '../ios-xe/router-packets';
import type { TimedFault } from '../ssh-gear/faults';
import type { SshGear } from '../ssh-gear/ssh-gear.client';
import { captureBytes } from '../voice-calls/capture-bytes';
import { VoiceCalls } from '../voice-calls/voice-calls';
import { VOICE_ADDRESSES } from '../voice-calls/voice-network';
import { GEAR_FAULT_WORDS, gearFault } from './gear-fault-words';

/** Platforms of simulated voice gear. */
export const VOICE_GEAR_TYPES = ['cucm', 'cube', 'csr1000v', 'expressway'] as const;
/** See {@link VOICE_GEAR_TYPES}. */
export type VoiceGearType = (typeof VOICE_GEAR_TYPES)[number];

/** Which gear there is. */
export interface VoiceGearWishes {
  /** Devices of each type. */
  readonly each: number;
  /** Fault words by the name of a device, e.g. `lab-cucm-1`. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  readonly seed: number;
}

/** A simulated device, as the inventory tells of it. */
export interface InventoryVoiceGear {
  readonly kind: 'packet-capture';
  readonly device_type: VoiceGearType;
  readonly name: string;
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly interface: string;
  /** Account of the log collection service at port 8443 (cucm). */
  readonly application_account?: { readonly username: string; readonly password: string };
  readonly host_keys: readonly HostKey[];
  readonly emits: readonly string[];
  readonly faults: ReadonlyArray<{ readonly name: string; readonly meaning: string }>;
  readonly controls: readonly string[];
}

interface RunningGear {
  readonly shown: InventoryVoiceGear;
  readonly gear?: SshGear;
  readonly expressway?: ExpresswayCluster;
  readonly router?: IosXeRouter;
  readonly node?: CucmNode;
  stop(): Promise<void>;
}

const EMITS = ['SIP over UDP port 5060 of generated calls, the same calls at every device by its own clock'];
const MEDIA = [...EMITS, 'RTP and RTCP of those calls'];
/** So far the clocks of the devices are off: correcting them must show. */
const CLOCKS = { cucm: { offsetMs: -850 }, cube: { offsetMs: 1_234 }, csr1000v: { offsetMs: -420 }, expressway: { offsetMs: 2_600 } } as const;
/** Control word by which a colleague's capture begins or ends on a router. */
const FOREIGN_CAPTURE = 'foreign-capture';
/** What routers call themselves, in the order of their interfaces: the addresses their packets have. */
const ADDRESSES = { cube: `${VOICE_ADDRESSES.cubeInside},${VOICE_ADDRESSES.cubeOutside}`, csr1000v: '192.0.2.1,198.51.100.1' } as const;
const FIRST_OCTET = 101;
/** From an Expressway's address to its peer's: behind all the others. */
const PEER_STEP = 100;
/** Devices of each type up to which the addresses of peers are free. */
const MOST_WITH_PEERS = 20;

/** The voice gear of a lab: scripted devices in this process, each at a loopback address of its own, all seeing the same calls. */
export class VoiceGearFleet {
  private readonly running: RunningGear[] = [];
  private readonly calls: VoiceCalls;
  private readonly faultsOn = new Map<string, () => void>();

  /** @param newSecret makes passwords */
  constructor(
    private readonly wishes: VoiceGearWishes,
    clock: Clock,
    private readonly newSecret: () => string,
  ) {
    this.calls = new VoiceCalls({ seed: wishes.seed, epoch: clock.now(), clocks: CLOCKS });
  }

  /** Starts all of it. @param prefix first three octets of the lab's loopback addresses @throws AppError `LAB_UNKNOWN_FAULT` */
  async start(prefix: string): Promise<void> {
    let octet = FIRST_OCTET;
    for (let index = 1; index <= this.wishes.each; index += 1) {
      for (const type of VOICE_GEAR_TYPES) {
        const name = `lab-${type}-${index}`;
        this.running.push(await this.startOne(type, index, name, `${prefix}.${octet}`));
        octet += 1;
      }
    }
  }

  inventory(): InventoryVoiceGear[] {
    return this.running.map(({ shown }) => shown);
  }

  /** Begins a fault of a device, or ends it. @throws AppError `LAB_UNKNOWN_FAULT`, `LAB_NO_SUCH_HOST` */
  setFault(name: string, word: string, on: boolean): void {
    const expressway = this.running.find(({ shown }) => shown.name === name)?.expressway;
    if (expressway !== undefined) {
      setExpresswayFault(expressway, word, on);
      return;
    }
    const key = `${name} ${word}`;
    const { gear, router } = this.running.find(({ shown }) => shown.name === name) ?? {};
    if (router !== undefined && word === FOREIGN_CAPTURE) {
      (on ? startForeignCapture : endForeignCapture)(router);
      return;
    }
    if (gear === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', `no SSH gear ${name}; there is ${this.running.filter((each) => each.gear !== undefined).map(({ shown }) => shown.name).join(', ')}`);
    }
    const fault = gearFault(word);
    this.faultsOn.get(key)?.();
    this.faultsOn.delete(key);
    if (on) {
      this.faultsOn.set(key, gear.faults.begin({ fault }));
    }
  }

  /** Logins and refusals of a device, for whoever checks that a password was offered once. */
  counts(name: string): Record<string, unknown> {
    const gear = this.running.find(({ shown }) => shown.name === name)?.gear;
    return gear === undefined ? {} : { passwords: gear.passwordsSeen, connections: gear.open, commands: gear.commands.length };
  }

  /** What a device holds of captures, for whoever checks that nothing of his own is left and nobody else's is touched. */
  state(name: string): Record<string, unknown> {
    const { router, node, expressway } = this.running.find(({ shown }) => shown.name === name) ?? {};
    if (router !== undefined) {
      const { points, lists, flash } = router.state;
      return { points: [...points.values()].map((point) => ({ name: point.name, active: router.state.isActive(point) })), lists: [...lists.keys()], files: [...flash.keys()] };
    }
    return node === undefined ? { running: expressway?.running ?? null } : { captures: node.running, files: node.files.find('*').map((file) => file.name) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.splice(0).map((each) => each.stop()));
  }

  private async startOne(type: VoiceGearType, index: number, name: string, host: string): Promise<RunningGear> {
    const words = this.wishes.faults.get(name) ?? [];
    const faults: TimedFault[] = type === 'expressway' ? [] : words.map((word) => ({ fault: gearFault(word) }));
    const account = { username: 'admin', password: this.newSecret() };
    const shared = { kind: 'packet-capture' as const, device_type: type, name, host, ...account, faults: words.map((word) => ({ name: word, meaning: GEAR_FAULT_WORDS[word]?.meaning ?? '' })) };
    switch (type) {
      case 'cucm': {
        const edition = Object.values(CUCM_EDITIONS).at(-(1 + (index % 2))) ?? CUCM_EDITIONS['14'];
        const application = { username: 'capstan-app', password: this.newSecret() };
        const node = await startCucmNode({ name, host, accounts: [account], applicationUsers: [application], faults, edition, clockOffsetMs: CLOCKS.cucm.offsetMs, device: { node_address: VOICE_ADDRESSES.cucm }, traffic: nodePackets(this.calls), seed: this.wishes.seed });
        return {
          shown: { ...shared, version: edition?.version ?? '', port: node.gear.port, interface: 'eth0', application_account: application, host_keys: node.gear.hostKeys, emits: EMITS, controls: ['gear-fault', 'gear-counts', 'gear-state'] },
          gear: node.gear,
          node,
          stop: () => node.stop(),
        };
      }
      case 'cube':
      case 'csr1000v': {
        const edition = index % 2 === 0 ? IOS_XE_16 : IOS_XE_17;
        const router = await startIosXeRouter({ name, host, accounts: [account], faults, edition, traffic: callPackets(this.calls, type), device: { clock_offset_ms: CLOCKS[type].offsetMs, addresses: ADDRESSES[type] }, seed: this.wishes.seed });
        const { gear } = router;
        return {
          shown: { ...shared, version: edition.name, port: gear.port, interface: 'GigabitEthernet1', host_keys: gear.hostKeys, emits: MEDIA, controls: ['gear-fault', 'gear-counts', 'gear-state'] },
          gear,
          router,
          stop: () => gear.stop(),
        };
      }
      case 'expressway': {
        const [, start = '', last = ''] = /^(.*\.)(\d+)$/.exec(host) ?? [];
        // Every second one is a cluster of two, where the lab's network has room for it.
        const hasRoom = this.wishes.each <= MOST_WITH_PEERS && Number(last) + PEER_STEP < 255;
        const addresses = index % 2 === 0 && hasRoom ? [host, `${start}${Number(last) + PEER_STEP}`] : [host];
        const version = EXPRESSWAY_VERSIONS[index % EXPRESSWAY_VERSIONS.length] ?? 'X14.2';
        const cluster = await ExpresswayCluster.start({
          addresses,
          version,
          account,
          clockOffsetMs: CLOCKS.expressway.offsetMs,
          capture: (_peer, card, from, to) => captureBytes(card === 'eth0' ? this.calls.packets('expressway', from, to) : []),
        });
        words.forEach((word) => setExpresswayFault(cluster, word, true));
        return {
          shown: {
            ...shared,
            version,
            port: cluster.port,
            interface: 'eth0',
            host_keys: [{ type: 'x509', fingerprint: cluster.fingerprint }],
            emits: MEDIA,
            faults: EXPRESSWAY_FAULTS.map((fault) => ({ name: fault, meaning: EXPRESSWAY_FAULT_MEANING[fault] })),
            controls: ['gear-fault', 'gear-state'],
          },
          expressway: cluster,
          stop: () => cluster.stop(),
        };
      }
    }
  }
}

/** @throws AppError `LAB_UNKNOWN_FAULT` naming those there are */
function setExpresswayFault(cluster: ExpresswayCluster, word: string, on: boolean): void {
  if (word === 'new-certificate') {
    cluster.renewCertificate();
    return;
  }
  if (word === 'foreign-run') {
    if (on) {
      cluster.startBySomebody();
    } else {
      cluster.stopBySomebody();
    }
    return;
  }
  const fault = EXPRESSWAY_FAULTS.find((known) => known === word);
  if (fault === undefined) {
    throw new AppError('LAB_UNKNOWN_FAULT', `no fault ${word} of an Expressway; there are ${[...EXPRESSWAY_FAULTS, 'new-certificate', 'foreign-run'].join(', ')}`);
  }
  if (on) {
    cluster.faults.add(fault);
  } else {
    cluster.faults.delete(fault);
  }
}
