import { seededRandom } from '@capstan/testing';
import { Coalescer } from './coalescer';

describe(Coalescer.name, () => {
  it('lets the first value through, holds those that come too early, and gives out the newest of them', () => {
    const sut = new Coalescer<number>(250);
    expect(sut.offer('a', 1, 0)).toBe(true);
    expect(sut.offer('a', 2, 100)).toBe(false);
    expect(sut.offer('a', 3, 249)).toBe(false);
    expect(sut.takeDue(249)).toEqual([]);
    expect(sut.nextDueAt()).toBe(250);
    expect(sut.takeDue(250)).toEqual([3]);
    expect(sut.takeDue(400)).toEqual([]);
    expect(sut.nextDueAt()).toBe(500);
  });

  it('treats keys apart', () => {
    const sut = new Coalescer<number>(250);
    expect([sut.offer('a', 1, 0), sut.offer('b', 2, 0), sut.offer('a', 3, 1), sut.offer('b', 4, 1)]).toEqual([true, true, false, false]);
    expect(sut.takeDue(251)).toEqual([3, 4]);
  });

  it('forgets a key that has fallen silent', () => {
    const sut = new Coalescer<number>(250);
    sut.offer('a', 1, 0);
    expect(sut.takeDue(250)).toEqual([]);
    expect(sut.size).toBe(0);
    expect(sut.nextDueAt()).toBeUndefined();
  });

  it('gives out everything that waits at the end', () => {
    const sut = new Coalescer<number>(250);
    sut.offer('a', 1, 0);
    sut.offer('a', 2, 1);
    expect(sut.takeAll()).toEqual([2]);
    expect(sut.size).toBe(0);
  });

  it('never sends two values of a key within the interval, and always the last, whatever the arrivals', () => {
    const random = seededRandom();
    for (let round = 0; round < 200; round += 1) {
      const sut = new Coalescer<number>(250);
      const sent: Array<{ at: number; value: number }> = [];
      let now = 0;
      const arrivals = 1 + Math.floor(random() * 40);
      for (let value = 0; value < arrivals; value += 1) {
        const next = now + Math.floor(random() * 400);
        for (let due = sut.nextDueAt(); due !== undefined && due <= next; due = sut.nextDueAt()) {
          const at = due;
          sent.push(...sut.takeDue(at).map((taken) => ({ at, value: taken })));
        }
        now = next;
        if (sut.offer('a', value, now)) {
          sent.push({ at: now, value });
        }
      }
      for (let due = sut.nextDueAt(); due !== undefined; due = sut.nextDueAt()) {
        const at = due;
        sent.push(...sut.takeDue(at).map((taken) => ({ at, value: taken })));
      }
      expect(sent.at(-1)?.value).toBe(arrivals - 1);
      sent.slice(1).forEach(({ at, value }, index) => {
        expect(at - (sent[index]?.at ?? 0)).toBeGreaterThanOrEqual(250);
        expect(value).toBeGreaterThan(sent[index]?.value ?? -1);
      });
    }
  });
});
