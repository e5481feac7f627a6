import { MIN_PASSWORD_LENGTH } from '@capstan/contracts';
import { MIN_PASSWORD, passwordProblem } from './password-rules';

describe(passwordProblem.name, () => {
  it('asks for what the server asks for', () => {
    expect(MIN_PASSWORD).toBe(MIN_PASSWORD_LENGTH);
  });

  it('says how many characters are missing', () => {
    expect(passwordProblem('short', '')).toBe('must have at least 12 characters; 7 more');
  });

  it('refuses the current one again and takes a new one', () => {
    expect(passwordProblem('correct horse', 'correct horse')).toBe('must differ from the current one');
    expect(passwordProblem('correct horse', 'one-time')).toBeUndefined();
  });
});
