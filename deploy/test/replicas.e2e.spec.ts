import { readFileSync } from 'node:fs';
import path from 'node:path';
import { routes, SERVICES } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import { addDevices, ApiClient, collect } from '../src';
import { System } from './system';

const REPLICAS = 3;
const DEVICES = 60;

describe(`${REPLICAS} processes of every service`, () => {
  let system: System;
  let apis: readonly ApiClient[];

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--cameras', '0', '--voice-gear', '0', '--fleet', String(DEVICES), '--fleet-payload', 'small', '--fleet-think', '200,400', '--fleet-port', '20322'], {
      environment: { CAPSTAN_REPLICAS: String(REPLICAS), CAPSTAN_COLLECTION_RAMP_PER_SEC: '30' },
    });
    apis = await Promise.all(
      system.stack.addresses.map(async (address) => {
        const api = new ApiClient(address);
        await api.signIn('admin', system.adminPassword);
        return api;
      }),
    );
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  const via = (index: number): ApiClient => apis[index] as ApiClient;
  const logOf = (service: string, replica: number): string => readFileSync(path.join(system.dataDir, 'logs', `${replica === 0 ? service : `${service}-${replica + 1}`}.log`), 'utf8');

  it('are all there, whichever gateway is asked', async () => {
    expect(Object.keys(system.stack.pids()).filter((name) => SERVICES.some((service) => name.startsWith(service)))).toHaveLength(REPLICAS * SERVICES.length);
    await eventually(
      async () => {
        for (const api of apis) {
          const { services, ready } = await api.call(routes.system, {});
          expect(ready).toBe(true);
          expect(services.map(({ service }) => service)).toEqual([...SERVICES]);
        }
      },
      { timeoutMs: 20_000 },
    );
  }, 30_000);

  it('share the work of a collection, which every gateway shows', async () => {
    const devices = system.lab.inventory.cli_devices.slice(0, DEVICES);
    const ids = await addDevices(via(0), devices);
    // Ordered and watched at the second gateway, of devices that the first has been told of.
    const { job, devices: results } = await collect(via(1), [...ids.values()], { types: ['version'], workers: 45, timeoutMs: 60_000 });
    expect(results.filter(({ status }) => status !== 'success').map(({ device_name: name, status }) => [name, status])).toEqual([]);
    expect((await via(2).call(routes.getCollection, { params: { job_id: job.job_id } })).devices).toHaveLength(DEVICES);
    const shares = Array.from({ length: REPLICAS }, (_, replica) => logOf('device-collector', replica).split('Task completed').length - 1);
    expect(shares.reduce((sum, share) => sum + share)).toBe(DEVICES);
    const even = DEVICES / REPLICAS;
    expect({ shares, apart: Math.max(...shares.map((share) => Math.abs(share - even))) <= 0.2 * even }).toEqual({ shares, apart: true });
  }, 90_000);
});
