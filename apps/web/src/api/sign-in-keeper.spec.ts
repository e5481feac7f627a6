import type { SignInAnswer } from '@capstan/contracts';
import { ApiProblem } from './problem';
import { SignInKeeper, type TabMessage } from './sign-in-keeper';

const user = { user_id: '0190a7de-0000-7000-8000-000000000001', username: 'ada', display_name: 'Ada', role: 'operator' } as SignInAnswer['user'];
const answer = (token: string): SignInAnswer => ({ access_token: token, token_type: 'bearer', expires_in: 900, user });

function setup(refresh: () => Promise<SignInAnswer>) {
  let now = 0;
  const told: TabMessage[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const sut = new SignInKeeper({
    refresh,
    now: () => now,
    exclusively: <T>(work: () => Promise<T>) => {
      const mine = turn.then(work);
      turn = mine.catch(() => undefined);
      return mine;
    },
    announce: (message) => told.push(message),
  });
  return { sut, told, sleep: (ms: number) => (now += ms) };
}

describe(SignInKeeper.name, () => {
  it('is signed out when the cookie is refused at the start', async () => {
    const { sut, told } = setup(() => Promise.reject(new ApiProblem('NOT_AUTHENTICATED', 'no', { status: 401 })));
    await sut.start();
    expect(sut.snapshot()).toEqual({ phase: 'signed-out', reason: undefined });
    expect(told).toEqual([]);
  });

  it('says that the server is away at the start instead of signing out', async () => {
    const { sut } = setup(() => Promise.reject(new ApiProblem('UNREACHABLE', 'away', { status: 0 })));
    await sut.start();
    expect(sut.snapshot().phase).toBe('unreachable');
  });

  it('hands out the same token until a minute before it expires, then a new one', async () => {
    const refresh = jest.fn(() => Promise.resolve(answer('two')));
    const { sut, sleep } = setup(refresh);
    sut.signedIn(answer('one'));
    sleep(839_000);
    expect(await sut.current()).toBe('one');
    sleep(2_000);
    expect(await sut.current()).toBe('two');
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('refreshes once for many calls that were refused together', async () => {
    const refresh = jest.fn(() => Promise.resolve(answer('two')));
    const { sut } = setup(refresh);
    sut.signedIn(answer('one'));
    expect(await Promise.all([sut.renewed('one'), sut.renewed('one'), sut.renewed('one')])).toEqual(['two', 'two', 'two']);
    expect(await sut.renewed('one')).toBe('two');
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('uses the token another tab brought while it waited for its turn', async () => {
    const refresh = jest.fn(() => Promise.resolve(answer('two')));
    const { sut } = setup(refresh);
    sut.signedIn(answer('one'));
    const renewal = sut.renew();
    sut.heard({ type: 'signed-in', answer: answer('theirs') });
    expect(await renewal).toBe('theirs');
    expect(refresh).not.toHaveBeenCalled();
  });

  it('stays signed in when the gateway is away', async () => {
    const { sut, sleep } = setup(() => Promise.reject(new ApiProblem('UNREACHABLE', 'away', { status: 0 })));
    sut.signedIn(answer('one'));
    sleep(880_000);
    expect(await sut.current()).toBe('one');
    expect(sut.snapshot().phase).toBe('signed-in');
  });

  it('signs out every tab when the refresh is refused', async () => {
    const { sut, told } = setup(() => Promise.reject(new ApiProblem('NOT_AUTHENTICATED', 'no', { status: 401 })));
    sut.signedIn(answer('one'));
    expect(await sut.renewed('one')).toBeUndefined();
    expect(sut.snapshot()).toEqual({ phase: 'signed-out', reason: 'expired' });
    expect(told.at(-1)).toEqual({ type: 'signed-out' });
  });
});
