import type { ClientMessages, ServerMessages, SocketAck } from '@capstan/contracts';

/** What the connection needs of a socket.io client socket; narrow, so that a test can stand in for it. */
export interface LiveSocket {
  readonly connected: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  timeout(ms: number): { emit(event: string, payload: unknown, done: (error: Error | null, ack?: SocketAck) => void): unknown };
}

/** Whether live data arrives, and since when (local ms) it is so. */
export interface LinkState {
  readonly online: boolean;
  readonly since: number;
  /** Whether there was a connection before: the first one is not a reconnect. */
  readonly met: boolean;
}

/** Parts of the outside world the connection uses. */
export interface LiveConnectionDependencies {
  readonly socket: LiveSocket;
  readonly now: () => number;
  readonly after: (ms: number, work: () => void) => void;
  /** Renews the access token after the gateway refused it; false when nobody is signed in any more. */
  readonly renewToken: () => Promise<boolean>;
}

const ACK_TIMEOUT_MS = 5_000;
/** Orders may have to wait for services behind the gateway. */
const ORDER_TIMEOUT_MS = 20_000;
const RETRY_MS = 1_000;
const REFUSED: ReadonlySet<string> = new Set(['TOKEN_EXPIRED', 'NOT_AUTHENTICATED', 'INVALID_CREDENTIALS']);

/** The one socket of the app. Pages take channels; after a reconnect every taken channel is subscribed again without a word. */
export class LiveConnection {
  private readonly channels = new Map<string, number>();
  private readonly linkListeners = new Set<() => void>();
  private readonly catchUpListeners = new Set<() => void>();
  private link: LinkState;
  private closed = false;

  constructor(private readonly dependencies: LiveConnectionDependencies) {
    this.link = { online: false, since: dependencies.now(), met: false };
    const { socket } = dependencies;
    socket.on('connect', () => this.connected());
    socket.on('disconnect', (reason: string) => this.disconnected(reason));
    socket.on('connect_error', (error: Error & { data?: { code?: string } }) => this.refused(error));
  }

  /** Connects; the token is taken at each attempt by the socket itself. */
  open(): void {
    this.closed = false;
    this.dependencies.socket.connect();
  }

  /** Ends the connection for good. */
  close(): void {
    this.closed = true;
    this.dependencies.socket.disconnect();
  }

  /** Takes a channel until the returned function is called. Many takers share one subscription. */
  take(channel: string): () => void {
    const takers = this.channels.get(channel) ?? 0;
    this.channels.set(channel, takers + 1);
    if (takers === 0 && this.dependencies.socket.connected) {
      this.subscribe([channel]);
    }
    let released = false;
    return () => {
      if (!released) {
        released = true;
        this.release(channel);
      }
    };
  }

  /** Asks for a channel's snapshot again. */
  resubscribe(channel: string): void {
    if (this.channels.has(channel) && this.dependencies.socket.connected) {
      this.subscribe([channel]);
    }
  }

  /** Hears a server message until the returned function is called. */
  hear<Name extends keyof ServerMessages>(name: Name, listener: (message: ServerMessages[Name]) => void): () => void {
    this.dependencies.socket.on(name, listener as (...args: never[]) => void);
    return () => void this.dependencies.socket.off(name, listener as (...args: never[]) => void);
  }

  /** Gives an order over the socket. @returns its acknowledgement; a refusal of our own when there is none in time */
  ask<Name extends keyof ClientMessages>(name: Name, message: ClientMessages[Name]): Promise<SocketAck> {
    return new Promise((resolve) => {
      this.dependencies.socket.timeout(ORDER_TIMEOUT_MS).emit(name, message, (error, ack) => {
        resolve(error !== null || ack === undefined ? { ok: false, error: { code: 'SERVICE_UNAVAILABLE', message: 'Capstan does not answer' } } : ack);
      });
    });
  }

  /** State of the link; a new object with each change. */
  readonly linkState = (): LinkState => this.link;

  /** Calls `listener` after each change of the link. */
  readonly onLinkChange = (listener: () => void): (() => void) => {
    this.linkListeners.add(listener);
    return () => this.linkListeners.delete(listener);
  };

  /** Calls `listener` after each reconnect: what was read over REST may be old. */
  onCatchUp(listener: () => void): () => void {
    this.catchUpListeners.add(listener);
    return () => this.catchUpListeners.delete(listener);
  }

  private release(channel: string): void {
    const takers = (this.channels.get(channel) ?? 1) - 1;
    if (takers > 0) {
      this.channels.set(channel, takers);
      return;
    }
    this.channels.delete(channel);
    if (this.dependencies.socket.connected) {
      this.dependencies.socket.timeout(ACK_TIMEOUT_MS).emit('unsubscribe', { channels: [channel] } satisfies ClientMessages['unsubscribe'], () => undefined);
    }
  }

  private subscribe(channels: string[]): void {
    this.dependencies.socket.timeout(ACK_TIMEOUT_MS).emit('subscribe', { channels } satisfies ClientMessages['subscribe'], (error, ack) => {
      const unanswered = error !== null || ack?.error?.code === 'SERVICE_UNAVAILABLE' || ack?.error?.code === 'RPC_TIMEOUT';
      if (unanswered) {
        this.dependencies.after(RETRY_MS, () => channels.forEach((channel) => this.resubscribe(channel)));
      }
    });
  }

  private connected(): void {
    const reconnected = this.link.met;
    this.setLink({ online: true, since: this.dependencies.now(), met: true });
    const taken = [...this.channels.keys()];
    for (let i = 0; i < taken.length; i += 50) {
      this.subscribe(taken.slice(i, i + 50));
    }
    if (reconnected) {
      this.catchUpListeners.forEach((listener) => listener());
    }
  }

  private disconnected(reason: string): void {
    this.setOffline();
    // The client reconnects by itself except when the server ended the connection, e.g. because the token expired.
    if (reason === 'io server disconnect' && !this.closed) {
      void this.renewAndConnect();
    }
  }

  private refused(error: Error & { data?: { code?: string } }): void {
    this.setOffline();
    if (this.closed || error.data?.code === undefined) {
      return;
    }
    if (REFUSED.has(error.data.code)) {
      void this.renewAndConnect();
    } else {
      // A refusal by the server's middleware ends the client's own retries.
      this.dependencies.after(RETRY_MS, () => this.connectAgain());
    }
  }

  private async renewAndConnect(): Promise<void> {
    const renewed = await this.dependencies.renewToken().catch(() => true);
    if (renewed) {
      this.dependencies.after(RETRY_MS / 4, () => this.connectAgain());
    }
  }

  private connectAgain(): void {
    if (!this.closed && !this.dependencies.socket.connected) {
      this.dependencies.socket.connect();
    }
  }

  private setOffline(): void {
    if (this.link.online) {
      this.setLink({ online: false, since: this.dependencies.now(), met: true });
    }
  }

  private setLink(link: LinkState): void {
    this.link = link;
    this.linkListeners.forEach((listener) => listener());
  }
}
