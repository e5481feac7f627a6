import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

  describe('with settings in files', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'settings-'));
    const file = path.join(dir, 'database-url');
    writeFileSync(file, 'postgres://u:secret@db/capstan\n');
    afterAll(() => rmSync(dir, { recursive: true }));

    it('takes a file’s content without its last line break', () => {
      expect(readConfig('gateway', baseSettings, { RABBITMQ_URL: valid.RABBITMQ_URL, DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://u:secret@db/capstan');
    });

    it('refuses a setting that is given twice', () => {
      expect(() => readConfig('gateway', baseSettings, { ...valid, DATABASE_URL_FILE: file })).toThrow(/DATABASE_URL: is set, and so is DATABASE_URL_FILE/);
    });

    it('names the variable whose file is not there', () => {
      expect(() => readConfig('gateway', baseSettings, { RABBITMQ_URL: valid.RABBITMQ_URL, DATABASE_URL_FILE: path.join(dir, 'none') })).toThrow(/DATABASE_URL_FILE: names a file that cannot be read \(ENOENT\)/);
    });
  });
});
