import { parseParkingOrder } from './arguments';

describe(parseParkingOrder.name, () => {
  it.each([
    [['parking', 'list', '--service', 'gateway'], { action: 'list', service: 'gateway', all: false }],
    [['parking', 'redrive', '--service', 'device-collector', '--limit', '5'], { action: 'redrive', service: 'device-collector', limit: 5, all: false }],
    [['parking', 'purge', '--service', 'gateway', '--id', 'a', '--id', 'b'], { action: 'purge', service: 'gateway', ids: ['a', 'b'], all: false }],
    [['parking', 'purge', '--service', 'gateway', '--all'], { action: 'purge', service: 'gateway', all: true }],
  ])('understands %j', (argv, order) => {
    expect(parseParkingOrder(argv)).toEqual(expect.objectContaining(order));
  });

  it.each([
    [[], 'The first word'],
    [['queues', 'list'], 'The first word'],
    [['parking', 'delete', '--service', 'gateway'], 'Unknown action'],
    [['parking', 'list'], '--service is needed'],
    [['parking', 'list', '--service', 'nobody'], 'Unknown service'],
    [['parking', 'list', '--service', 'gateway', '--limit', '0'], '--limit'],
    [['parking', 'show', '--service', 'gateway'], 'show needs one --id'],
    [['parking', 'purge', '--service', 'gateway'], 'purge deletes for good'],
    [['parking', 'list', '--service', 'gateway', '--force'], 'force'],
  ])('refuses %j: %s', (argv, message) => {
    expect(() => parseParkingOrder(argv)).toThrow(message);
  });
});
