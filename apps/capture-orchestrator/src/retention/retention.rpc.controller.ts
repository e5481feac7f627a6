import { type RequestOf, type ResponseOf, retentionRpc } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RetentionPoliciesRepository } from './retention-policies.repository';
import { RetentionRunsRepository, runViewOf } from './retention-runs.repository';
import { Retention } from './retention.service';
import { SessionHoldsRepository } from './session-holds.repository';
import { SessionHolds } from './session-holds.service';

type Rpc = typeof retentionRpc;

/** Answers what the gateway asks about retention. */
@Controller()
export class RetentionRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly kept: RetentionPoliciesRepository,
    private readonly history: RetentionRunsRepository,
    private readonly retention: Retention,
    private readonly holds: SessionHolds,
    private readonly heldSessions: SessionHoldsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRpc(retentionRpc.policies)
  async policies(_request: RequestOf<Rpc['policies']>, _context: RpcContext): Promise<ResponseOf<Rpc['policies']>> {
    return { policies: await this.kept.list(this.dataSource) };
  }

  @OnRpc(retentionRpc.setPolicy)
  async setPolicy({ kind, requested_by, policy }: RequestOf<Rpc['setPolicy']>, _context: RpcContext): Promise<ResponseOf<Rpc['setPolicy']>> {
    return { policy: await this.kept.set(this.dataSource, kind, policy, requested_by, this.clock.now()) };
  }

  @OnRpc(retentionRpc.preview)
  preview({ policies }: RequestOf<Rpc['preview']>, _context: RpcContext): Promise<ResponseOf<Rpc['preview']>> {
    return this.retention.preview(policies);
  }

  @OnRpc(retentionRpc.run)
  async run({ run_id, requested_by }: RequestOf<Rpc['run']>, _context: RpcContext): Promise<ResponseOf<Rpc['run']>> {
    return { run: runViewOf(await this.history.order(this.dataSource, run_id, requested_by, this.clock.now())) };
  }

  @OnRpc(retentionRpc.runs)
  async runs({ page: wanted, per_page, limit }: RequestOf<Rpc['runs']>, _context: RpcContext): Promise<ResponseOf<Rpc['runs']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.history.list(this.dataSource, page, perPage)), page, per_page: perPage };
  }

  @OnRpc(retentionRpc.hold)
  async hold({ session_id, reason, requested_by }: RequestOf<Rpc['hold']>, _context: RpcContext): Promise<ResponseOf<Rpc['hold']>> {
    return { session: await this.holds.set(session_id, reason, requested_by) };
  }

  @OnRpc(retentionRpc.release)
  async release({ session_id, requested_by }: RequestOf<Rpc['release']>, _context: RpcContext): Promise<ResponseOf<Rpc['release']>> {
    return { session: await this.holds.set(session_id, null, requested_by) };
  }

  @OnRpc(retentionRpc.held)
  async held({ page: wanted, per_page, limit }: RequestOf<Rpc['held']>, _context: RpcContext): Promise<ResponseOf<Rpc['held']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.heldSessions.list(this.dataSource, page, perPage)), page, per_page: perPage };
  }
}
