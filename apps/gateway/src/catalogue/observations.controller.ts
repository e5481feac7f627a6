import { type AnswerOf, catalogueRpc, routes } from '@capstan/contracts';
import { AppError, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { TableExports } from './table-exports.service';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Who was where, and when; the first generation's paths beside the clean ones. */
@Controller()
export class ObservationsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly exports: TableExports,
  ) {}

  @Endpoint(routes.listArp)
  arp(@Input() { query }: CallOf<typeof routes.listArp>): Promise<AnswerOf<typeof routes.listArp>> {
    return this.rpc.call(catalogueRpc.arp, query);
  }

  @Endpoint(routes.exportArp)
  exportArp(@Input() { query }: CallOf<typeof routes.exportArp>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    return this.exports.send('arp', query, request, response);
  }

  @Endpoint(routes.arpEvents)
  events(@Input() { query }: CallOf<typeof routes.arpEvents>): Promise<AnswerOf<typeof routes.arpEvents>> {
    return this.rpc.call(catalogueRpc.arpEvents, query);
  }

  @Endpoint(routes.arpStats)
  stats(): Promise<AnswerOf<typeof routes.arpStats>> {
    return this.rpc.call(catalogueRpc.arpStats, {});
  }

  @Endpoint(routes.arpDevices)
  devices(): Promise<AnswerOf<typeof routes.arpDevices>> {
    return this.rpc.call(catalogueRpc.arpDevices, {});
  }

  @Endpoint(routes.arpOfDevice)
  async ofDevice(@Input() { params, query }: CallOf<typeof routes.arpOfDevice>): Promise<AnswerOf<typeof routes.arpOfDevice>> {
    const device = UUID.test(params.host) ? params.host : (await this.rpc.call(catalogueRpc.arpDevices, {})).devices.find(({ device_name: name }) => name.toLowerCase() === params.host.toLowerCase())?.device_id;
    if (device === undefined) {
      throw new AppError('NOT_FOUND', 'No device of this name has an ARP table');
    }
    return this.rpc.call(catalogueRpc.arp, { ...query, device_id: device });
  }

  @Endpoint(routes.arpSearch)
  search(@Input() { query }: CallOf<typeof routes.arpSearch>): Promise<AnswerOf<typeof routes.arpSearch>> {
    const { q, ...rest } = query;
    return this.rpc.call(catalogueRpc.arp, { ...rest, ...addressOf(q) });
  }

  @Endpoint(routes.arpByIp)
  byIp(@Input() { params, query }: CallOf<typeof routes.arpByIp>): Promise<AnswerOf<typeof routes.arpByIp>> {
    return this.rpc.call(catalogueRpc.arp, { ...query, ip: params.ip });
  }

  @Endpoint(routes.arpByMac)
  byMac(@Input() { params, query }: CallOf<typeof routes.arpByMac>): Promise<AnswerOf<typeof routes.arpByMac>> {
    return this.rpc.call(catalogueRpc.arp, { ...query, mac: params.mac });
  }

  @Endpoint(routes.arpIpHistory)
  ipHistory(@Input() { params, query }: CallOf<typeof routes.arpIpHistory>): Promise<AnswerOf<typeof routes.arpIpHistory>> {
    return this.rpc.call(catalogueRpc.arp, { ...query, ip: params.ip });
  }

  @Endpoint(routes.arpMacHistory)
  macHistory(@Input() { params, query }: CallOf<typeof routes.arpMacHistory>): Promise<AnswerOf<typeof routes.arpMacHistory>> {
    return this.rpc.call(catalogueRpc.arp, { ...query, mac: params.mac });
  }

  @Endpoint(routes.describeMac)
  async describe(@Input() { params }: CallOf<typeof routes.describeMac>): Promise<AnswerOf<typeof routes.describeMac>> {
    const [facts] = (await this.rpc.call(catalogueRpc.oui, { macs: [params.mac] })).results;
    if (facts === undefined) {
      throw validationError([{ path: 'mac', code: 'INVALID', message: 'must be a MAC address' }]);
    }
    return facts;
  }

  @Endpoint(routes.describeMacs)
  describeMany(@Input() { body }: CallOf<typeof routes.describeMacs>): Promise<AnswerOf<typeof routes.describeMacs>> {
    return this.rpc.call(catalogueRpc.oui, body);
  }

  @Endpoint(routes.listMac)
  mac(@Input() { query }: CallOf<typeof routes.listMac>): Promise<AnswerOf<typeof routes.listMac>> {
    return this.rpc.call(catalogueRpc.mac, query);
  }

  @Endpoint(routes.exportMac)
  exportMac(@Input() { query }: CallOf<typeof routes.exportMac>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    return this.exports.send('mac', query, request, response);
  }

  @Endpoint(routes.listNeighbors)
  neighbors(@Input() { query }: CallOf<typeof routes.listNeighbors>): Promise<AnswerOf<typeof routes.listNeighbors>> {
    return this.rpc.call(catalogueRpc.neighbors, query);
  }

  @Endpoint(routes.exportNeighbors)
  exportNeighbors(@Input() { query }: CallOf<typeof routes.exportNeighbors>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    return this.exports.send('neighbors', query, request, response);
  }

  @Endpoint(routes.listRoutes)
  routes(@Input() { query }: CallOf<typeof routes.listRoutes>): Promise<AnswerOf<typeof routes.listRoutes>> {
    return this.rpc.call(catalogueRpc.routes, query);
  }

  @Endpoint(routes.exportRoutes)
  exportRoutes(@Input() { query }: CallOf<typeof routes.exportRoutes>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    return this.exports.send('routes', query, request, response);
  }
}

/** Whether something is an address (or a network) or a MAC: MACs have 12 digits, whatever stands between them. */
function addressOf(q: string): { ip: string } | { mac: string } {
  const isIp = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/.test(q) || (q.includes('::') || q.split(':').length === 8 || q.includes('/'));
  return isIp ? { ip: q } : { mac: q };
}
