import type { Permission, UserView } from '@capstan/contracts';
import { QueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import { io } from 'socket.io-client';
import { type ApiClient, createApiClient } from './api/client';
import { ApiProblem } from './api/problem';
import { ServerClock } from './api/server-clock';
import { SignInKeeper, type SignInState, type TabMessage } from './api/sign-in-keeper';
import { LiveConnection, type LiveSocket } from './live/connection';

/** Everything with a life longer than a page. */
export interface Runtime {
  readonly api: ApiClient;
  readonly keeper: SignInKeeper;
  readonly clock: ServerClock;
  readonly queries: QueryClient;
  readonly live: LiveConnection;
}

/** Wires the app to the browser; called once. */
export function createRuntime(): Runtime {
  const now = (): number => Date.now();
  const clock = new ServerClock(now);
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('capstan-sign-in') : undefined;
  const keeper: SignInKeeper = new SignInKeeper({
    refresh: () => api.call('refresh'),
    now,
    // Locks exist in secure contexts only; elsewhere a second tab may have to sign in again.
    exclusively: (work) => ('locks' in navigator ? (navigator.locks.request('capstan-refresh', work) as ReturnType<typeof work>) : work()),
    announce: (message) => tabs?.postMessage(message),
  });
  const api = createApiClient({ fetch: (url, init) => window.fetch(url, init), now, clock, tokens: keeper });
  tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => keeper.heard(event.data));

  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => error instanceof ApiProblem && error.transient && count < 3,
        retryDelay: (count) => Math.min(500 * 2 ** count, 4_000),
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });

  const socket = io({
    path: '/socket.io',
    transports: ['websocket'],
    autoConnect: false,
    reconnectionDelay: 250,
    reconnectionDelayMax: 2_000,
    auth: (hand) => void keeper.current().then((token) => hand({ token })),
  });
  const live = new LiveConnection({
    // Its overloads for reserved events are stricter than what is used of it.
    socket: socket as unknown as LiveSocket,
    now,
    after: (ms, work) => void window.setTimeout(work, ms),
    renewToken: async () => (await keeper.renew()) !== undefined,
  });

  let signedInAs: string | undefined;
  let renewal = 0;
  keeper.subscribe(() => {
    const state = keeper.snapshot();
    const user = state.phase === 'signed-in' ? state.user.user_id : undefined;
    if (user !== signedInAs) {
      // Nothing of one person may be shown to the next.
      queries.clear();
      live.close();
      signedInAs = user;
    }
    if (state.phase === 'signed-in' && !state.user.must_change_password) {
      live.open();
    }
    window.clearTimeout(renewal);
    const wait = keeper.untilRenewal();
    if (wait !== undefined) {
      renewal = window.setTimeout(() => void keeper.current(), wait + 50);
    }
  });
  void keeper.start();
  return { api, keeper, clock, queries, live };
}

const RuntimeContext = createContext<Runtime | undefined>(undefined);

/** Hands the runtime to everything below. */
export function RuntimeProvider({ runtime, children }: { runtime: Runtime; children: ReactNode }) {
  return <RuntimeContext value={runtime}>{children}</RuntimeContext>;
}

/** The runtime. */
export function useRuntime(): Runtime {
  const runtime = useContext(RuntimeContext);
  if (runtime === undefined) {
    throw new Error('No runtime above this component');
  }
  return runtime;
}

/** Who uses this tab; draws again with each change. */
export function useSignIn(): SignInState {
  const { keeper } = useRuntime();
  return useSyncExternalStore(keeper.subscribe, keeper.snapshot);
}

/** The signed-in user; only below the gate. */
export function useUser(): UserView {
  const state = useSignIn();
  if (state.phase !== 'signed-in') {
    throw new Error('Nobody is signed in');
  }
  return state.user;
}

/** Whether the signed-in user may do something. */
export function useMay(permission: Permission): boolean {
  const state = useSignIn();
  return state.phase === 'signed-in' && state.user.permissions.includes(permission);
}
