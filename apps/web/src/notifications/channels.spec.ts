import type { ChannelView } from '@capstan/contracts';
import { bodyOfChannel, draftOfChannel, newChannel, newSigningKey } from './channel-draft';
import { addressOf, fareOf } from './channel-words';

const mail: ChannelView = {
  channel_id: 'c',
  name: 'NOC',
  type: 'email',
  enabled: true,
  settings: { host: 'mail.lab', port: 2525, security: 'none', username: 'capstan', from: 'a@lab.test', to: ['b@lab.test', 'c@lab.test'] },
  has_secret: true,
  waiting: 0,
  failing_since: null,
  last_error: null,
  retry_at: null,
  last_delivered_at: null,
  revision: 3,
  created_at: '2026-11-21T02:00:00.000Z',
};

describe(bodyOfChannel.name, () => {
  it('gives back what was read, and leaves the secret where it is', () => {
    expect(bodyOfChannel(draftOfChannel(mail))).toEqual({ name: 'NOC', enabled: true, type: 'email', settings: mail.settings });
  });

  it('takes a password that is typed, and forgets it with the login', () => {
    const draft = { ...draftOfChannel(mail), secretWish: 'type', secret: 'hunter2' } as const;
    expect(bodyOfChannel(draft)).toMatchObject({ secret: 'hunter2' });
    expect(bodyOfChannel({ ...draft, username: ' ' })).toMatchObject({ secret: '', settings: { username: null } });
  });

  it('takes addresses as people write them', () => {
    expect(bodyOfChannel({ ...draftOfChannel(mail), to: 'a@x.test, b@x.test;\n c@x.test ' })).toMatchObject({ settings: { to: ['a@x.test', 'b@x.test', 'c@x.test'] } });
  });

  it('signs a new webhook with the key that was made', () => {
    const key = newSigningKey();
    expect(key).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(bodyOfChannel({ ...newChannel('webhook'), name: 'Hook', url: ' https://x.test/hook ' }, key)).toEqual({ name: 'Hook', enabled: true, type: 'webhook', settings: { url: 'https://x.test/hook' }, secret: key });
  });
});

describe(fareOf.name, () => {
  it.each([
    [{ enabled: false, waiting: 2 }, 'Switched off', /2 messages wait/],
    [{ enabled: false, waiting: 0 }, 'Switched off', /^Nothing is sent\.$/],
    [{ failing_since: mail.created_at, last_error: 'HTTP 503', waiting: 1 }, 'Failing', /^HTTP 503 One message waits\.$/],
    [{}, 'Unused', /yet/],
    [{ last_delivered_at: mail.created_at }, 'Works', /^$/],
  ])('says of %j that it is %s', (part, word, text) => {
    const fare = fareOf({ ...mail, ...part });
    expect(fare.word).toBe(word);
    expect(fare.text).toMatch(text);
  });
});

describe(addressOf.name, () => {
  it('says where a channel leads', () => {
    expect([mail, { type: 'webhook' as const, settings: { url: 'https://x.test/' } }, { type: 'in_app' as const, settings: {} }].map(addressOf)).toEqual(['b@lab.test and 1 more, by mail.lab:2525', 'https://x.test/', 'The bell of everybody who is signed in']);
  });
});
