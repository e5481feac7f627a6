import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes } from '@capstan/contracts';
import { type ChannelModel, connect } from 'amqplib';
import { ROOT } from '../src';
import { System } from './system';

/** Runs the example client as a person would. */
function publish(jobFile: string, url: string, dist: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(dist, 'publish-job.mjs'), jobFile], { env: { ...process.env, CAPSTAN_PUBLISHER_URL: url, CAPSTAN_WAIT_SEC: '60' } }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }));
  });
}

describe('jobs from other services', () => {
  let system: System;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    // Below the root, where the example finds its one dependency.
    folder = mkdtempSync(path.join(ROOT, 'node_modules', '.capstan-example-'));
    execFileSync(path.join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', path.join(ROOT, 'examples', 'publish-job'), '--outDir', folder], { stdio: 'pipe' });
    system = await System.start(['--hosts', '2'], { ownBroker: true });
    url = system.stack.publisherUrl ?? '';
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function job(data: unknown): string {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'capstan-job-')), 'job.json');
    writeFileSync(file, JSON.stringify(data));
    return file;
  }

  it('carries out a published session and answers with facts of the same correlation id', async () => {
    const host = system.host(1);
    const { credential } = await system.api.call(routes.createCredential, { body: { name: 'for jobs', kind: 'ssh_key', username: 'root', private_key: host.private_key } as never });
    const file = job({ name: 'From another service', duration_sec: 5, targets: [{ kind: 'packet-capture', device_type: 'linux', host: host.host, interface: 'eth0', credential_id: credential.credential_id }] });
    const { code, output } = await publish(file, url, folder);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('completed') });
    const { sessions } = await system.api.call(routes.listSessions, { query: { q: 'From another' } });
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({ state: 'completed', created_by: { type: 'service' } });
  }, 90_000);

  it('answers a bad one with the problem details of the API, and stores nothing', async () => {
    const before = await system.api.call(routes.listSessions);
    const { code, output } = await publish(job({ duration_sec: 5, targets: [{ kind: 'packet-capture', device_type: 'linux', host: '10.0.0.1; reboot', credential_id: 'not a uuid', colour: 'red' }] }), url, folder);
    expect(code).toBe(1);
    expect(output).toContain('VALIDATION_FAILED');
    expect(output).toContain('targets.0.host');
    expect((await system.api.call(routes.listSessions)).total).toBe(before.total);
  }, 60_000);

  it.each([
    ['publish a fact', async (model: ChannelModel) => refusalOf(model, (channel) => channel.publish('capstan.events', 'session.finished.v1', Buffer.from('{}')))],
    ['order a worker', async (model: ChannelModel) => refusalOf(model, (channel) => channel.publish('capstan.commands', 'device-collector.run-task.v1', Buffer.from('{}')))],
    ['read a queue of a service', async (model: ChannelModel) => refusalOf(model, (channel) => channel.consume('device-collector.commands', () => undefined))],
    ['ask a question', async (model: ChannelModel) => refusalOf(model, (channel) => channel.publish('capstan.rpc', 'device-collector', Buffer.from('{}')))],
  ])('refuses the publisher to %s', async (_, attempt) => {
    const model = await connect(url);
    try {
      await expect(attempt(model)).resolves.toMatch(/ACCESS_REFUSED/);
    } finally {
      await model.close();
    }
  });
});

/** What the broker says when it closes the channel. */
async function refusalOf(model: ChannelModel, attempt: (channel: Awaited<ReturnType<ChannelModel['createConfirmChannel']>>) => unknown): Promise<string> {
  const channel = await model.createConfirmChannel();
  const refused = new Promise<string>((resolve) => channel.once('error', (error: Error) => resolve(error.message)));
  Promise.resolve(attempt(channel)).catch(() => undefined);
  await channel.waitForConfirms().catch(() => undefined);
  return Promise.race([refused, new Promise<string>((resolve) => setTimeout(() => resolve('the broker allowed it'), 5_000).unref())]);
}
