import type { CaptureType } from '@capstan/contracts';
import type { GearScript } from '../ssh-gear/gear-script';
import type { DeviceView } from './device-tables';
import type { FleetPlatformName } from './fleet-plan';

/** What a device says to one question, ending with a line feed. Undefined where it has nothing of the kind (a VRF it does not know). */
export type FleetText = (view: DeviceView, vrf: string) => string | undefined;

/** How the devices of one platform talk, and what they say. */
export interface FleetPlatform {
  readonly name: FleetPlatformName;
  /** The dialogue; its hook `output` says one of {@link texts}. */
  readonly script: GearScript;
  readonly texts: Readonly<Record<string, FleetText>>;
  /** The command of each capture type that every client sends; absent where the platform has nothing of the kind. */
  readonly commands: Readonly<Partial<Record<CaptureType, FleetCommand>>>;
  /** Rows that the capture types come to. */
  readonly rows: (view: DeviceView) => Readonly<Partial<Record<CaptureType, number>>>;
}

/** See {@link FleetPlatform.commands}. */
export interface FleetCommand {
  readonly command: string;
  /** Name of its text. */
  readonly text: string;
}
