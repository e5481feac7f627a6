import { CAPTURE_DEFAULTS, CAPTURE_DEVICE_TYPES, type CaptureCapability, type CaptureDeviceType } from '@capstan/contracts';
import type { CaptureDriver } from '../packet-capture/capture-driver';
import { CucmDriver } from './cucm/cucm-driver';
import { ExpresswayDriver } from './expressway/expressway-driver';
import { IosXeDriver } from './ios-xe/ios-xe-driver';
import { LinuxDriver } from './linux/linux-driver';

/** Settings that all drivers share. */
export interface DriverSettings {
  /** Seconds without a sign of life from us after which a device ends its capture by itself. */
  readonly silentSec: number;
}

/** Every platform there is a driver for. A new one is one more line. */
export function captureDrivers(settings: DriverSettings): CaptureDriver[] {
  return [new LinuxDriver(settings), new CucmDriver(), new IosXeDriver(), new ExpresswayDriver()];
}

/** Finds drivers by device type. */
export class DriverRegistry {
  constructor(private readonly drivers: readonly CaptureDriver[]) {}

  /** The driver of a device type; undefined when there is none yet. */
  find(deviceType: CaptureDeviceType): CaptureDriver | undefined {
    return this.drivers.find((driver) => driver.deviceTypes.includes(deviceType));
  }

  /** Device types that have a driver. */
  available(): CaptureDeviceType[] {
    return CAPTURE_DEVICE_TYPES.filter((type) => this.find(type) !== undefined);
  }

  /** What every device type can do, also of those without a driver, marked as not available. */
  capabilities(): CaptureCapability[] {
    return CAPTURE_DEVICE_TYPES.map(
      (type) =>
        this.find(type)?.capabilities(type) ?? {
          device_type: type,
          available: false,
          default_port: CAPTURE_DEFAULTS[type].port,
          default_interface: CAPTURE_DEFAULTS[type].interface,
          modes: [],
          filter_fields: [],
          filter_protocols: [],
          filter_nodes: [],
          live_counters: [],
          interface_selectable: false,
          options: [],
          remarks: [],
        },
    );
  }
}
