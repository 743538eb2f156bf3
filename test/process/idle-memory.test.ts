import { expect, it } from '@jest/globals';
import { idleWatch, tidiedSooner } from '../../src/process/idle-memory.ts';

const SAVE = '--memory-saver-mode';
const DONT = '--no-memory-saver-mode';

/** The flags that are set when the time at work was each of these for so many looks. */
function flagsAfter(...spans: [atWork: number, looks: number][]): string[] {
  const flags: string[] = [];
  const look = idleWatch((flag) => flags.push(flag));
  for (const [atWork, looks] of spans) for (let n = 0; n < looks; n++) look(atWork);
  return flags;
}

it('has memory saved for a while after a load', () => {
  expect(flagsAfter([0.9, 5], [0.02, 14])).toEqual([]);
  expect(flagsAfter([0.9, 5], [0.02, 15])).toEqual([SAVE]);
  expect(flagsAfter([0.9, 5], [0.02, 500])).toEqual([SAVE, DONT]);
});

it('has none saved in a pause, nor once there is work again', () => {
  expect(flagsAfter([0.9, 5], [0, 14], [0.9, 1], [0, 14])).toEqual([]);
  expect(flagsAfter([0.9, 5], [0, 20], [0.11, 1], [1, 50])).toEqual([SAVE, DONT]);
  expect(flagsAfter([0.9, 5], [0, 500], [0.9, 1], [0.1, 20])).toEqual([SAVE, DONT, SAVE]);
});

it('has the old generation tidied sooner during a long work, and no longer once it is over', () => {
  const flags: string[] = [];
  const over = tidiedSooner((flag) => flags.push(flag));
  expect(flags).toEqual(['--incremental-marking-soft-trigger=8', '--incremental-marking-hard-trigger=8']);
  over();
  expect(flags.slice(2)).toEqual(['--incremental-marking-soft-trigger=0', '--incremental-marking-hard-trigger=0']);
});
