import { systemClock } from '@capstan/kernel';
import { callPackets, type IosXeRouter, type IosXeRouterOptions, startIosXeRouter, VoiceCalls, type VoiceDevice } from '@capstan/lab';

export const ROUTER_ACCOUNT = { username: 'admin', password: 'router-Pa55-of-the-test' } as const;

/** Calls that have been going on for a minute. */
export function calls(): VoiceCalls {
  return new VoiceCalls({ seed: 7, epoch: systemClock.now() - 60_000, callEveryMs: 2_000 });
}

/** A router with an account, on a free port, with calls passing through. */
export function startRouter(options: Partial<IosXeRouterOptions> & { readonly as?: VoiceDevice } = {}): Promise<IosXeRouter> {
  const { as = 'csr1000v', ...rest } = options;
  return startIosXeRouter({ accounts: [ROUTER_ACCOUNT], traffic: callPackets(calls(), as), ...rest });
}
