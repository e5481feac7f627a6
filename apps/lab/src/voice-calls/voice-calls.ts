import { seededRandom } from '../voice-traffic/seeded-random';
import { planLegs } from './call-legs';
import { CallRecorder, type Sighting } from './call-recorder';
import { CALL_SCENARIOS, type CallScenario } from './call-scenarios';
import { type CallTruth, truthOf } from './call-truth';
import { type DeviceClock, deviceTime } from './device-clock';
import { playMedia } from './media-flow';
import { SignalledCall } from './signalled-call';
import type { VoiceDevice } from './voice-network';

/** Which calls there are, and by which clocks they are seen. */
export interface VoiceCallPlan {
  /** The same seed gives the same calls, byte for byte. */
  readonly seed: number;
  /** True instant of the first call, in Unix milliseconds: before it nothing happens. */
  readonly epoch: number;
  /** Milliseconds from one call's INVITE to the next one's. Default 1,200. */
  readonly callEveryMs?: number;
  /** What happens, one scenario per call, again and again. Default {@link CALL_SCENARIOS}. */
  readonly scenarios?: readonly CallScenario[];
  /** Clocks that are wrong; a device that is missing here is right. */
  readonly clocks?: Readonly<Partial<Record<VoiceDevice, DeviceClock>>>;
}

/** A packet as a device records it. */
export interface RecordedPacket extends Sighting {
  /** What the device's own clock showed, in Unix milliseconds with fraction. */
  readonly deviceTime: number;
}

const CALL_EVERY_MS = 1_200;
/** Set-up, give-up and hang-up around a conversation, with room to spare. */
const AROUND_TALK_MS = 4_000;

/**
 * Calls that go on for ever, as a function of time: what a device sees between two instants is worked out when somebody
 * asks, so a simulator that captures from start to stop gets just that, whenever it was, and two devices that capture at
 * the same time see the same calls.
 */
export class VoiceCalls {
  private readonly every: number;
  private readonly scenarios: readonly CallScenario[];
  private readonly longestMs: number;

  constructor(private readonly plan: VoiceCallPlan) {
    this.every = plan.callEveryMs ?? CALL_EVERY_MS;
    this.scenarios = plan.scenarios ?? CALL_SCENARIOS;
    this.longestMs = Math.max(...this.scenarios.map(({ talkMs }) => talkMs)) + AROUND_TALK_MS;
  }

  /** What a device's clock shows at a true instant. */
  clockOf(device: VoiceDevice, trueMs: number): number {
    return deviceTime(this.plan.clocks?.[device] ?? { offsetMs: 0 }, trueMs);
  }

  /**
   * What a device sees in [`from`, `to`), in order of time. True instants, in Unix milliseconds.
   * Holds only the calls that are up at a time, however long the span.
   */
  *packets(device: VoiceDevice, from: number, to: number): Generator<RecordedPacket> {
    let waiting: Sighting[] = [];
    for (const call of this.callsBetween(from, to)) {
      const startAt = this.startOf(call);
      const [ready, rest] = split(waiting, startAt);
      yield* ready.map((sighting) => this.record(sighting));
      const seen = this.play(call).filter((sighting) => sighting.device === device && sighting.at >= from && sighting.at < to);
      waiting = [...rest, ...seen].sort((a, b) => a.at - b.at);
    }
    yield* waiting.map((sighting) => this.record(sighting));
  }

  /** What is true of the calls that begin and end in [`from`, `to`). */
  truth(from: number, to: number): CallTruth[] {
    return this.callsBetween(from, to).flatMap((call) => {
      const sightings = this.play(call);
      const times = sightings.map(({ at }) => at);
      return Math.min(...times) >= from && Math.max(...times) < to ? [truthOf(call, this.scenarioOf(call), sightings)] : [];
    });
  }

  private play(call: number): Sighting[] {
    const scenario = this.scenarioOf(call);
    const random = seededRandom(this.plan.seed * 1_000_003 + call);
    const legs = planLegs(call, scenario, random);
    const recorder = new CallRecorder(call, random);
    const talk = new SignalledCall(scenario, legs, recorder, random).play(this.startOf(call));
    playMedia(scenario, legs, talk, recorder, random);
    return recorder.sightings;
  }

  private callsBetween(from: number, to: number): number[] {
    const first = Math.max(0, Math.floor((from - this.longestMs - this.plan.epoch) / this.every));
    const behind = Math.max(first, Math.ceil((to - this.plan.epoch) / this.every));
    return Array.from({ length: behind - first }, (_, index) => first + index);
  }

  private scenarioOf(call: number): CallScenario {
    return this.scenarios[call % this.scenarios.length] as CallScenario;
  }

  private startOf(call: number): number {
    return this.plan.epoch + call * this.every;
  }

  private record(sighting: Sighting): RecordedPacket {
    return { ...sighting, deviceTime: this.clockOf(sighting.device, sighting.at) };
  }
}

function split(sorted: readonly Sighting[], before: number): [Sighting[], Sighting[]] {
  const at = sorted.findIndex((sighting) => sighting.at >= before);
  return at < 0 ? [[...sorted], []] : [sorted.slice(0, at), sorted.slice(at)];
}
