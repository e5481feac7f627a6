import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelView, type Envelope, notificationRpc, type RuleView, sessionEvents } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { EXCHANGES } from '@capstan/messaging';
import { provisionSchema } from '@capstan/persistence';
import { migrate, type RunningService, startService } from '@capstan/service-kit';
import { Participant, TEST_ROLE_PASSWORD, testDatabase, type TestDatabase, testVhost, type TestVhost } from '@capstan/testing';
import { readNotifierConfig } from '../src/config';
import { notifierDefinition } from '../src/notifier.definition';

/** The whole service on a real database and a real broker, with somebody who states facts and asks questions. */
export class NotifierStage {
  readonly running: RunningService[] = [];
  readonly facts: Envelope[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly vhost: TestVhost,
    private readonly folder: string,
    readonly gateway: Participant,
    readonly orchestrator: Participant,
    private readonly environment: Record<string, string>,
  ) {}

  static async set(settings: Record<string, string> = {}): Promise<NotifierStage> {
    const [database, vhost, folder] = await Promise.all([testDatabase(), testVhost(), mkdtemp(join(tmpdir(), 'capstan-notifier-'))]);
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'notifier', password: TEST_ROLE_PASSWORD });
    const environment = { DATABASE_URL: url, RABBITMQ_URL: vhost.url, LOG_LEVEL: 'fatal', CAPSTAN_VAULT_KEY_FILE: join(folder, 'vault-key'), CAPSTAN_WEBHOOK_NETWORKS: '127.0.0.0/8', CAPSTAN_DELIVERY_TIMEOUT_SEC: '1', CAPSTAN_DELIVERY_RETRY_MAX_SEC: '1', ...settings };
    await migrate(notifierDefinition(readNotifierConfig(environment)));
    const stage = new NotifierStage(database, vhost, folder, await Participant.join(vhost.url, 'capstan/gateway'), await Participant.join(vhost.url, 'capstan/capture-orchestrator'), environment);
    await stage.start('first');
    await stage.gateway.listen(EXCHANGES.events, (envelope) => stage.facts.push(envelope));
    return stage;
  }

  async start(instance: string): Promise<RunningService> {
    const service = await startService(notifierDefinition(readNotifierConfig({ ...this.environment, CAPSTAN_INSTANCE: instance })));
    this.running.push(service);
    return service;
  }

  async stop(service: RunningService): Promise<void> {
    this.running.splice(this.running.indexOf(service), 1);
    await service.stop();
  }

  async strike(): Promise<void> {
    for (const service of [...this.running]) {
      await this.stop(service);
    }
    await Promise.all([this.gateway.leave(), this.orchestrator.leave()]);
    await this.database.drop();
    await this.vhost.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  async channel(fields: Record<string, unknown>): Promise<ChannelView> {
    const channel_id = systemIds.next();
    return (await this.gateway.ask(notificationRpc.createChannel, { channel_id, fields: { name: `channel ${channel_id}`, ...fields } } as never)).channel;
  }

  async rule(channels: readonly ChannelView[], overrides: Record<string, unknown> = {}): Promise<RuleView> {
    const rule_id = systemIds.next();
    const rule = { name: `rule ${rule_id}`, topics: ['session.failed'], channel_ids: channels.map(({ channel_id }) => channel_id), ...overrides };
    return (await this.gateway.ask(notificationRpc.createRule, { rule_id, rule } as never)).rule;
  }

  /** States that a session failed. @returns its name */
  sessionFails(name: string, id = systemIds.next()): void {
    const at = new Date(systemClock.now()).toISOString();
    const nothing = { t0: null, capture_started_at: null, stop_requested_at: null, cancel_requested_at: null, paused_at: null, start_spread_ms: null, retry_of: null, hold: null, duration_sec: null };
    const session = {
      ...nothing,
      session_id: id,
      name,
      kinds: ['packet-capture'],
      state: 'failed',
      sequence: 9,
      options: { arm_timeout_sec: 90, allow_partial: true, max_attempts: 2 },
      created_at: at,
      created_by: { type: 'user', id: 'u', name: 'U' },
      pausable: false,
      paused_ms: 0,
      completed_at: at,
      target_count: 3,
      completed_count: 0,
      failed_count: 3,
      artifact_count: 0,
      artifact_bytes: 0,
      metrics: {},
      download_available: false,
      targets: [],
    };
    this.orchestrator.publish(EXCHANGES.events, sessionEvents.finished.type, { session });
  }
}
