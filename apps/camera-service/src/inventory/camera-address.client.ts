import { lookup } from 'node:dns/promises';
import { type BlockList, isIP } from 'node:net';
import { AppError } from '@capstan/kernel';
import { cameraError } from '../rtsp/rtsp-error';
import { isAllowed, readNetworks } from './allowed-networks';

/**
 * Turns names of cameras into addresses, and refuses those outside the allowed networks. What is returned is what must be
 * connected to: asking for the name again could give another answer.
 */
export class CameraAddresses {
  private readonly networks: BlockList;

  constructor(networks: string) {
    const read = readNetworks(networks);
    if (read === undefined) {
      throw new AppError('CONFIGURATION_INVALID', 'The networks of cameras cannot be read');
    }
    this.networks = read;
  }

  /** Whether an address that stands in a URL could be used at all: names are looked up when they are used. */
  mayBeAllowed(host: string): boolean {
    return isIP(host) === 0 || isAllowed(this.networks, host);
  }

  /** @throws AppError `CAMERA_UNREACHABLE` for a name nobody knows, `CAMERA_ADDRESS_REFUSED` */
  async resolve(host: string): Promise<string> {
    const addresses = isIP(host) === 0 ? await lookUp(host) : [host];
    const allowed = addresses.find((address) => isAllowed(this.networks, address));
    if (allowed === undefined) {
      throw new AppError('CAMERA_ADDRESS_REFUSED', 'The address of the camera lies outside the networks in which cameras may be (CAPSTAN_CAMERA_NETWORKS)');
    }
    return allowed;
  }
}

async function lookUp(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw cameraError('CAMERA_UNREACHABLE', 'The name of the camera is not known', error);
  }
}
