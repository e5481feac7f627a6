import { thingDone } from '../../test/catalogue';
import { makeEnvelope } from '../envelope/encode';
import type { Delivery, MessageHandlerEntry } from './delivery';
import { validate } from './steps';

describe(validate.name, () => {
  const entry: MessageHandlerEntry = { definition: thingDone, handler: 'Some.handler', handle: () => Promise.resolve(), answersInvalid: false, concerns: (data) => (data as { value: number }).value > 10 };
  const sut = validate(new Map([[thingDone.type, entry]]));
  const delivery = (data: unknown): Delivery => ({
    queue: 'device-collector.events',
    body: Buffer.alloc(0),
    routingKey: thingDone.type,
    attempt: 1,
    envelope: makeEnvelope({ id: '0190a8c4-1111-7222-8333-444455556602', source: 'capstan/test', type: thingDone.type, time: 0 }, data),
  });

  it('lets nothing further in that does not concern the handler', async () => {
    const next = jest.fn();
    expect(await sut(delivery({ value: 10 }), next)).toEqual({ kind: 'ack', outcome: 'ok' });
    expect(next).not.toHaveBeenCalled();
  });

  it('asks whether it does only of data that is valid', async () => {
    const next = jest.fn(() => Promise.resolve({ kind: 'ack', outcome: 'ok' } as const));
    await sut(delivery({ value: 11 }), next);
    expect(next).toHaveBeenCalledTimes(1);
    expect(await sut(delivery({ value: 'many' }), next)).toMatchObject({ kind: 'park', code: 'SCHEMA_INVALID' });
  });
});
