import { baseSettings, ConfigurationError, readConfig } from './config';

const valid = { DATABASE_URL: 'postgres://u:p@localhost/capstan', RABBITMQ_URL: 'amqp://u:p@localhost/' };

describe(readConfig.name, () => {
  it('fills in the defaults', () => {
    expect(readConfig('gateway', baseSettings, valid)).toMatchObject({ LOG_LEVEL: 'info', CAPSTAN_OPS_PORT: 0, CAPSTAN_SHUTDOWN_SEC: 25 });
  });

  it('treats an empty optional setting as absent', () => {
    expect(readConfig('gateway', baseSettings, { ...valid, OTEL_EXPORTER_OTLP_ENDPOINT: '' }).OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  it('lists every wrong variable at once and repeats no value', () => {
    const read = (): unknown => readConfig('gateway', baseSettings, { DATABASE_URL: 'mysql://hunter2@x', LOG_LEVEL: 'loud' });
    expect(read).toThrow(ConfigurationError);
    try {
      read();
    } catch (error) {
      const { problems, message } = error as ConfigurationError;
      expect(problems.map((problem) => problem.variable).sort()).toEqual(['DATABASE_URL', 'LOG_LEVEL', 'RABBITMQ_URL']);
      expect(message).not.toContain('hunter2');
      expect(message).not.toContain('loud');
    }
  });
});
