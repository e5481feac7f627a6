import { answerPrompts, nextAuthStep } from './auth-plan';

const password = { username: 'u', password: 'p' };
const key = { username: 'u', privateKey: 'k' };
const both = { username: 'u', password: 'p', privateKey: 'k' };
const fresh = { keyTried: false, passwordSpent: false };

describe(nextAuthStep.name, () => {
  it.each([
    [password, ['publickey', 'password', 'keyboard-interactive'], fresh, 'password'],
    [password, ['keyboard-interactive'], fresh, 'keyboard-interactive'],
    [password, ['publickey'], fresh, 'give-up'],
    [password, ['password', 'keyboard-interactive'], { keyTried: false, passwordSpent: true }, 'give-up'],
    [key, ['publickey', 'password'], fresh, 'publickey'],
    [key, ['publickey', 'password'], { keyTried: true, passwordSpent: false }, 'give-up'],
    [both, ['publickey', 'password'], fresh, 'publickey'],
    [both, ['publickey', 'password'], { keyTried: true, passwordSpent: false }, 'password'],
    [both, ['publickey', 'keyboard-interactive'], { keyTried: true, passwordSpent: true }, 'give-up'],
    [both, [], fresh, 'give-up'],
  ])('%j of %j after %j offers %s', (login, methods, progress, step) => {
    expect(nextAuthStep(login, methods, progress)).toBe(step);
  });
});

describe(answerPrompts.name, () => {
  it('answers one hidden question, once', () => {
    expect(answerPrompts('p', [{ prompt: 'Password: ', echo: false }], false)).toEqual(['p']);
    expect(answerPrompts('p', [{ prompt: 'Password: ', echo: false }], true)).toBeUndefined();
  });

  it('does not type the password where it can be read, nor into several fields', () => {
    expect(answerPrompts('p', [{ prompt: 'Login: ', echo: true }], false)).toBeUndefined();
    expect(answerPrompts('p', [{ prompt: 'Password: ' }, { prompt: 'Token: ' }], false)).toBeUndefined();
  });
});
