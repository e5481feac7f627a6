import { auditRecorded, type Envelope, sessionCommands, sessionEvents, sessionRpc } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { EXCHANGES } from '@capstan/messaging';
import { eventually, LeakCheck, Participant } from '@capstan/testing';

import { body, Stage } from '../../test/orchestrator';
import { SessionsCommandsController } from './sessions.commands.controller';

describe(SessionsCommandsController.name, () => {
  const leaks = new LeakCheck();
  let stage: Stage;
  let publisher: Participant;

  beforeAll(async () => {
    stage = await Stage.set();
    publisher = await Participant.join(stage.vhost.url, 'ticket-system');
  }, 60_000);

  afterAll(async () => {
    await publisher.leave();
    await stage.strike();
    await leaks.assertClean();
  });

  async function answersTo(correlationid: string, type: string): Promise<Envelope[]> {
    return eventually(
      () => {
        const found = stage.facts.filter((fact) => fact.correlationid === correlationid && fact.type === type);
        expect(found).not.toEqual([]);
        return found;
      },
      { description: type, timeoutMs: 15_000 },
    );
  }

  it('creates a session, answers with the correlation id of the order, and keeps it to the end', async () => {
    const id = publisher.order(sessionCommands.create, { ...body(1), requested_by: { type: 'user', id: 'admin', name: 'Somebody else' } }, { correlationid: 'ticket-4711' });
    const [created] = await answersTo('ticket-4711', sessionEvents.created.type);
    const { session } = created?.data as { session: { session_id: string } };
    expect(session).toMatchObject({ state: 'pending', created_by: { type: 'service', id: 'ticket-system', name: 'ticket-system' } });
    expect(created).toMatchObject({ causationid: id, subject: session.session_id, sequence: 1 });
    const [task] = await stage.worker.tasks(session.session_id, 1);
    task?.advance('configuring', 'ready');
    await stage.until(session.session_id, 'starting');
    task?.complete();
    const [finished] = await answersTo('ticket-4711', sessionEvents.finished.type);
    expect(finished?.data).toMatchObject({ session: { session_id: session.session_id, state: 'completed' } });
  });

  it('creates one session however often the same message comes', async () => {
    const id = systemIds.next();
    const session_id = systemIds.next();
    for (let copy = 0; copy < 3; copy += 1) {
      publisher.order(sessionCommands.create, { ...body(1), name: 'once', session_id }, { id, correlationid: 'once' });
    }
    await answersTo('once', sessionEvents.created.type);
    publisher.order(sessionCommands.cancel, { session_id }, { correlationid: 'once-cancelled' });
    await stage.until(session_id, 'stopping');
    expect(stage.facts.filter((fact) => fact.correlationid === 'once' && fact.type === sessionEvents.created.type)).toHaveLength(1);
    expect(stage.worker.ordersOf(session_id, 'run')).toHaveLength(1);
  });

  it('answers an order that does not fit its schema with the fields that are wrong, and parks nothing', async () => {
    publisher.publish(EXCHANGES.commands, sessionCommands.create.type, { targets: [{ kind: 'packet-capture', device_type: 'linux', host: 'a b;reboot' }], surprise: 1 }, { correlationid: 'bad-1' });
    const [rejected] = await answersTo('bad-1', sessionEvents.rejected.type);
    expect(rejected?.data).toMatchObject({ command: sessionCommands.create.type, session_id: null, problem: { status: 422, code: 'VALIDATION_FAILED', type: 'urn:capstan:problem:validation-failed' } });
    const { problem } = rejected?.data as { problem: { errors: Array<{ path: string }> } };
    expect(problem.errors.map((error) => error.path)).toEqual(expect.arrayContaining(['targets.0.host', 'targets.0.credential_id']));
    expect(JSON.stringify(rejected)).not.toContain('reboot');
    const parked = await publisher.channel.checkQueue('capture-orchestrator.parking');
    expect(parked.messageCount).toBe(0);
  });

  it('answers what a worker refuses with the same problem as the API', async () => {
    stage.worker.errors = [{ index: 0, path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'No such credential' }];
    try {
      publisher.order(sessionCommands.create, body(1), { correlationid: 'bad-2' });
      const [rejected] = await answersTo('bad-2', sessionEvents.rejected.type);
      expect(rejected?.data).toMatchObject({ problem: { code: 'VALIDATION_FAILED', errors: [{ path: 'targets.0.credential_id', code: 'CREDENTIAL_NOT_FOUND' }] } });
    } finally {
      stage.worker.errors = [];
    }
  });

  it.each([
    ['stop', 'SESSION_NOT_FOUND', 404],
    ['cancel', 'SESSION_NOT_FOUND', 404],
    ['retry', 'SESSION_NOT_FOUND', 404],
  ] as const)('answers the order to %s a session that is not there with %s', async (verb, code, status) => {
    const command = sessionCommands[verb];
    const session_id = systemIds.next();
    publisher.order(command, { session_id }, { correlationid: session_id });
    const [rejected] = await answersTo(session_id, sessionEvents.rejected.type);
    expect(rejected?.data).toMatchObject({ command: command.type, session_id, problem: { code, status } });
  });

  it('writes into the audit log who ordered what, and how it ended', async () => {
    const session_id = systemIds.next();
    publisher.order(sessionCommands.stop, { session_id }, { correlationid: session_id });
    await answersTo(session_id, sessionEvents.rejected.type);
    await eventually(() =>
      expect(stage.facts.filter((fact) => fact.type === auditRecorded.type).map((fact) => fact.data)).toContainEqual(
        expect.objectContaining({ action: sessionCommands.stop.type, subject: session_id, outcome: 'SESSION_NOT_FOUND', actor: { type: 'service', id: 'ticket-system', name: 'ticket-system' } }),
      ),
    );
  });

  it('waits for a worker that is away for a moment, through a retry queue', async () => {
    await stage.worker.stopAnswering();
    await expect(stage.gateway.ask(sessionRpc.create, body(1))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    publisher.order(sessionCommands.create, body(1), { correlationid: 'patient' });
    await eventually(async () => expect((await publisher.channel.checkQueue('capstan.retry.5s')).messageCount).toBe(1));
    await stage.worker.answerChecks();
    await answersTo('patient', sessionEvents.created.type);
    expect(stage.facts.filter((fact) => fact.correlationid === 'patient' && fact.type === sessionEvents.rejected.type)).toEqual([]);
  });
});
