import { healthRpc, type ServiceHealth } from '@capstan/contracts';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { HealthService } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';

/** Answers how this service is. */
@Controller()
export class HealthRpcController {
  constructor(private readonly health: HealthService) {}

  @OnRpc(healthRpc['capture-orchestrator'])
  report(_request: Record<string, never>, _context: RpcContext): Promise<ServiceHealth> {
    return this.health.report();
  }
}
