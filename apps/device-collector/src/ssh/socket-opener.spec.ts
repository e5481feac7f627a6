import net from 'node:net';
import { directTcp } from './socket-opener.client';

describe('the way straight over TCP', () => {
  it('waits for no acknowledgement before it sends small packets, from the first byte', async () => {
    const server = net.createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connecting = jest.spyOn(net, 'connect');
    try {
      const { port } = server.address() as net.AddressInfo;
      (await directTcp.open({ host: '127.0.0.1', port }, new AbortController().signal)).destroy();
      // Set with the connection, not when the login is over: by then Nagle's algorithm has cost two round trips.
      expect(connecting.mock.calls.map(([options]) => options)).toEqual([expect.objectContaining({ port, noDelay: true })]);
    } finally {
      connecting.mockRestore();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
