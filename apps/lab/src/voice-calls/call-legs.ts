import type { Random } from '@capstan/kernel';
import { randomBelow, randomHex } from '../voice-traffic/seeded-random';
import type { CallScenario } from './call-scenarios';
import type { Endpoint } from './udp-frame';
import { CALL_ROUTES, type Path, VOICE_ADDRESSES } from './voice-network';

/** One leg of a call's signalling: a dialog of its own. */
export interface SignallingLeg {
  readonly path: Path;
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
  readonly caller: Endpoint;
  readonly callee: Endpoint;
  readonly fromNumber: string;
  readonly toNumber: string;
  /** Number of the media leg its session descriptions speak of. */
  readonly mediaLeg: number;
  /** Numbers of the descriptions' origin lines. */
  readonly sdpIds: { readonly caller: number; readonly callee: number };
  /** What the caller's and the callee's side call themselves in `User-Agent` and `Server`. */
  readonly agents: { readonly caller: string; readonly callee: string };
}

/** One leg of a call's media. */
export interface MediaLeg {
  readonly path: Path;
  readonly caller: Endpoint;
  readonly callee: Endpoint;
}

/** Everything about a call that is settled before it begins. */
export interface CallLegs {
  readonly signalling: readonly SignallingLeg[];
  readonly media: readonly MediaLeg[];
  readonly sessionIds: { readonly caller: string; readonly callee: string };
}

const SIP_PORT = 5060;
/** Calls that can be up at once without sharing a port. */
const PORTS_IN_TURN = 1_000;
const AGENTS = { phone: 'Cisco-CP8845/14.2', expressway: 'TANDBERG/4137 (X14.3)', cucm: 'Cisco-CUCM14.0', cube: 'Cisco-SIPGateway/IOS-17.9.4a', linux: 'Asterisk PBX 20.5.0' } as const;

type Node = keyof typeof AGENTS;

function nodesOf(route: CallScenario['route']): readonly Node[] {
  return route === 'remote' ? ['phone', 'expressway', 'cucm', 'cube', 'linux'] : ['phone', 'cucm', 'cube', 'linux'];
}

/** Numbers, addresses, tags and ids of call number `call`. */
export function planLegs(call: number, scenario: CallScenario, random: Random): CallLegs {
  const route = CALL_ROUTES[scenario.route];
  const nodes = nodesOf(scenario.route);
  const phone = `${route.phoneNetwork}.${10 + (call % 200)}`;
  const addressOf = (node: Node, side: 'caller' | 'callee'): string => {
    switch (node) {
      case 'phone':
        return phone;
      case 'cube':
        return side === 'caller' ? VOICE_ADDRESSES.cubeInside : VOICE_ADDRESSES.cubeOutside;
      case 'expressway':
      case 'cucm':
      case 'linux':
        return VOICE_ADDRESSES[node];
    }
  };
  const fromNumber = String(1_001 + (call % 900));
  const toNumber = String(2_001 + ((call * 7) % 900));
  const outer = (number: string): string => (scenario.translated ? `+493055${number}` : number);
  const last = nodes.length - 2;

  const signalling = route.signalling.map((path, index): SignallingLeg => {
    const [from, to] = [nodes[index] as Node, nodes[index + 1] as Node];
    const caller = { address: addressOf(from, 'callee'), port: SIP_PORT };
    return {
      path,
      callId: `${randomHex(random, 8)}-${randomHex(random, 8)}-${randomHex(random, 4)}@${caller.address}`,
      fromTag: randomHex(random, 10),
      toTag: randomHex(random, 10),
      caller,
      callee: { address: addressOf(to, 'caller'), port: SIP_PORT },
      fromNumber: index === last ? outer(fromNumber) : fromNumber,
      toNumber: index === last ? outer(toNumber) : toNumber,
      mediaLeg: mediaLegOf(scenario.route, index),
      sdpIds: { caller: 1 + randomBelow(random, 2 ** 31), callee: 1 + randomBelow(random, 2 ** 31) },
      agents: { caller: AGENTS[from], callee: AGENTS[to] },
    };
  });

  const turn = 2 * (call % PORTS_IN_TURN);
  const [phonePort, expresswayOuter, expresswayInner, cubeInner, cubeOuter, linuxPort] = [16_384 + turn, 36_000 + turn, 40_000 + turn, 8_000 + turn, 12_000 + turn, 20_000 + turn];
  const inner: MediaLeg[] =
    scenario.route === 'remote'
      ? [
          { path: CALL_ROUTES.remote.media[0], caller: { address: phone, port: phonePort }, callee: { address: VOICE_ADDRESSES.expressway, port: expresswayOuter } },
          { path: CALL_ROUTES.remote.media[1], caller: { address: VOICE_ADDRESSES.expressway, port: expresswayInner }, callee: { address: VOICE_ADDRESSES.cubeInside, port: cubeInner } },
        ]
      : [{ path: CALL_ROUTES.office.media[0], caller: { address: phone, port: phonePort }, callee: { address: VOICE_ADDRESSES.cubeInside, port: cubeInner } }];
  const outerLeg: MediaLeg = {
    path: route.media[route.media.length - 1] as Path,
    caller: { address: VOICE_ADDRESSES.cubeOutside, port: cubeOuter },
    callee: { address: VOICE_ADDRESSES.linux, port: linuxPort },
  };
  return { signalling, media: [...inner, outerLeg], sessionIds: { caller: randomHex(random, 32), callee: randomHex(random, 32) } };
}

/** CUCM only signals: what it sends on and what it receives speak of the same media. */
function mediaLegOf(route: CallScenario['route'], signallingLeg: number): number {
  return (route === 'remote' ? [0, 1, 1, 2] : [0, 0, 1])[signallingLeg] ?? 0;
}
