import { catalogueRpc, type ExportTable } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Transfers } from '../downloads/transfers';
import type { GatewayRequest } from '../http/gateway-request';

/** Sends tables as files. */
@Injectable()
export class TableExports {
  constructor(
    private readonly rpc: RpcClient,
    private readonly transfers: Transfers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `X-Total-Count` tells how many rows there are; a file has at most 50,000 of them. */
  async send(table: ExportTable, { format, ...query }: { readonly format: 'csv' | 'json' } & Readonly<Record<string, unknown>>, request: GatewayRequest, response: Response): Promise<void> {
    const { file, total } = await this.rpc.call(catalogueRpc.exportTable, { table, format, query });
    response.set('X-Total-Count', String(total));
    const now = isoTime(this.clock.now());
    await this.transfers.sendArtifact(request, response, { ...file, name: file.name.replace('.', `_${now.slice(0, 10)}.`), created_at: now });
  }
}
