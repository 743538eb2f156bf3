import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { rosterInto } from '../support/command-line.ts';

const FULL = '/dev/full';

it('is told where it cannot be written, as a link is shown once only', async () => {
  if (!existsSync(FULL)) return;
  const full = openSync(FULL, 'w');
  try {
    expect(await rosterInto(full, {}, ['--version'])).toEqual({
      code: 1,
      output: 'roster: what this says could not be written (ENOSPC)\n',
    });
  } finally {
    closeSync(full);
  }
});
