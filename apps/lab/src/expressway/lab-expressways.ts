import { AppError, type Clock } from '@capstan/kernel';
import type { InventoryGear } from '../inventory';
import { captureBytes } from '../voice-calls/capture-bytes';
import type { RecordedPacket, VoiceCalls } from '../voice-calls/voice-calls';
import { VOICE_ADDRESSES } from '../voice-calls/voice-network';
import { ExpresswayCluster } from './expressway-cluster.client';
import { EXPRESSWAY_FAULT_MEANING, EXPRESSWAY_FAULTS, type ExpresswayFault } from './expressway-faults';
import { EXPRESSWAY_VERSIONS, type ExpresswayVersion } from './expressway-versions';

/** Words that act on one Expressway cluster besides its faults. */
export const EXPRESSWAY_CONTROLS = ['new-certificate', 'start-run', 'stop-run'] as const;
/** One of {@link EXPRESSWAY_CONTROLS}. */
export type ExpresswayControl = (typeof EXPRESSWAY_CONTROLS)[number];

/** Peers of the clusters, one number per version; the rest of the fleet goes on with the first. */
const PEERS = [2, 1, 3] as const;
const INSIDE: readonly string[] = [VOICE_ADDRESSES.cucm, VOICE_ADDRESSES.cubeInside];

interface Member {
  readonly name: string;
  readonly version: ExpresswayVersion;
  readonly addresses: readonly string[];
  readonly account: { readonly username: string; readonly password: string };
  readonly cluster: ExpresswayCluster;
}

/** The Expressway clusters of a lab, on loopback addresses of their own. They see the generated calls. */
export class LabExpressways {
  private readonly members: Member[] = [];

  /** @param slot number of the lab on this machine, so that two labs do not meet */
  async start(count: number, slot: number, calls: VoiceCalls, clock: Clock, newPassword: () => string): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const version = EXPRESSWAY_VERSIONS[(index + 1) % EXPRESSWAY_VERSIONS.length] ?? 'X14.2';
      const addresses = Array.from({ length: PEERS[index % PEERS.length] ?? 1 }, (_, peer) => `127.88.${slot + 1}.${index * 10 + peer + 1}`);
      const account = { username: 'api-admin', password: newPassword() };
      const cluster = await ExpresswayCluster.start({
        addresses,
        version,
        account,
        clock,
        collectMs: 1_000,
        capture: (_peer, card, from, to) => captureBytes(seenBy(card, calls.packets('expressway', from, to))),
      });
      this.members.push({ name: `exp${index + 1}`, version, addresses, account, cluster });
    }
  }

  inventory(): InventoryGear[] {
    return this.members.map(({ name, version, addresses, account, cluster }) => ({
      kind: 'packet-capture',
      device_type: 'expressway',
      name,
      version,
      host: cluster.host,
      peers: addresses,
      port: cluster.port,
      username: account.username,
      password: account.password,
      interface: 'eth0',
      tls_fingerprint: cluster.fingerprint,
      emits: ['SIP and RTP of the generated calls: eth0 towards CUCM and CUBE, eth1 towards the phones'],
      faults: EXPRESSWAY_FAULTS.map((fault) => ({ name: fault, meaning: EXPRESSWAY_FAULT_MEANING[fault] })),
      controls: ['fault', ...EXPRESSWAY_CONTROLS],
    }));
  }

  /** @throws AppError `LAB_NO_SUCH_HOST` */
  setFault(name: string, fault: ExpresswayFault, on: boolean): void {
    const { faults } = this.member(name).cluster;
    if (on) {
      faults.add(fault);
    } else {
      faults.delete(fault);
    }
  }

  /** @throws AppError `LAB_NO_SUCH_HOST` */
  control(name: string, word: ExpresswayControl): Record<string, unknown> {
    const { cluster } = this.member(name);
    switch (word) {
      case 'new-certificate':
        cluster.renewCertificate();
        return { tls_fingerprint: cluster.fingerprint };
      case 'start-run':
        cluster.startBySomebody();
        return {};
      case 'stop-run':
        cluster.stopBySomebody();
        return {};
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.splice(0).map(({ cluster }) => cluster.stop()));
  }

  private member(name: string): Member {
    const member = this.members.find((each) => each.name === name);
    if (member === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', `no Expressway ${name}; there are ${this.members.map((each) => each.name).join(', ')}`);
    }
    return member;
  }
}

function* seenBy(card: string, packets: Iterable<RecordedPacket>): Generator<RecordedPacket> {
  for (const packet of packets) {
    const inside = INSIDE.includes(packet.source.address) || INSIDE.includes(packet.destination.address);
    if (inside === (card === 'eth0')) {
      yield packet;
    }
  }
}
