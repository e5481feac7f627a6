import { placesFor } from './task-share';

describe(placesFor.name, () => {
  it.each([
    ['alone, a few at once', { waiting: 60, mine: 8, elsewhere: 0, others: 0 }, 90, 4],
    ['alone, all that is left', { waiting: 2, mine: 58, elsewhere: 0, others: 0 }, 90, 2],
    ['no more than it has places for', { waiting: 60, mine: 8, elsewhere: 0, others: 0 }, 1, 1],
    ['up to as many as the others hold', { waiting: 6, mine: 10, elsewhere: 20, others: 2 }, 90, 2],
    ['one more where it does not come out even', { waiting: 1, mine: 10, elsewhere: 20, others: 2 }, 90, 1],
    ['nothing while others hold less', { waiting: 4, mine: 14, elsewhere: 20, others: 2 }, 90, 0],
    ['nothing when nothing waits', { waiting: 0, mine: 0, elsewhere: 20, others: 2 }, 90, 0],
    ['what somebody left who is gone', { waiting: 15, mine: 15, elsewhere: 15, others: 1 }, 90, 4],
  ])('%s', (_, load, free, places) => {
    expect(placesFor(load, free)).toBe(places);
  });
});
