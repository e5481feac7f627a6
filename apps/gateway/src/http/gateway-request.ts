import type { Route } from '@capstan/contracts';
import type { Request } from 'express';
import type { Principal } from '../auth/principal';

/** What one request has become on its way through the gateway. */
export interface GatewayRequest extends Request {
  /** Of the `X-Request-ID` header. */
  requestId: string;
  /** The route it met; absent for paths that are no route. */
  endpoint?: Route;
  /** Who calls, once known. */
  principal?: Principal;
  /** What the handler is given: parameters, query and body by the schemas of the route. */
  call?: Call;
  /** Whether the audit log has its line about this request. */
  audited?: boolean;
  /** Who tried, where there is no principal: the user named at a sign-in. */
  claimedActor?: { readonly id: string; readonly name: string };
}

/** Input of a handler. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly requestId: string;
  readonly address: string;
  /** Id for what this call creates. A repeated call with the same idempotency key gets the same one. */
  readonly newId: string;
}
