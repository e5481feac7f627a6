import type { SignInAnswer, UserView } from '@capstan/contracts';
import type { TokenSource } from './client';
import { ApiProblem } from './problem';

/** Who uses this tab. `starting` until the refresh cookie has been asked about. */
export type SignInState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unreachable'; readonly problem: ApiProblem }
  | { readonly phase: 'signed-out'; readonly reason?: 'expired' }
  | { readonly phase: 'signed-in'; readonly user: UserView; readonly token: string; readonly expiresAt: number };

/** Parts of the outside world the keeper uses. */
export interface SignInKeeperDependencies {
  /** `POST /auth/refresh`. */
  readonly refresh: () => Promise<SignInAnswer>;
  readonly now: () => number;
  /**
   * Runs one refresh at a time over all tabs: the cookie is rotated by each refresh, and using an old one a second time
   * would look like theft and end the sign-in.
   */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Tells the other tabs. */
  readonly announce: (message: TabMessage) => void;
}

/** What tabs of one browser tell each other. */
export type TabMessage = { readonly type: 'signed-in'; readonly answer: SignInAnswer } | { readonly type: 'signed-out' };

/** A token is renewed when it would expire within this time, in ms. */
const RENEW_BEFORE_MS = 60_000;

/** Holds the access token in memory, renews it in time, and tells whoever listens. */
export class SignInKeeper implements TokenSource {
  private state: SignInState = { phase: 'starting' };
  private readonly listeners = new Set<() => void>();
  private renewal: Promise<string | undefined> | undefined;

  constructor(private readonly dependencies: SignInKeeperDependencies) {}

  /** The state now; a new object with each change. */
  readonly snapshot = (): SignInState => this.state;

  /** Calls `listener` after each change until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Asks the refresh cookie who this is; used when the page is loaded, and again after no answer came. */
  async start(): Promise<void> {
    await this.renew();
  }

  /** Takes over a fresh sign-in. */
  signedIn(answer: SignInAnswer, tell = true): void {
    this.set({ phase: 'signed-in', user: answer.user, token: answer.access_token, expiresAt: this.dependencies.now() + answer.expires_in * 1_000 });
    if (tell) {
      this.dependencies.announce({ type: 'signed-in', answer });
    }
  }

  /** Forgets the token; the caller clears its caches. */
  signedOut(reason?: 'expired', tell = true): void {
    this.set({ phase: 'signed-out', reason });
    if (tell) {
      this.dependencies.announce({ type: 'signed-out' });
    }
  }

  /** Follows another tab. */
  heard(message: TabMessage): void {
    if (message.type === 'signed-in') {
      this.signedIn(message.answer, false);
    } else if (this.state.phase === 'signed-in') {
      this.signedOut(undefined, false);
    }
  }

  async current(): Promise<string | undefined> {
    if (this.state.phase !== 'signed-in') {
      return undefined;
    }
    const { token, expiresAt } = this.state;
    if (expiresAt - this.dependencies.now() > RENEW_BEFORE_MS) {
      return token;
    }
    try {
      return (await this.renew()) ?? token;
    } catch {
      // The gateway is away; the token may still be good, and the call itself will tell.
      return token;
    }
  }

  async renewed(refused: string | undefined): Promise<string | undefined> {
    if (this.state.phase === 'signed-in' && this.state.token !== refused) {
      return this.state.token;
    }
    return this.renew();
  }

  /** Milliseconds until the token should be renewed; undefined when nobody is signed in. */
  untilRenewal(): number | undefined {
    return this.state.phase === 'signed-in' ? Math.max(0, this.state.expiresAt - RENEW_BEFORE_MS - this.dependencies.now()) : undefined;
  }

  /** One renewal at a time in this tab. Rejects when no answer came; a refusal signs out. */
  renew(): Promise<string | undefined> {
    this.renewal ??= this.renewOnce().finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  private async renewOnce(): Promise<string | undefined> {
    const before = this.tokenNow();
    try {
      return await this.dependencies.exclusively(async () => {
        // While this tab waited for its turn another one may have brought a new token.
        const meanwhile = this.tokenNow();
        if (meanwhile !== undefined && meanwhile !== before) {
          return meanwhile;
        }
        const answer = await this.dependencies.refresh();
        this.signedIn(answer);
        return answer.access_token;
      });
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        this.signedOut(this.state.phase === 'signed-in' ? 'expired' : undefined, this.state.phase === 'signed-in');
        return undefined;
      }
      if (this.state.phase === 'starting' || this.state.phase === 'unreachable') {
        this.set({ phase: 'unreachable', problem: error instanceof ApiProblem ? error : new ApiProblem('UNEXPECTED', 'Something unexpected happened', { status: 0 }) });
        return undefined;
      }
      throw error;
    }
  }

  private tokenNow(): string | undefined {
    return this.state.phase === 'signed-in' ? this.state.token : undefined;
  }

  private set(state: SignInState): void {
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}
