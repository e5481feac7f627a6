import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { connectionProblem, lostRace, sqlState } from './connection-problem';

const coded = (code: string): Error => Object.assign(new Error('as the driver says it'), { code });
const wrapped = (code: string): Error => Object.assign(new Error('as TypeORM says it'), { driverError: coded(code), code: 'OTHER' });

describe(connectionProblem.name, () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', '08006', '08P01', '53300', '57P01', '57P02', '57P03'])('takes %s for a database that cannot be reached', (code) => {
    for (const error of [coded(code), wrapped(code), new AggregateError([coded(code)])]) {
      expect(connectionProblem(error)).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true, cause: error instanceof AggregateError ? error.errors[0] : error });
    }
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Client has encountered a connection error and is not queryable', new QueryRunnerAlreadyReleasedError().message, new QueryRunnerProviderAlreadyReleasedError().message])('knows the driver saying %p', (message) => {
    expect(connectionProblem(new Error(message))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it.each(['23505', '40001', '42501', '57014', '28P01'])('leaves %s alone', (code) => {
    expect(connectionProblem(wrapped(code))).toBeUndefined();
  });

  it('leaves what is no error of the database alone', () => {
    expect(connectionProblem(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(connectionProblem(undefined)).toBeUndefined();
  });
});

describe(lostRace.name, () => {
  it('knows a serialization failure and a deadlock', () => {
    expect(['40001', '40P01', '23505', '55P03'].map((code) => lostRace(wrapped(code)))).toEqual([true, true, false, false]);
  });
});

describe(sqlState.name, () => {
  it('tells states from the codes of the operating system', () => {
    expect(sqlState(wrapped('23505'))).toBe('23505');
    expect(sqlState(coded('ECONNREFUSED'))).toBeUndefined();
    expect(sqlState('nonsense')).toBeUndefined();
  });
});
