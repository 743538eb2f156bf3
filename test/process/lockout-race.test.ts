import { expect, it } from '@jest/globals';
import { lockoutRace } from '../../faults/lockout-race.ts';

/** A second one begins where the first has left its counters. `npm run faults` has fifty. */
const ROUNDS = 2;

it('never evaluates more guesses than the limit on any counter, and lets all right ones in, however many come at once (F4)', async () => {
  const crowd = { onOne: 200, accounts: 10, onEach: 20, fromDevice: 50, right: 20 };
  const report = await lockoutRace(ROUNDS, crowd);
  expect(report).toEqual({
    limit: 5,
    most: { onOne: 5, onEach: 5, fromDevice: 5 },
    attempts: ROUNDS * (200 + 10 * 20 + 50),
    leastRight: 20,
    others: 0,
  });
});
