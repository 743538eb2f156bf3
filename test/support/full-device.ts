import { existsSync } from 'node:fs';
import type { it as ofOneFile } from '@jest/globals';
import { kept } from '../runner/provided-globals.ts';

/** Takes no byte, as a file on a full disk. */
export const FULL = '/dev/full';

/** Only Linux has such a device. The test is one of the file that runs, of several that share this one. */
export const itOnAFullDisk: typeof ofOneFile.skip = (...test) => {
  const it = kept.globals.it as typeof ofOneFile;
  return existsSync(FULL) ? it(...test) : it.skip(...test);
};
