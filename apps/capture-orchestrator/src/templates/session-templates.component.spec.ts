import { sessionTemplateRpc } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { body, operator, Stage } from '../../test/orchestrator';
import { SessionTemplates } from './session-templates.repository';

describe(SessionTemplates.name, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  }, 60_000);
  afterAll(() => stage.strike());

  function create(name: string, targets = 2, template_id = systemIds.next()) {
    return stage.gateway.ask(sessionTemplateRpc.create, { template_id, name, session: body(targets), requested_by: operator });
  }

  it('starts sessions as it says, each with its own name or length where that is wanted', async () => {
    const { template } = await create('Branch office');
    expect(template).toMatchObject({ target_count: 2, kinds: ['packet-capture'], revision: 1, created_by: operator });
    const session_id = systemIds.next();
    const { session } = await stage.gateway.ask(sessionTemplateRpc.start, { template_id: template.template_id, session_id, requested_by: operator, name: 'This once', duration_sec: 33 });
    expect(session).toMatchObject({ session_id, name: 'This once', duration_sec: 33, target_count: 2, created_by: operator });
    const repeated = await stage.gateway.ask(sessionTemplateRpc.start, { template_id: template.template_id, session_id, requested_by: operator, name: 'This once', duration_sec: 33 });
    expect(repeated.session.session_id).toBe(session_id);
    for (const task of await stage.worker.tasks(session_id, 2)) {
      task.finish('failed', { capture_began: false });
    }
  });

  it('says precisely what is wrong with a target that was right once', async () => {
    const { template } = await create('Moved devices');
    stage.worker.errors = [{ index: 1, path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' }];
    await expect(stage.gateway.ask(sessionTemplateRpc.start, { template_id: template.template_id, requested_by: operator })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { errors: [{ path: 'targets.1.credential_id', code: 'CREDENTIAL_NOT_FOUND' }] },
    });
    stage.worker.errors = [];
  });

  it('is changed only by whoever has read its last revision, and has a name of its own', async () => {
    const { template } = await create('Night watch');
    const { template_id } = template;
    const { template: changed } = await stage.gateway.ask(sessionTemplateRpc.update, { template_id, revision: 1, name: 'Night watch', session: body(3) });
    expect(changed).toMatchObject({ revision: 2, target_count: 3 });
    await expect(stage.gateway.ask(sessionTemplateRpc.update, { template_id, revision: 1, name: 'x', session: body(1) })).rejects.toMatchObject({ code: 'REVISION_CONFLICT', details: { revision: 2 } });
    await expect(create('NIGHT WATCH')).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(create('Night watch', 2, template_id)).resolves.toMatchObject({ template: { revision: 2 } });
  });

  it('is listed by name, and gone when it is deleted', async () => {
    const { template } = await create('Aardvark');
    const list = await stage.gateway.ask(sessionTemplateRpc.list, { per_page: 1 });
    expect(list).toMatchObject({ page: 1, per_page: 1, templates: [{ name: 'Aardvark' }] });
    expect(list.total).toBeGreaterThan(1);
    const ref = { template_id: template.template_id };
    await stage.gateway.ask(sessionTemplateRpc.remove, ref);
    for (const rpc of [sessionTemplateRpc.get, sessionTemplateRpc.remove] as const) {
      await expect(stage.gateway.ask(rpc, ref)).rejects.toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
    }
    await expect(stage.gateway.ask(sessionTemplateRpc.start, { ...ref, requested_by: operator })).rejects.toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
  });
});
