import { enginePolicyOf, orchestratorConfig } from './config';

const valid = { DATABASE_URL: 'postgres://u:p@localhost/capstan', RABBITMQ_URL: 'amqp://u:p@localhost/', OBJECT_STORE_DIR: '/tmp/objects' };

describe(orchestratorConfig.name, () => {
  it('has a default for every time limit', () => {
    expect(enginePolicyOf(orchestratorConfig(valid))).toEqual({
      leadMs: 300,
      scheduleToStartMs: 30_000,
      queueLimitMs: 43_200_000,
      heartbeatMs: 45_000,
      collectAllowanceMs: 3_600_000,
      cancelAllowanceMs: 300_000,
      openEndedLimitMs: 7 * 24 * 3_600_000,
      pauseLimitMs: 3_600_000,
      settleMs: 5_000,
    });
  });

  it('refuses a lead that no message can keep', () => {
    expect(() => orchestratorConfig({ ...valid, CAPSTAN_START_LEAD_MS: '1' })).toThrow(/CAPSTAN_START_LEAD_MS/);
  });
});
