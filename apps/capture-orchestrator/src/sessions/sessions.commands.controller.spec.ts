import { sessionEvents } from '@capstan/contracts';
import { AppError, systemClock, systemIds } from '@capstan/kernel';
import type { DeliveryContext, Outbox } from '@capstan/messaging';
import { request } from '../../test/engine-fixtures';
import { SessionsCommandsController } from './sessions.commands.controller';
import type { SessionsService } from './sessions.service';
import type { TargetCheckClient } from './target-check.client';

const away = new AppError('SERVICE_UNAVAILABLE', 'device-collector is away', { retryable: true });

function setUp(attempt: number) {
  const sent: Array<{ type: string; data: unknown }> = [];
  const outbox = { add: async (_manager: unknown, definition: { type: string }, data: unknown) => void sent.push({ type: definition.type, data }) };
  const sessions = { existing: async () => undefined, create: jest.fn() };
  const check = { check: jest.fn().mockRejectedValue(away) };
  const sut = new SessionsCommandsController(
    sessions as unknown as SessionsService,
    check as unknown as TargetCheckClient,
    outbox as unknown as Outbox,
    systemClock,
    systemIds,
  );
  const manager = { transaction: (work: (inner: unknown) => unknown) => work(manager) };
  const context = { attempt, manager, envelope: { id: systemIds.next(), source: 'ticket-system', type: 't' }, signal: new AbortController().signal } as unknown as DeliveryContext;
  return { sut, context, sent, sessions };
}

describe(SessionsCommandsController.name, () => {
  it('leaves a passing failure to the retry queues at first', async () => {
    const { sut, context, sent } = setUp(1);
    await expect(sut.create(request(1), context)).rejects.toBe(away);
    expect(sent).toEqual([]);
  });

  it('answers after a while instead of beginning a capture that nobody waits for any more', async () => {
    const { sut, context, sent, sessions } = setUp(5);
    await expect(sut.create(request(1), context)).resolves.toEqual({ kind: 'ok' });
    expect(sent[0]).toMatchObject({ type: sessionEvents.rejected.type, data: { problem: { code: 'SERVICE_UNAVAILABLE', status: 503 } } });
    expect(sessions.create).not.toHaveBeenCalled();
  });
});
