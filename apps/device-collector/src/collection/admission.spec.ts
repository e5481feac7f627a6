import { admit, type AdmissionLimits, type Candidate, type CredentialStanding, rampAt } from './admission';

const LIMITS: AdmissionLimits = { all: 100, perSite: 100, perBastion: 100, perCredential: 100, refusals: 3, rampPerSec: 10 };
const PROVEN = new Map<string, CredentialStanding>([['c1', { proven: true, refused: 0, suspended: false }]]);

const device = (number: number, wish: Partial<Candidate> = {}): Candidate => ({ taskId: `t${number}`, sessionId: 's1', deviceId: `d${number}`, site: null, bastion: null, credentialId: 'c1', maxWorkers: 50, ...wish });
const many = (from: number, to: number, wish: Partial<Candidate> = {}): Candidate[] => Array.from({ length: to - from + 1 }, (_, index) => device(from + index, wish));

describe(admit.name, () => {
  it('lets in as many as the session wants, in their order', () => {
    expect(admit(many(1, 9, { maxWorkers: 3 }), [], LIMITS, 100, PROVEN)).toEqual(['t1', 't2', 't3']);
    expect(admit(many(3, 9, { maxWorkers: 3 }), many(1, 2, { maxWorkers: 0 }), LIMITS, 100, PROVEN)).toEqual(['t3']);
  });

  it('lets nobody in above the ceiling or the limit of all', () => {
    expect(admit(many(1, 9), [], LIMITS, 4.9, PROVEN)).toHaveLength(4);
    expect(admit(many(10, 19), many(1, 9), { ...LIMITS, all: 9 }, 100, PROVEN)).toEqual([]);
  });

  it('keeps the limits of site, bastion and credential, and holds up nobody else because of them', () => {
    const waiting = [...many(1, 3, { site: 'ber' }), device(4, { site: 'ham' }), ...many(5, 7, { bastion: 'b:22' }), device(8)];
    expect(admit(waiting, [], { ...LIMITS, perSite: 2, perBastion: 1 }, 100, PROVEN)).toEqual(['t1', 't2', 't4', 't5', 't8']);
    expect(admit(many(1, 9), [], { ...LIMITS, perCredential: 2 }, 100, PROVEN)).toEqual(['t1', 't2']);
  });

  it('tries a credential nobody has logged in with lately on three devices first', () => {
    expect(admit(many(1, 9, { credentialId: 'c2' }), [], LIMITS, 100, PROVEN)).toEqual(['t1', 't2', 't3']);
    expect(admit(many(4, 9, { credentialId: 'c2' }), many(1, 3, { credentialId: 'c2' }), LIMITS, 100, PROVEN)).toEqual([]);
  });

  it('counts those that have refused a credential already, tries one device after a suspension, and lets all end during one', () => {
    const after = (standing: Partial<CredentialStanding>, atWork = 0): number =>
      admit(many(5, 12), many(1, atWork), LIMITS, 100, new Map([['c1', { proven: false, refused: 0, suspended: false, ...standing }]])).length;
    expect(after({ refused: 2 })).toBe(1);
    expect(after({ refused: 2 }, 1)).toBe(0);
    expect(after({ refused: 1 }, 1)).toBe(1);
    expect(after({ refused: 3 })).toBe(1);
    expect(after({ refused: 3, suspended: true })).toBe(8);
  });

  it('never works on a device twice, whichever session wants it', () => {
    const waiting = [device(2, { taskId: 'other', sessionId: 's2', deviceId: 'd1' }), device(3, { sessionId: 's2' })];
    expect(admit(waiting, [device(1)], LIMITS, 100, PROVEN)).toEqual(['t3']);
  });

  it('lets sessions take turns, the one with the fewest at work first', () => {
    const waiting = [...many(1, 3), ...many(4, 6, { sessionId: 's2' })];
    expect(admit(waiting, [], LIMITS, 4, PROVEN)).toEqual(['t1', 't4', 't2', 't5']);
    expect(admit(waiting, many(7, 8), LIMITS, 5, PROVEN)).toEqual(['t4', 't5', 't1']);
  });
});

describe(rampAt.name, () => {
  it('begins with a burst, grows by the ramp, and stops at the limit', () => {
    let ramp = rampAt({ ceiling: 0, at: 0 }, 0, 1_000_000, LIMITS);
    expect(ramp.ceiling).toBe(10);
    ramp = rampAt(ramp, 10, ramp.at + 500, LIMITS);
    expect(ramp.ceiling).toBe(15);
    ramp = rampAt(ramp, 15, ramp.at + 60_000, LIMITS);
    expect(ramp.ceiling).toBe(25);
    expect(rampAt({ ceiling: 99, at: 0 }, 99, 1_000, LIMITS).ceiling).toBe(100);
  });

  it('replaces who is done at once, and forgets a height nobody is at any more', () => {
    expect(rampAt({ ceiling: 50, at: 0 }, 45, 0, LIMITS).ceiling).toBe(50);
    expect(rampAt({ ceiling: 50, at: 0 }, 3, 0, LIMITS).ceiling).toBe(13);
  });
});
