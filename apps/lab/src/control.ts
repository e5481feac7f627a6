import { AppError } from '@capstan/kernel';
import { FLEET_CONTROLS, type FleetControl, parseFleetControl } from './fleet/fleet-control';
import { parseSinkControl, SINK_CONTROLS, type SinkControl } from './message-sinks/sink-control';
import { MAX_CALLS_PER_MIN } from './voice-traffic/call-plan';

/** Words that act on one host. */
export const HOST_CONTROLS = ['link-down', 'link-up', 'new-host-key', 'ps', 'login-attempts'] as const;

/** Words that act on one camera. */
export const CAMERA_CONTROLS = ['camera-fault', 'camera-counts'] as const;

/** One of {@link HOST_CONTROLS}. */
export type HostControl = (typeof HOST_CONTROLS)[number];

/** An order given to a running lab: one line of JSON on its standard input. `id` comes back in the answer. */
export type ControlCommand =
  | { readonly do: HostControl; readonly host: string; readonly id?: unknown }
  | { readonly do: 'traffic'; readonly calls_per_min: number; readonly id?: unknown }
  | { readonly do: 'gear-fault'; readonly host: string; readonly fault: string; readonly on: boolean; readonly id?: unknown }
  | { readonly do: 'gear-counts'; readonly host: string; readonly id?: unknown }
  | { readonly do: 'gear-state'; readonly host: string; readonly id?: unknown }
  | { readonly do: 'camera-fault'; readonly host: string; readonly fault: string; readonly id?: unknown }
  | { readonly do: 'camera-counts'; readonly host: string; readonly id?: unknown }
  | { readonly do: 'receiver-faults'; readonly receiver: string; readonly faults: readonly string[]; readonly id?: unknown }
  | (FleetControl & { readonly id?: unknown })
  | (SinkControl & { readonly id?: unknown })
  | { readonly do: 'status'; readonly id?: unknown };

/**
 * Reads one order.
 * @throws AppError `LAB_BAD_CONTROL` saying what is wrong with it
 */
export function parseControl(line: string): ControlCommand {
  const bad = (message: string): AppError => new AppError('LAB_BAD_CONTROL', message);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw bad('not JSON');
  }
  if (typeof value !== 'object' || value === null) {
    throw bad('not an object');
  }
  const { do: word, host, calls_per_min: calls, fault, on, receiver, faults, id } = value as Record<string, unknown>;
  if (word === 'status') {
    return { do: word, id };
  }
  if (word === 'traffic') {
    if (typeof calls !== 'number' || !(calls >= 0 && calls <= MAX_CALLS_PER_MIN)) {
      throw bad(`calls_per_min must be a number from 0 to ${MAX_CALLS_PER_MIN}`);
    }
    return { do: word, calls_per_min: calls, id };
  }
  if (word === 'gear-fault') {
    if (typeof host !== 'string' || typeof fault !== 'string' || (on !== undefined && typeof on !== 'boolean')) {
      throw bad('gear-fault needs host, the name of a device, and fault; on is true or false');
    }
    return { do: word, host, fault, on: on ?? true, id };
  }
  if ((word === 'gear-counts' || word === 'gear-state') && typeof host === 'string') {
    return { do: word, host, id };
  }
  if (word === 'camera-fault' || word === 'camera-counts') {
    if (typeof host !== 'string' || (word === 'camera-fault' && typeof fault !== 'string')) {
      throw bad(`${word} needs host, the name of a camera${word === 'camera-fault' ? ', and fault' : ''}`);
    }
    return word === 'camera-fault' ? { do: word, host, fault: String(fault), id } : { do: word, host, id };
  }
  if (word === 'receiver-faults') {
    if (typeof receiver !== 'string' || !Array.isArray(faults) || !faults.every((fault) => typeof fault === 'string')) {
      throw bad('receiver-faults takes the name of a receiver and a list of faults');
    }
    return { do: word, receiver, faults, id };
  }
  const fleet = parseFleetControl(value as Record<string, unknown>);
  if (fleet !== undefined) {
    return { ...fleet, id };
  }
  const sink = parseSinkControl(value as Record<string, unknown>);
  if (sink !== undefined) {
    return { ...sink, id };
  }
  const control = HOST_CONTROLS.find((known) => known === word);
  if (!control) {
    throw bad(`do must be one of ${[...HOST_CONTROLS, ...CAMERA_CONTROLS, 'gear-fault', 'gear-counts', 'gear-state', 'traffic', 'receiver-faults', ...FLEET_CONTROLS, ...SINK_CONTROLS, 'status'].join(', ')}`);
  }
  if (typeof host !== 'string') {
    throw bad('host must be the name of a target');
  }
  return { do: control, host, id };
}
