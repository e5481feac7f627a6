import type { CollectionTimeouts } from '@capstan/contracts';
import type { CommandLimits } from '../platforms';

/** How long a device is waited for, in milliseconds. */
export interface DevicePatience {
  readonly connectMs: number;
  readonly loginMs: number;
  readonly promptMs: number;
  readonly deviceMs: number;
  /** Of a command, from what its capture type says. */
  command(limits: CommandLimits): CommandLimits;
}

const DEFAULTS = { connectMs: 10_000, loginMs: 20_000, promptMs: 20_000, deviceMs: 600_000 } as const;

/** The patience with a device: the first layer that says something counts. The collection comes before the device, and both before the capture type. */
export function patienceOf(...layers: readonly (CollectionTimeouts | undefined)[]): DevicePatience {
  const said = (name: keyof CollectionTimeouts): number | undefined => {
    const seconds = layers.find((layer) => layer?.[name] !== undefined)?.[name];
    return seconds === undefined ? undefined : seconds * 1_000;
  };
  return {
    connectMs: said('connect_timeout_sec') ?? DEFAULTS.connectMs,
    loginMs: said('login_timeout_sec') ?? DEFAULTS.loginMs,
    promptMs: said('prompt_timeout_sec') ?? DEFAULTS.promptMs,
    deviceMs: said('device_timeout_sec') ?? DEFAULTS.deviceMs,
    command: ({ absoluteMs, idleMs }) => ({ absoluteMs: said('command_timeout_sec') ?? absoluteMs, idleMs: said('idle_timeout_sec') ?? idleMs }),
  };
}
