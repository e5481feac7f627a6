import { ConfigurationError } from '@capstan/service-kit';
import { readGatewayConfig } from './config';

const valid = { DATABASE_URL: 'postgres://u@h/d', RABBITMQ_URL: 'amqp://h', CAPSTAN_TOKEN_KEY: Buffer.alloc(32, 1).toString('base64') };

describe(readGatewayConfig.name, () => {
  it('has the defaults a laptop needs', () => {
    expect(readGatewayConfig(valid)).toMatchObject({ CAPSTAN_HOST: '127.0.0.1', CAPSTAN_PORT: 8_080, CAPSTAN_TRUST_PROXY: 0, CAPSTAN_AUDIT_DAYS: 365 });
  });

  it('takes an empty administrator password for none', () => {
    expect(readGatewayConfig({ ...valid, CAPSTAN_ADMIN_PASSWORD: '' }).CAPSTAN_ADMIN_PASSWORD).toBeUndefined();
  });

  it('refuses a key that is too short, without repeating it', () => {
    const short = Buffer.from('canary').toString('base64');
    expect(() => readGatewayConfig({ ...valid, CAPSTAN_TOKEN_KEY: short })).toThrow(ConfigurationError);
    expect(() => readGatewayConfig({ ...valid, CAPSTAN_TOKEN_KEY: short })).toThrow(expect.objectContaining({ message: expect.not.stringContaining(short) }));
  });
});
