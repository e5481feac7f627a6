import { credentialsIn } from './credentials-in';

describe(credentialsIn.name, () => {
  it('finds those of the device, of applications and of hosts on the way', () => {
    expect(credentialsIn({ host: 'h', credential_id: 'a', app_credential_id: 'b', jump: [{ credential_id: 'c' }, { host: 'x' }], filter: null })).toEqual(['a', 'b', 'c']);
  });

  it('takes nothing else for one', () => {
    expect(credentialsIn({ credential_id: 7, credential_identity: 'x', xcredential_id: 'y' })).toEqual([]);
    expect(credentialsIn('credential_id')).toEqual([]);
  });
});
