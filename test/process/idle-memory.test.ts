import { expect, it } from '@jest/globals';
import { idleWatch } from '../../src/idle-memory.ts';

it('has memory saved while there is little to do, and not while there is much', () => {
  const flags: string[] = [];
  const look = idleWatch((flag) => flags.push(flag));
  for (const atWork of [0.9, 0.5, 0.02, 0, 0.1, 0.11, 1, 0]) look(atWork);
  expect(flags).toEqual(['--memory-saver-mode', '--no-memory-saver-mode', '--memory-saver-mode']);
});
