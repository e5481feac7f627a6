import { randomBytes } from 'node:crypto';
import { type BrokerAddress, erlangBinary, evaluateInBroker } from '@capstan/backing-services';
import { eventually } from './eventually';
import { rabbitmqForTests } from './test-services';

/** A virtual host of one test file. */
export interface TestVhost {
  /** Of an administrator, to this virtual host. */
  url: string;
  name: string;
  /**
   * Removes the virtual host with all that is in it.
   * @throws Error when connections to it were still open: one somebody forgot to close.
   */
  remove(): Promise<void>;
}

/** What a broker is asked to do with a virtual host. */
interface VhostControl {
  create(name: string, user: string): Promise<void>;
  connections(name: string): Promise<number>;
  remove(name: string): Promise<void>;
}

function nodeControl(address: BrokerAddress): VhostControl {
  const actor = erlangBinary('capstan-test');
  return {
    create: async (name, user) => {
      const vhost = erlangBinary(name);
      const all = erlangBinary('.*');
      await evaluateInBroker(
        address,
        `rabbit_vhost:add(${vhost}, ${actor}), rabbit_auth_backend_internal:set_permissions(${erlangBinary(user)}, ${vhost}, ${all}, ${all}, ${all}, ${actor})`,
      );
    },
    connections: async (name) => Number(await evaluateInBroker(address, `length(rabbit_connection_tracking:list(${erlangBinary(name)}))`)),
    remove: async (name) => {
      await evaluateInBroker(address, `rabbit_vhost:delete(${erlangBinary(name)}, ${actor})`);
    },
  };
}

function managementControl(url: string): VhostControl {
  const base = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(new URL(`/api/${path}`, `${base.protocol}//${base.host}`), {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`The broker's management API answered ${response.status} to ${method} ${path}`);
    }
    return response;
  };
  return {
    create: async (name, user) => {
      await call('PUT', `vhosts/${name}`);
      await call('PUT', `permissions/${name}/${encodeURIComponent(user)}`, { configure: '.*', write: '.*', read: '.*' });
    },
    connections: async (name) => ((await (await call('GET', `vhosts/${name}/connections`)).json()) as unknown[]).length,
    remove: async (name) => {
      await call('DELETE', `vhosts/${name}`);
    },
  };
}

/** Makes a fresh virtual host; takes about 30 ms on the local broker. */
export async function testVhost(): Promise<TestVhost> {
  const broker = await rabbitmqForTests();
  const control = broker.control.kind === 'node' ? nodeControl(broker.control.address) : managementControl(broker.control.url);
  const name = `test-${process.env['JEST_WORKER_ID'] ?? '0'}-${randomBytes(6).toString('hex')}`;
  const url = new URL(broker.url);
  await control.create(name, decodeURIComponent(url.username));
  url.pathname = `/${name}`;
  const remove = async (): Promise<void> => {
    const left = await eventually(
      async () => {
        const open = await control.connections(name);
        if (open > 0) {
          throw new Error(`${open} connections`);
        }
      },
      { timeoutMs: 3_000 },
    ).then(
      () => undefined,
      (error: unknown) => error,
    );
    await control.remove(name);
    if (left !== undefined) {
      throw new Error('Connections to the virtual host of the test were left open', { cause: left });
    }
  };
  return { url: url.toString(), name, remove };
}
