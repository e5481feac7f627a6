import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually, LeakCheck, TcpProxy } from '../src/index';

describe(TcpProxy.name, () => {
  const leaks = new LeakCheck();
  let echo: Server;
  let sut: TcpProxy;
  const clients: Socket[] = [];

  async function dial(): Promise<{ socket: Socket; received: () => string }> {
    const socket = connect({ host: '127.0.0.1', port: sut.port });
    clients.push(socket);
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    await once(socket, 'connect');
    return { socket, received: () => text };
  }

  beforeEach(async () => {
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const address = echo.address();
    sut = await TcpProxy.start({ port: address !== null && typeof address === 'object' ? address.port : 0 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.destroy();
    }
    await sut.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  afterAll(async () => {
    await leaks.assertClean();
  });

  it('passes bytes both ways, and the end of a stream as such', async () => {
    const { socket, received } = await dial();
    socket.end('hello');
    await once(socket, 'end');
    expect(received()).toBe('hello');
    await eventually(() => expect(sut.connections).toBe(0));
  });

  it('passes much data unchanged to a slow reader', async () => {
    const { socket } = await dial();
    const sent = Buffer.alloc(20_000_000, 'capstan');
    let size = 0;
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => {
      size += data.length;
    });
    socket.end(sent);
    await once(socket, 'end');
    expect(size).toBe(sent.length);
  });

  it('delays without changing the order', async () => {
    const { socket, received } = await dial();
    sut.delay(60);
    const start = performance.now();
    socket.write('one ');
    await eventually(() => expect(received()).toBe('one '));
    expect(performance.now() - start).toBeGreaterThanOrEqual(110);
    socket.write('two ');
    sut.delay(0);
    socket.write('three');
    await eventually(() => expect(received()).toBe('one two three'));
  });

  it('holds everything back while frozen and delivers it afterwards', async () => {
    const { socket, received } = await dial();
    sut.freeze();
    socket.write('patience');
    const late = await dial();
    late.socket.write('also');
    expect(sut.connections).toBeGreaterThanOrEqual(1);
    await eventually(() => expect(sut.connections).toBe(2));
    expect(received() + late.received()).toBe('');
    await sut.restore();
    await eventually(() => expect([received(), late.received()]).toEqual(['patience', 'also']));
  });

  it('resets connections when cut, and takes new ones', async () => {
    const { socket } = await dial();
    await eventually(() => expect(sut.connections).toBe(1));
    const reset = once(socket, 'error');
    sut.cut();
    await expect(reset).resolves.toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
    const again = await dial();
    again.socket.write('back');
    await eventually(() => expect(again.received()).toBe('back'));
  });

  it('refuses connections until it is restored, on the same port', async () => {
    const { port } = sut;
    await sut.refuse();
    const socket = connect({ host: '127.0.0.1', port });
    clients.push(socket);
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await sut.restore();
    expect(sut.port).toBe(port);
    const { received, socket: back } = await dial();
    back.write('back');
    await eventually(() => expect(received()).toBe('back'));
  });

  it('rewrites an address to lead through itself', () => {
    expect(sut.through('amqp://user:p%40ss@127.0.0.1:5672/vhost')).toBe(`amqp://user:p%40ss@127.0.0.1:${sut.port}/vhost`);
  });
});

describe(LeakCheck.name, () => {
  it('names what was left open, and is content once it is closed', async () => {
    const check = new LeakCheck();
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(check.assertClean(50)).rejects.toThrow(/1 × TCPServerWrap/);
    await new Promise((resolve) => server.close(resolve));
    await expect(check.assertClean()).resolves.toBeUndefined();
  });

  it('names a child process that still runs', async () => {
    const check = new LeakCheck();
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    await expect(check.assertClean(50)).rejects.toThrow(/process \d+: sleep 60/);
    child.kill();
    await once(child, 'exit');
    await expect(check.assertClean()).resolves.toBeUndefined();
  });
});
