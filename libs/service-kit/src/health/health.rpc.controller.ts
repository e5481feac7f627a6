import { healthRpc, type ServiceHealth, type ServiceName } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller, type Type } from '@nestjs/common';
import { HealthService } from './health.service';

/** The controller that answers the health question of `name`; none for a service nobody asks, which is the gateway itself. */
export function healthController(name: ServiceName): Type[] {
  if (!(name in healthRpc)) {
    return [];
  }
  @Controller()
  class HealthRpcController {
    constructor(private readonly health: HealthService) {}

    @OnRpc(healthRpc[name as keyof typeof healthRpc])
    report(): Promise<ServiceHealth> {
      return this.health.report();
    }
  }
  return [HealthRpcController];
}
