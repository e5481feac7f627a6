import { publisherPermissions, servicePermissions } from './permissions';

const matches = (pattern: string | undefined, name: string): boolean => new RegExp(pattern ?? '$.').test(name);

describe(servicePermissions.name, () => {
  const [sut] = servicePermissions('device-collector').permissions;

  it('lets a service read its own queues, and neither what others park nor their exclusive queues', () => {
    expect(['device-collector.commands', 'device-collector.control.i.1', 'capstan.events'].map((name) => matches(sut?.read, name))).toEqual([true, true, true]);
    expect(['capture-orchestrator.parking', 'gateway.live.i.1', 'gateway.parking', 'capstan.retry.5s.x'].map((name) => matches(sut?.read, name))).toEqual([false, false, false, false]);
  });

  it('lets it declare the topology and nothing else', () => {
    expect(['capture-orchestrator.commands', 'capstan.retry.5m', 'device-collector.rpc'].map((name) => matches(sut?.configure, name))).toEqual([true, true, true]);
    expect(['client.x.y', 'gateway.live.i.1', 'capstanXrpc', 'anything'].map((name) => matches(sut?.configure, name))).toEqual([false, false, false, false]);
  });
});

describe(publisherPermissions.name, () => {
  const {
    permissions: [sut],
    topicPermissions: [commands, events],
  } = publisherPermissions('billing');

  it('allows the four session commands and no other', () => {
    expect(['create', 'stop', 'cancel', 'retry'].map((verb) => matches(commands?.write, `capture-orchestrator.${verb}-session.v1`))).toEqual([true, true, true, true]);
    expect(['device-collector.run-task.v1', 'capture-orchestrator.create-session.v2', 'capture-orchestrator.create-session.v1.x'].map((key) => matches(commands?.write, key))).toEqual([false, false, false]);
  });

  it('allows bindings to session facts only', () => {
    expect(['session.#', 'session.finished.v1'].map((key) => matches(events?.read, key))).toEqual([true, true]);
    expect(['#', '*.finished.v1', 'task.#', 'audit.recorded.v1'].map((key) => matches(events?.read, key))).toEqual([false, false, false, false]);
  });

  it('allows queues of its own only', () => {
    expect([sut?.configure, sut?.write, sut?.read].map((pattern) => matches(pattern, 'client.billing.inbox'))).toEqual([true, true, true]);
    expect([sut?.configure, sut?.write, sut?.read].map((pattern) => matches(pattern, 'client.billing2.inbox'))).toEqual([false, false, false]);
    expect(['capstan.events', 'capstan.rpc', 'amq.default'].map((name) => matches(sut?.write, name))).toEqual([false, false, false]);
  });
});
