import { routes, type SystemView } from '@capstan/contracts';
import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Endpoint } from '../http/endpoint';
import { HealthClient } from './health.client';

/** Health of the deployment, for people and for probes. */
@Controller()
export class SystemController {
  constructor(private readonly health: HealthClient) {}

  @Endpoint(routes.system)
  system(): Promise<SystemView> {
    return this.health.view();
  }

  @Get('live')
  live(@Res({ passthrough: true }) response: Response): { live: true } {
    response.set('Cache-Control', 'no-store');
    return { live: true };
  }

  /** Open to anyone who can reach the port, so it names services and nothing more. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ ready: boolean; not_ready: string[] }> {
    const { ready, services } = await this.health.view();
    response.status(ready ? 200 : 503).set('Cache-Control', 'no-store');
    return { ready, not_ready: services.filter((service) => !service.ready).map(({ service }) => service) };
  }
}
