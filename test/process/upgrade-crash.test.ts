import { expect, test } from '@jest/globals';
import { upgradeCrashes } from '../../faults/upgrade-crash.ts';

test('an upgrade that was killed is completed by the next start', async () => {
  // The moments are spread over an upgrade instead of drawn.
  const moments = [0.05, 0.2, 0.5];
  expect((await upgradeCrashes(moments.length, () => moments.shift()!)).problems).toEqual([]);
});
