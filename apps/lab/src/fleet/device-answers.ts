import { CAPTURE_TYPES, type CaptureType } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { EOS_FLEET } from './arista-eos/eos-platform';
import { IOS_FLEET } from './cisco-ios/ios-platform';
import { NXOS_FLEET } from './cisco-nxos/nxos-platform';
import type { DeviceView } from './device-tables';
import type { FleetPlatformName } from './fleet-plan';
import type { FleetPlatform } from './fleet-platform';

/** What a device says to the command of one capture type. */
export interface DeviceAnswer {
  readonly type: CaptureType;
  readonly command: string;
  readonly text: string;
  /** Rows the type comes to; absent where nobody counts. */
  readonly rows?: number;
}

const PLATFORMS: Readonly<Partial<Record<FleetPlatformName, FleetPlatform>>> = { cisco_ios: IOS_FLEET, cisco_nxos: NXOS_FLEET, arista_eos: EOS_FLEET };

/** @throws AppError `LAB_BAD_OPTION` for a platform without dialogue */
export function fleetPlatform(name: FleetPlatformName): FleetPlatform {
  const platform = PLATFORMS[name];
  if (platform === undefined) {
    throw new AppError('LAB_BAD_OPTION', `the fleet has no devices of ${name}`);
  }
  return platform;
}

/** The right answers of a device, of every capture type that its platform has. */
export function deviceAnswers(view: DeviceView): DeviceAnswer[] {
  const platform = fleetPlatform(view.plan.platform);
  const rows = platform.rows(view);
  return CAPTURE_TYPES.flatMap((type): DeviceAnswer[] => {
    const command = platform.commands[type];
    const text = command === undefined ? undefined : platform.texts[command.text]?.(view, '');
    return command === undefined || text === undefined ? [] : [{ type, command: command.command, text, ...(rows[type] === undefined ? {} : { rows: rows[type] }) }];
  });
}
