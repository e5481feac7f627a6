import type { DiscoverCamerasAnswer, ProbeCameraAnswer, ProbeCameraBody } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, withTimeout } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { CameraAddresses } from '../inventory/camera-address.client';
import { Cameras } from '../inventory/cameras.repository';
import { cameraError } from '../rtsp/rtsp-error';
import { probeOnvif } from './onvif.client';
import { searchNetworks } from './ws-discovery.client';

/** Where devices have their web side. */
const USUAL_PORTS = [80, 8000, 8080, 2020, 8899] as const;
/** Most devices of one search. */
const MAX_DEVICES = 500;

/** Finds cameras nobody has written down yet. */
@Injectable()
export class CameraDiscovery {
  private readonly addresses: CameraAddresses;

  constructor(
    private readonly cameras: Cameras,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
  }

  /**
   * Asks one device.
   * @throws AppError of `CAMERA_FAILURES`, `CAMERA_ADDRESS_REFUSED`
   */
  async probe({ host, port, username, timeout_seconds: seconds }: Omit<ProbeCameraBody, 'password'>, password: string | undefined): Promise<ProbeCameraAnswer> {
    const ip = await this.addresses.resolve(host);
    const login = username === undefined && password === undefined ? undefined : { username: username ?? '', password: password ?? '' };
    const ports = port === undefined ? USUAL_PORTS : [port];
    let failure = cameraError('CAMERA_UNREACHABLE', 'Nothing answers by ONVIF at this address');
    for (const each of ports) {
      try {
        const found = await withTimeout(this.clock, seconds * 1_000, 'CAMERA_TIMEOUT', `The device did not answer within ${seconds} s`, (signal) => probeOnvif({ host, ip, port: each, login }, this.clock, signal));
        const known = found.suggestion === null ? undefined : await this.cameras.findByUrl(found.suggestion.rtsp_url);
        return { ...found, camera_id: known?.camera_id ?? null };
      } catch (error) {
        const known = AppError.from(error);
        // Whoever refuses our credentials is the one who was meant; at other ports somebody else may live.
        if (known.code === 'CAMERA_AUTH_FAILED' || !ELSEWHERE.includes(known.code)) {
          throw error;
        }
        failure = known;
      }
    }
    throw failure;
  }

  /** Asks the networks of this machine which devices there are. */
  async discover(seconds: number): Promise<DiscoverCamerasAnswer> {
    const { devices, searched } = await searchNetworks({ group: this.config.CAPSTAN_CAMERA_DISCOVERY, messageId: () => this.ids.next(), forMs: seconds * 1_000, mayBeAllowed: (address) => this.addresses.mayBeAllowed(address) }, this.clock);
    const known = await this.cameras.all(undefined);
    return {
      searched: [...searched],
      devices: devices.slice(0, MAX_DEVICES).map((device) => ({ ...device, camera_ids: known.filter(({ rtsp_url: url }) => new URL(url).hostname.replace(/^\[|\]$/g, '') === device.address).map(({ camera_id: id }) => id) })),
    };
  }
}

/** Failures that say that this port is not the one. */
const ELSEWHERE: readonly string[] = ['CAMERA_UNREACHABLE', 'CAMERA_TIMEOUT', 'CAMERA_LOST', 'CAMERA_PROTOCOL', 'CAMERA_NOT_FOUND_ON_HOST', 'CAMERA_BUSY'];
