import { expect, it } from '@jest/globals';
import { killWhileSending } from '../../faults/mail-faults.ts';

it('loses no mail when it is killed while sending, and repeats one at most for each kill (F7)', async () => {
  const report = await killWhileSending(2);
  // Killed right after the server took it: that one comes twice. Killed before: once.
  expect(report).toEqual({ kills: 2, lost: 0, doubled: 1, mostCopies: 2 });
});
