import { withHeartbeat } from './broker-connection.client';

describe(withHeartbeat.name, () => {
  it('asks for a heartbeat and leaves one that is set alone', () => {
    expect(withHeartbeat('amqp://u:p%2F@h:5672/v%2Fh')).toBe('amqp://u:p%2F@h:5672/v%2Fh?heartbeat=10');
    expect(withHeartbeat('amqps://h/v?heartbeat=3')).toBe('amqps://h/v?heartbeat=3');
  });
});
