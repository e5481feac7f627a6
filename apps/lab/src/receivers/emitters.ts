import { seededRandom } from '../voice-traffic/seeded-random';

const LIGHT_M_PER_SEC = 299_792_458;
const EARTH_RADIUS_M = 6_371_000;
const DAY_NS = 86_400_000_000_000n;

/** A place on earth, degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** A transmitter that every receiver of the lab hears, each after its own delay. */
export interface Emitter {
  readonly name: string;
  readonly frequencyHz: number;
  /** At the receiver, full scale 1.0. */
  readonly amplitude: number;
  readonly place: Place;
  /** Hertz to either side by which the carrier swings, so that a delay can be seen; 0 is a plain carrier. */
  readonly deviationHz: number;
  /** Swings per second. */
  readonly swingHz: number;
}

/** How one receiver hears. */
export interface Ear {
  readonly place: Place;
  /** Variance of the noise over the whole band, full scale squared. */
  readonly noiseVariance: number;
  readonly seed: number;
}

/** Seconds light takes between two places on the ground. */
export function propagationDelay(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const dLat = (b.latitude - a.latitude) * rad;
  const dLon = (b.longitude - a.longitude) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(dLon / 2) ** 2;
  return (2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h))) / LIGHT_M_PER_SEC;
}

const NOISE_LENGTH = 65_536;
let noiseTable: Float64Array | undefined;

/** Normal deviates of variance 1; one table serves all, each block reading from an offset of its own. */
function noise(): Float64Array {
  if (noiseTable === undefined) {
    const random = seededRandom(20_261_121);
    noiseTable = Float64Array.from({ length: NOISE_LENGTH }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  }
  return noiseTable;
}

/**
 * What a receiver hears, by absolute time: any sample can be computed again by a test, and two receivers hear the same
 * transmitter with the true delay between them.
 * @param utcNs when the first sample is taken
 * @param block number of the block; selects the noise
 * @returns interleaved I and Q at full scale 1.0
 */
export function hear(emitters: readonly Emitter[], ear: Ear, request: { utcNs: bigint; rate: number; count: number; tunedHz: number; block: number }): Float64Array {
  const { rate, count, tunedHz } = request;
  const samples = new Float64Array(2 * count);
  const second = Number(request.utcNs % DAY_NS) / 1e9;
  for (const emitter of emitters) {
    const offset = emitter.frequencyHz - tunedHz;
    if (Math.abs(offset) < rate / 2) {
      addEmitter(samples, emitter, offset, second, propagationDelay(ear.place, emitter.place), rate);
    }
  }
  const table = noise();
  const sigma = Math.sqrt(ear.noiseVariance / 2);
  let at = (Math.imul(request.block + 1, 0x9e3779b1) ^ Math.imul(ear.seed + 1, 0x85ebca6b)) >>> 0;
  for (let k = 0; k < samples.length; k += 1) {
    samples[k]! += sigma * table[at % NOISE_LENGTH]!;
    at += 1;
  }
  return samples;
}

function addEmitter(samples: Float64Array, emitter: Emitter, offsetHz: number, second: number, delay: number, rate: number): void {
  const { amplitude, deviationHz, swingHz, frequencyHz } = emitter;
  // The receiver's mixer does not see the delay, the carrier does: hence the constant phase of the full frequency.
  const constant = -2 * Math.PI * ((frequencyHz * delay) % 1);
  for (let n = 0; n < samples.length / 2; n += 1) {
    const t = second + n / rate;
    const swing = deviationHz === 0 ? 0 : (deviationHz / swingHz) * Math.sin(2 * Math.PI * swingHz * (t - delay));
    const phase = 2 * Math.PI * ((offsetHz * t) % 1) + constant + swing;
    samples[2 * n]! += amplitude * Math.cos(phase);
    samples[2 * n + 1]! += amplitude * Math.sin(phase);
  }
}
