import { parkingRpc, type RequestOf, type ServiceName } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller, type Type } from '@nestjs/common';
import { ParkingOrders } from './parking-orders';

/** The controller that takes orders about the parked messages of `name`; none for the gateway, which nobody asks. */
export function parkingController(name: ServiceName): Type[] {
  if (!(name in parkingRpc)) {
    return [];
  }
  const rpc = parkingRpc[name as keyof typeof parkingRpc];
  @Controller()
  class ParkingRpcController {
    constructor(private readonly orders: ParkingOrders) {}

    @OnRpc(rpc.list)
    list() {
      return this.orders.list();
    }

    @OnRpc(rpc.redrive)
    redrive({ ids }: RequestOf<typeof rpc.redrive>) {
      return this.orders.redrive(ids);
    }

    @OnRpc(rpc.purge)
    purge({ ids }: RequestOf<typeof rpc.purge>) {
      return this.orders.purge(ids);
    }
  }
  return [ParkingRpcController];
}
