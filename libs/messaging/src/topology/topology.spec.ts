import { SERVICES } from '@capstan/contracts';
import { platformCatalogue } from '../messaging-catalogue';
import { EXCHANGES, RETRY_TIERS } from './names';
import { deriveTopology, mustBeRouted, rpcQueue } from './topology';

const sut = deriveTopology(platformCatalogue);

describe(deriveTopology.name, () => {
  it('has the exchanges of the platform', () => {
    expect(sut.exchanges.map(({ name, type, alternate }) => [name, type, alternate])).toEqual([
      ['capstan.unroutable', 'fanout', undefined],
      ['capstan.rpc', 'direct', undefined],
      ['capstan.commands', 'topic', 'capstan.unroutable'],
      ['capstan.events', 'topic', undefined],
      ['capstan.progress', 'topic', undefined],
      ['capstan.control', 'fanout', undefined],
      ['capstan.parking', 'direct', undefined],
      ['capstan.retry.5s', 'fanout', undefined],
      ['capstan.retry.30s', 'fanout', undefined],
      ['capstan.retry.5m', 'fanout', undefined],
    ]);
  });

  it('gives a queue of work a delivery limit and parks what exceeds it, without losing it on the way', () => {
    expect(sut.queues.find(({ name }) => name === 'capture-orchestrator.commands')?.arguments).toEqual({
      'x-queue-type': 'quorum',
      'x-delivery-limit': 10,
      'x-dead-letter-exchange': 'capstan.parking',
      'x-dead-letter-routing-key': 'capture-orchestrator.parking',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
  });

  it('lets a retry tier lead back to the queue the message came from', () => {
    expect(sut.queues.find(({ name }) => name === 'capstan.retry.30s')?.arguments).toEqual({
      'x-queue-type': 'quorum',
      'x-message-ttl': 30_000,
      'x-dead-letter-exchange': '',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
    expect(RETRY_TIERS.map(({ delayMs }) => delayMs)).toEqual([5_000, 30_000, 300_000]);
  });

  it('parks for every service, orders to every owner, and facts to every subscriber, each by its type', () => {
    const names = sut.queues.map(({ name }) => name);
    for (const service of SERVICES) {
      expect(names).toContain(`${service}.parking`);
      expect(names.includes(`${service}.commands`)).toBe(platformCatalogue.commands.some(({ owner }) => owner === service));
      for (const type of platformCatalogue.subscriptions[service] ?? []) {
        expect(sut.bindings).toContainEqual({ exchange: EXCHANGES.events, queue: `${service}.events`, key: type });
      }
    }
    expect(new Set(names).size).toBe(names.length);
  });

  it('binds declared queues to declared exchanges only', () => {
    const exchanges = sut.exchanges.map(({ name }) => name);
    const queues = sut.queues.map(({ name }) => name);
    for (const binding of sut.bindings) {
      expect(exchanges).toContain(binding.exchange);
      expect(queues).toContain(binding.queue);
    }
  });

  it('uses what RabbitMQ 3.10 to 4.3 have in common: quorum queues without priorities', () => {
    for (const { arguments: given } of sut.queues) {
      expect(given['x-queue-type']).toBe('quorum');
      expect(Object.keys(given)).not.toContain('x-max-priority');
    }
    expect(rpcQueue('gateway').arguments).toEqual({ 'x-queue-type': 'classic', 'x-expires': 15_000 });
  });
});

describe(mustBeRouted.name, () => {
  it('demands a queue for orders and for facts somebody stores, and not for hints and other facts', () => {
    expect(mustBeRouted(platformCatalogue, 'command', 'device-collector.run-task.v1')).toBe(true);
    expect(mustBeRouted(platformCatalogue, 'event', 'task.finished.v1')).toBe(true);
    expect(mustBeRouted(platformCatalogue, 'event', 'session.artifact-added.v1')).toBe(false);
    expect(mustBeRouted(platformCatalogue, 'control', 'task.go.v1')).toBe(false);
  });
});
