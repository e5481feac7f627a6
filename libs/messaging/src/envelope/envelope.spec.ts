import { z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { decodeEnvelope } from './decode';
import { encodeEnvelope, makeEnvelope, parseOutgoing } from './encode';
import { positiveInteger } from './headers';
import { currentMessageContext, messageContext, runInMessageContext } from './message-context';

/** What is on the wire today. A change of this text is a break for every client. */
const GOLDEN =
  '{"specversion":"1.0","id":"019324f0-0000-7000-8000-000000000001","source":"capstan/capture-orchestrator","type":"session.finished.v1",' +
  '"subject":"019324f0-0000-7000-8000-00000000000a","time":"2026-01-01T00:00:00.000Z","datacontenttype":"application/json",' +
  '"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","correlationid":"c","causationid":"k","sequence":7,"data":{"n":1}}';

const fields = {
  id: '019324f0-0000-7000-8000-000000000001',
  source: 'capstan/capture-orchestrator',
  type: 'session.finished.v1',
  subject: '019324f0-0000-7000-8000-00000000000a',
  time: Date.UTC(2026, 0, 1),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  correlationId: 'c',
  causationId: 'k',
  sequence: 7,
};

describe(encodeEnvelope.name, () => {
  it('writes the golden example, byte for byte', () => {
    expect(encodeEnvelope(makeEnvelope(fields, { n: 1 })).toString('utf8')).toBe(GOLDEN);
  });

  it('leaves out what is not known', () => {
    const { id, source, type, time } = fields;
    expect(Object.keys(makeEnvelope({ id, source, type, time }, null))).toEqual(['specversion', 'id', 'source', 'type', 'time', 'datacontenttype', 'data']);
  });
});

describe(decodeEnvelope.name, () => {
  it('reads the golden example', () => {
    expect(decodeEnvelope(Buffer.from(GOLDEN))).toEqual({ kind: 'envelope', envelope: JSON.parse(GOLDEN) as unknown });
  });

  it('ignores attributes it does not know, and fills in the content type', () => {
    const { datacontenttype: _, ...rest } = JSON.parse(GOLDEN) as Record<string, unknown>;
    const decoded = decodeEnvelope(Buffer.from(JSON.stringify({ ...rest, newthing: 1 })));
    expect(decoded).toMatchObject({ kind: 'envelope', envelope: { datacontenttype: 'application/json' } });
    expect(decoded).not.toHaveProperty('envelope.newthing');
  });

  it.each([
    ['', 'The body is not JSON'],
    ['{', 'The body is not JSON'],
    ['\u00ff', 'The body is not JSON'],
    ['null', 'The body is not an envelope'],
    ['[]', 'The body is not an envelope'],
    [GOLDEN.replace('"1.0"', '"0.3"'), 'specversion'],
    [GOLDEN.replace('019324f0-0000-7000-8000-000000000001', '7'), 'id must be a UUID'],
    [GOLDEN.replace('2026-01-01T00:00:00.000Z', 'yesterday'), 'time'],
    [GOLDEN.replace('"sequence":7', '"sequence":-7'), 'sequence'],
  ])('says of %j: %s', (body, reason) => {
    const decoded = decodeEnvelope(Buffer.from(body));
    expect(decoded).toMatchObject({ kind: 'undecodable' });
    expect((decoded as { reason: string }).reason).toContain(reason);
  });
});

describe(parseOutgoing.name, () => {
  it('names the wrong field and keeps its value to itself', () => {
    const attempt = (): unknown => parseOutgoing('x.v1', z.object({ password: z.string().max(3) }), { password: 'hunter2' });
    expect(attempt).toThrow(AppError);
    try {
      attempt();
    } catch (error) {
      expect(JSON.stringify((error as AppError).toShape())).toContain('"path":"password"');
      expect(JSON.stringify((error as AppError).toShape())).not.toContain('hunter2');
    }
  });
});

describe(runInMessageContext.name, () => {
  it('hands ids on through whatever is awaited, and knows none outside', async () => {
    expect(currentMessageContext()).toEqual({});
    await runInMessageContext({ correlationId: 's', causationId: 'm' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      expect(messageContext()).toEqual({ correlationId: 's', causationId: 'm' });
      expect(currentMessageContext()).toEqual({ correlation_id: 's', message_id: 'm' });
    });
    expect(messageContext()).toEqual({});
  });
});

describe(positiveInteger.name, () => {
  it.each([
    [{ a: 3 }, 3],
    [{ a: 0 }, 1],
    [{ a: -4 }, 1],
    [{ a: 1.5 }, 1],
    [{ a: '3' }, 1],
    [{}, 1],
    [undefined, 1],
  ])('of %j is %i', (headers, expected) => {
    expect(positiveInteger(headers, 'a', 1)).toBe(expected);
  });
});
