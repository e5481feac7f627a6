import { parkingRpc, type purgeAnswer, type redriveAnswer, type parkedList, routes, type ServiceName } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { ParkingOrders } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { type CallOf, Endpoint, Input } from '../http/endpoint';

/** Parked messages of every service, for administrators; the gateway looks after its own. */
@Controller()
export class ParkingController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly own: ParkingOrders,
  ) {}

  @Endpoint(routes.listParked)
  list(@Input() { params: { service } }: CallOf<typeof routes.listParked>): Promise<z.output<typeof parkedList>> {
    return isGateway(service) ? this.own.list() : this.rpc.call(parkingRpc[service].list, {});
  }

  @Endpoint(routes.redriveParked)
  redrive(@Input() { params: { service }, body }: CallOf<typeof routes.redriveParked>): Promise<z.output<typeof redriveAnswer>> {
    return isGateway(service) ? this.own.redrive(body.ids) : this.rpc.call(parkingRpc[service].redrive, body);
  }

  @Endpoint(routes.purgeParked)
  purge(@Input() { params: { service }, body }: CallOf<typeof routes.purgeParked>): Promise<z.output<typeof purgeAnswer>> {
    return isGateway(service) ? this.own.purge(body.ids) : this.rpc.call(parkingRpc[service].purge, body);
  }
}

function isGateway(service: ServiceName): service is 'gateway' {
  return service === 'gateway';
}
