import { expect, it } from '@jest/globals';
import { Sparing } from '../../src/bulk-operations/pages/operation/sparing.ts';

it('finds out anew what takes long after twenty times as long, for each question', async () => {
  let [now, takes] = [0, 300];
  let times = 0;
  const sparing = new Sparing<number>(() => now);
  const ask = (question: string) =>
    sparing.ask(question, async () => {
      now += takes;
      times += 1;
      return times;
    });
  expect(await Promise.all([ask('whether'), ask('whether')])).toEqual([1, 1]);
  now += 5_999 - takes;
  expect([await ask('whether'), await ask('whether not')]).toEqual([1, 2]);
  now += 1;
  expect(await ask('whether')).toBe(3);
  // What is found quickly is never old.
  takes = 250;
  expect([await ask('another'), await ask('another')]).toEqual([4, 5]);
});

it('keeps no answer of what failed, and not of everything that was ever asked', async () => {
  const sparing = new Sparing<number>(() => 0);
  await expect(sparing.ask('whether', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  // Nothing took any time here, so that each is found anew but while it is being found.
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = sparing.ask('whether', () => promise);
  for (let n = 0; n < 60; n++) void sparing.ask(`question ${n}`, () => promise);
  const anew = sparing.ask('whether', async () => 2);
  resolve(1);
  expect([await first, await anew]).toEqual([1, 2]);
});
