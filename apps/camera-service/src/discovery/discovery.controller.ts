import { cameraRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { SealingKeys } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';
import { CameraDiscovery } from './camera-discovery.service';

/** Questions about cameras that are not kept yet. */
@Controller()
export class DiscoveryController {
  constructor(
    private readonly discovery: CameraDiscovery,
    private readonly sealingKeys: SealingKeys,
  ) {}

  @OnRpc(cameraRpc.probe)
  async probe({ device, sealed_password: sealed }: RequestOf<typeof cameraRpc.probe>): Promise<ResponseOf<typeof cameraRpc.probe>> {
    return this.discovery.probe(device, sealed === undefined ? undefined : (await this.sealingKeys.open(sealed)).reveal());
  }

  @OnRpc(cameraRpc.discover)
  discover({ options }: RequestOf<typeof cameraRpc.discover>): Promise<ResponseOf<typeof cameraRpc.discover>> {
    return this.discovery.discover(options.timeout_seconds);
  }
}
