import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { awaited, breathe, giveWay } from '../../src/process/giving-way.ts';

const ends: (() => void)[] = [];
const asked = () => {
  const answered = awaited();
  ends.push(answered);
  return answered;
};
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** What goes on in between, once it has its turn again. */
function worksOn(): { isBack: boolean } {
  const work = { isBack: false };
  void giveWay().then(() => {
    work.isBack = true;
  });
  return work;
}

it('gives others one turn where nobody waits for an answer', async () => {
  const work = worksOn();
  expect(work.isBack).toBe(false);
  await turn();
  await turn();
  expect(work.isBack).toBe(true);
});

it('stands back as long as somebody waits', async () => {
  const answered = asked();
  const work = worksOn();
  await turn();
  await turn();
  expect(work.isBack).toBe(false);
  answered();
  await turn();
  await turn();
  expect(work.isBack).toBe(true);
});

it('goes on all the same where more is asked for than can be answered', async () => {
  asked();
  const work = worksOn();
  while (!work.isBack) await turn();
  expect(work.isBack).toBe(true);
});

it('lets others have their turn in an answer that takes long', async () => {
  let isPassed = false;
  setImmediate(() => {
    isPassed = true;
  });
  // None was begun since this process was.
  await breathe();
  expect(isPassed).toBe(true);
});
