import { type AnswerOf, retentionRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';

/** How long sessions stay: every method is one question to the orchestrator. */
@Controller()
export class RetentionController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listRetentionPolicies)
  policies(): Promise<AnswerOf<typeof routes.listRetentionPolicies>> {
    return this.rpc.call(retentionRpc.policies, {});
  }

  @Endpoint(routes.setRetentionPolicy)
  setPolicy(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.setRetentionPolicy>): Promise<AnswerOf<typeof routes.setRetentionPolicy>> {
    return this.rpc.call(retentionRpc.setPolicy, { kind: params.kind, requested_by: actor, policy: body });
  }

  @Endpoint(routes.previewRetention)
  preview(@Input() { body }: CallOf<typeof routes.previewRetention>): Promise<AnswerOf<typeof routes.previewRetention>> {
    return this.rpc.call(retentionRpc.preview, body);
  }

  @Endpoint(routes.runRetention)
  run(@Caller() { actor }: Principal, @Input() { newId }: CallOf<typeof routes.runRetention>): Promise<AnswerOf<typeof routes.runRetention>> {
    return this.rpc.call(retentionRpc.run, { run_id: newId, requested_by: actor });
  }

  @Endpoint(routes.listRetentionRuns)
  runs(@Input() { query }: CallOf<typeof routes.listRetentionRuns>): Promise<AnswerOf<typeof routes.listRetentionRuns>> {
    return this.rpc.call(retentionRpc.runs, query);
  }

  @Endpoint(routes.listHeldSessions)
  held(@Input() { query }: CallOf<typeof routes.listHeldSessions>): Promise<AnswerOf<typeof routes.listHeldSessions>> {
    return this.rpc.call(retentionRpc.held, query);
  }

  @Endpoint(routes.holdSession)
  hold(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.holdSession>): Promise<AnswerOf<typeof routes.holdSession>> {
    return this.rpc.call(retentionRpc.hold, { session_id: params.id, reason: body.reason, requested_by: actor });
  }

  @Endpoint(routes.releaseSession)
  release(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.releaseSession>): Promise<AnswerOf<typeof routes.releaseSession>> {
    return this.rpc.call(retentionRpc.release, { session_id: params.id, requested_by: actor });
  }
}
