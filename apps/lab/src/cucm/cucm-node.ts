import { systemClock } from '@capstan/kernel';
import { type GearAccount, SshGear, type SshGearOptions } from '../ssh-gear/ssh-gear.client';
import type { VoiceCalls } from '../voice-calls/voice-calls';
import { DimeServer } from './dime-server.client';
import type { NodeFiles, NodePackets } from './node-captures';
import { CUCM_14, type NodeEdition } from './node-editions';
import { NodeLogic } from './node-logic';
import { nodeScript } from './node-script';

/** A simulated node. */
export interface CucmNodeOptions extends SshGearOptions {
  /** Default {@link CUCM_14}. */
  readonly edition?: NodeEdition;
  readonly traffic: NodePackets;
  /** The node's clock minus the true time, in milliseconds. Default 0. */
  readonly clockOffsetMs?: number;
  /** Application users; with them the node has a log collection service. */
  readonly applicationUsers?: readonly GearAccount[];
  /** Port of that service. Default 8443; 0 takes a free one. */
  readonly dimePort?: number;
}

/** A CUCM node whose packets can be captured. */
export interface CucmNode {
  readonly gear: SshGear;
  readonly files: NodeFiles;
  readonly dime: DimeServer | undefined;
  /** Captures under way. */
  readonly running: number;
  stop(): Promise<void>;
}

/** The calls as a CUCM sees them: their signalling. */
export function nodePackets(calls: VoiceCalls): NodePackets {
  return { packets: (from, to) => calls.packets('cucm', from, to) };
}

/** Starts a node. */
export async function startCucmNode(options: CucmNodeOptions): Promise<CucmNode> {
  const { edition = CUCM_14, traffic, clockOffsetMs = 0, applicationUsers, dimePort = 8_443, ...gearOptions } = options;
  const made: { logic?: NodeLogic } = {};
  const gear = await SshGear.start(
    {
      script: nodeScript(edition),
      create: (context) => {
        made.logic = new NodeLogic(context, edition, traffic, clockOffsetMs);
        return made.logic;
      },
    },
    gearOptions,
  );
  const logic = made.logic as NodeLogic;
  const dime =
    applicationUsers === undefined
      ? undefined
      : await DimeServer.start({ host: gear.host, port: dimePort, name: gear.name, accounts: applicationUsers, file: (name) => logic.readFile(name), now: systemClock.now });
  return {
    gear,
    files: logic.files,
    dime,
    get running() {
      return logic.running.size;
    },
    stop: async () => {
      await gear.stop();
      await dime?.stop();
    },
  };
}
