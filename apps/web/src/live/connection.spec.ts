import type { SocketAck } from '@capstan/contracts';
import { LiveConnection, type LiveSocket } from './connection';

class FakeSocket implements LiveSocket {
  connected = false;
  connects = 0;
  readonly sent: { event: string; payload: { channels: string[] } }[] = [];
  answer: (channels: string[]) => SocketAck = () => ({ ok: true });
  private readonly listeners = new Map<string, Set<(...args: never[]) => void>>();

  connect(): void {
    this.connects += 1;
  }
  disconnect(): void {
    this.connected = false;
  }
  on(event: string, listener: (...args: never[]) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }
  off(event: string, listener: (...args: never[]) => void): void {
    this.listeners.get(event)?.delete(listener);
  }
  timeout() {
    return {
      emit: (event: string, payload: unknown, done: (error: Error | null, ack?: SocketAck) => void) => {
        this.sent.push({ event, payload: payload as { channels: string[] } });
        done(null, this.answer((payload as { channels: string[] }).channels));
      },
    };
  }
  happen(event: string, ...args: unknown[]): void {
    this.connected = event === 'connect' ? true : event === 'disconnect' ? false : this.connected;
    this.listeners.get(event)?.forEach((listener) => (listener as (...all: unknown[]) => void)(...args));
  }
}

function setup(renewToken = () => Promise.resolve(true)) {
  const socket = new FakeSocket();
  const later: (() => void)[] = [];
  const sut = new LiveConnection({ socket, now: () => 42, after: (_ms, work) => later.push(work), renewToken });
  sut.open();
  return { sut, socket, runLater: () => later.splice(0).forEach((work) => work()) };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe(LiveConnection.name, () => {
  it('subscribes what was taken before the connection stood', () => {
    const { sut, socket } = setup();
    sut.take('sessions');
    expect(socket.sent).toEqual([]);
    socket.happen('connect');
    expect(socket.sent).toEqual([{ event: 'subscribe', payload: { channels: ['sessions'] } }]);
  });

  it('subscribes a channel once for many takers and leaves it after the last', () => {
    const { sut, socket } = setup();
    socket.happen('connect');
    const one = sut.take('sessions');
    const two = sut.take('sessions');
    one();
    one();
    expect(socket.sent).toHaveLength(1);
    two();
    expect(socket.sent.at(-1)).toEqual({ event: 'unsubscribe', payload: { channels: ['sessions'] } });
  });

  it('subscribes again after a reconnect and lets lists catch up, but not after the first connection', () => {
    const { sut, socket } = setup();
    const caughtUp = jest.fn();
    sut.onCatchUp(caughtUp);
    sut.take('session:1');
    socket.happen('connect');
    expect(caughtUp).not.toHaveBeenCalled();
    socket.happen('disconnect', 'transport close');
    expect(sut.linkState()).toEqual({ online: false, since: 42, met: true });
    socket.happen('connect');
    expect(socket.sent).toHaveLength(2);
    expect(caughtUp).toHaveBeenCalledTimes(1);
    expect(sut.linkState().online).toBe(true);
  });

  it('asks again when the snapshot could not be made', () => {
    const { sut, socket, runLater } = setup();
    socket.happen('connect');
    socket.answer = () => ({ ok: false, error: { code: 'SERVICE_UNAVAILABLE', message: 'away' } });
    sut.take('session:1');
    socket.answer = () => ({ ok: true });
    runLater();
    expect(socket.sent).toHaveLength(2);
    runLater();
    expect(socket.sent).toHaveLength(2);
  });

  it.each([
    ['connect_error', [{ data: { code: 'TOKEN_EXPIRED' } }]],
    ['disconnect', ['io server disconnect']],
  ])('renews the token and connects again after %s', async (event, args) => {
    const { socket, runLater } = setup();
    socket.happen(event, ...args);
    await settled();
    runLater();
    expect(socket.connects).toBe(2);
  });

  it('stays away when nobody is signed in any more', async () => {
    const { socket, runLater } = setup(() => Promise.resolve(false));
    socket.happen('connect_error', { data: { code: 'NOT_AUTHENTICATED' } });
    await settled();
    runLater();
    expect(socket.connects).toBe(1);
  });

  it('leaves a broken network to the client, which tries again by itself', async () => {
    const { socket, runLater } = setup();
    socket.happen('connect_error', new Error('websocket error'));
    await settled();
    runLater();
    expect(socket.connects).toBe(1);
  });
});
