import { createSessionBody } from '@capstan/contracts';
import { NO_OPTIONS } from './device-options';
import { bodyOf, type Draft, EMPTY_DRAFT, targetOf } from './draft';
import { draftOfTemplate, notATemplateBecause, templateSessionOf } from './template-draft';

const A = '0190a7de-0000-7000-8000-00000000000a';
const B = '0190a7de-0000-7000-8000-00000000000b';
const draft: Draft = {
  ...EMPTY_DRAFT,
  name: 'Voice core',
  durationSec: 120,
  filterForm: 'tree',
  tree: { key: 'root', op: 'any', children: [{ key: 'k', field: 'port', value: '5060-5061' }, { key: 'l', field: 'protocol', value: 'icmp' }] },
  onUnsupported: 'post_filter',
  sharedCredentialId: A,
  allowPartial: false,
  targets: [
    { ...targetOf('1', { deviceType: 'cube', host: 'cube-1', port: 2_222, interface: 'Gi2' }), options: { ...NO_OPTIONS, bufferMb: 20, jumps: [{ host: 'bastion', port: 22, credentialId: B }] } },
    { ...targetOf('2', { deviceType: 'cucm', host: 'cucm-1', port: '', interface: '' }), access: 'stored', credentialId: B },
  ],
};
const keys = () => {
  let last = 0;
  return () => `k${(last += 1)}`;
};

describe(templateSessionOf.name, () => {
  it('is a session that the server takes, with a credential at every target and no secret', () => {
    const session = templateSessionOf(bodyOf(draft, { shared: 'hunter2' }));
    expect(createSessionBody.safeParse(session).error?.issues).toBeUndefined();
    expect(session.targets.map((target) => target['credential_id'])).toEqual([A, B]);
    expect(JSON.stringify(session)).not.toContain('hunter2');
  });
});

describe(draftOfTemplate.name, () => {
  it('gives the same session again', () => {
    const session = createSessionBody.parse(templateSessionOf(bodyOf(draft, {})));
    const { draft: loaded, leftOut } = draftOfTemplate(session, keys());
    expect(leftOut).toBe(0);
    expect(createSessionBody.parse(templateSessionOf(bodyOf(loaded, {})))).toEqual(session);
  });

  it('shares a credential that all targets have', () => {
    const one = { ...draft, targets: draft.targets.map((target) => ({ ...target, access: 'shared' as const })) };
    const { draft: loaded } = draftOfTemplate(createSessionBody.parse(templateSessionOf(bodyOf(one, {}))), keys());
    expect([loaded.sharedCredentialId, ...loaded.targets.map(({ access }) => access)]).toEqual([A, 'shared', 'shared']);
  });

  it('leaves out what is no packet capture, and says so', () => {
    expect(draftOfTemplate({ targets: [{ kind: 'recording' }, ...templateSessionOf(bodyOf(draft, {})).targets] }, keys())).toMatchObject({ leftOut: 1, draft: { targets: [{ host: 'cube-1' }, { host: 'cucm-1' }] } });
  });
});

describe(notATemplateBecause.name, () => {
  it.each<[string, Draft, number, RegExp | undefined]>([
    ['nothing is in it', EMPTY_DRAFT, 0, /Add a device/],
    ['a password was typed for one', { ...draft, targets: [{ ...targetOf('1', { deviceType: 'linux', host: 'a', port: '', interface: '' }), access: 'typed' }] }, 0, /no password/],
    ['a password was typed for all', { ...draft, sharedAccess: 'typed' }, 0, /no password/],
    ['something is wrong', draft, 1, /Fix/],
    ['nothing speaks against it', draft, 0, undefined],
  ])('when %s', (_name, given, problems, reason) => {
    const told = notATemplateBecause(given, problems);
    expect(reason === undefined ? told === undefined : reason.test(told ?? '')).toBe(true);
  });
});
