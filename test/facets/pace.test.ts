import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { type Ids, takeAll } from '../../src/facets/following/follower.ts';
import { FEWEST, MOST, paced } from '../../src/facets/following/pace.ts';
import { USER_CHANGES } from '../../src/users/list/user-index.ts';
import { startApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';

/** What is read at once in the end, where each record takes so long. */
function settled(eachTakes: number): number {
  let number = FEWEST;
  for (let n = 0; n < 20; n++) number = paced(number, number * eachTakes);
  return number;
}

it('reads as many at once as others can wait for', () => {
  expect(settled(0.001)).toBe(MOST);
  expect(settled(0.03)).toBe(200);
  expect(settled(0.2)).toBe(FEWEST);
  expect(settled(9)).toBe(FEWEST);
});

it('does not count the time in which a server looks for them: nobody is held up by that', async () => {
  await using app = await startApp();
  await addCrowd(app, 800);
  const sizes: number[] = [];
  const take = async (ids: Ids) => {
    if (!Array.isArray(ids)) sizes.push(ids.upTo - ids.after);
    // Longer than others would wait for.
    await sleep(15);
  };
  await takeAll({ db: app.db.read, feed: USER_CHANGES, take }, app.clock.now());
  expect(Math.max(...sizes)).toBeGreaterThan(FEWEST);
});
