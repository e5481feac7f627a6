import { ALL_PERMISSIONS, brokerConfig, brokerDefinitions, passwordHash } from './rabbitmq-config';

describe(passwordHash.name, () => {
  it('is what RabbitMQ documents for its example', () => {
    // Source: RabbitMQ's guide "Credentials and Passwords", salt 908D C60A, password test12.
    expect(passwordHash('test12', Buffer.from('908DC60A', 'hex'))).toBe('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR');
  });

  it('differs for the same password', () => {
    expect(passwordHash('same')).not.toBe(passwordHash('same'));
  });
});

describe(brokerDefinitions.name, () => {
  it('holds users, permissions and every virtual host they name, and no password', () => {
    const text = brokerDefinitions([
      { name: 'worker', password: 'hunter2', tags: ['monitoring', 'policymaker'], permissions: [ALL_PERMISSIONS, { vhost: 'side', configure: '^$', write: '^$', read: '.*' }] },
      { name: 'idle', password: 'hunter3' },
    ]);
    expect(text).not.toContain('hunter');
    expect(JSON.parse(text)).toMatchObject({
      vhosts: [{ name: '/' }, { name: 'side' }],
      users: [
        { name: 'worker', tags: 'monitoring,policymaker' },
        { name: 'idle', tags: '' },
      ],
      permissions: [
        { user: 'worker', vhost: '/', configure: '.*', write: '.*', read: '.*' },
        { user: 'worker', vhost: 'side', configure: '^$', write: '^$', read: '.*' },
      ],
    });
  });
});

describe(brokerConfig.name, () => {
  it('listens on loopback and loads the definitions', () => {
    const lines = brokerConfig(5699, '/data/definitions.json').split('\n');
    expect(lines).toContain('listeners.tcp.1 = 127.0.0.1:5699');
    expect(lines).toContain('load_definitions = /data/definitions.json');
  });
});
