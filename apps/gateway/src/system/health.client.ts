import { healthRpc, SERVICES, type ServiceName, type SystemView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK, HealthService, VERSION } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Instances } from './instances';

type ServiceState = SystemView['services'][number];

/** Milliseconds for which an answer is good: probes come every second from several places. */
const FRESH_MS = 900;
/** Milliseconds a service has to answer. */
const TIMEOUT_MS = 2_000;

/** Asks every service how it is. */
@Injectable()
export class HealthClient {
  private last: { readonly at: number; readonly view: Promise<SystemView> } | undefined;

  constructor(
    private readonly rpc: RpcClient,
    private readonly health: HealthService,
    private readonly instances: Instances,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Health of the whole deployment. Never throws: a service that does not answer is one that is not ready. */
  view(): Promise<SystemView> {
    const now = this.clock.monotonic();
    if (!this.last || now - this.last.at > FRESH_MS) {
      this.last = { at: now, view: this.ask() };
    }
    return this.last.view;
  }

  private async ask(): Promise<SystemView> {
    const services = await Promise.all(SERVICES.map((service) => this.stateOf(service)));
    return { version: VERSION, time: isoTime(this.clock.now()), ready: services.every(({ ready }) => ready), services, replicas: this.instances.list() };
  }

  private async stateOf(service: ServiceName): Promise<ServiceState> {
    if (service === 'gateway') {
      return { ...(await this.health.report()), service };
    }
    try {
      return { ...(await this.rpc.call(healthRpc[service], {}, { timeoutMs: TIMEOUT_MS })), service };
    } catch (error) {
      return { service, ready: false, error: AppError.from(error).code };
    }
  }
}
