import { existsSync } from 'node:fs';
import type { it as ofOneFile } from '@jest/globals';
import { kept } from '../runner/provided-globals.ts';

/** Takes no byte, as a file on a full disk. */
export const FULL = '/dev/full';

/** Only Linux has such a device. The test is one of the file that runs, of several that share this one. */
export const itOnAFullDisk = (...test: Parameters<typeof ofOneFile>): void => {
  const it = kept.globals.it as typeof ofOneFile;
  const tried = existsSync(FULL) ? it : it.skip;
  tried(...test);
};
