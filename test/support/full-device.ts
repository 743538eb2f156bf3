import { existsSync } from 'node:fs';
import { it } from '@jest/globals';

/** Takes no byte, as a file on a full disk. */
export const FULL = '/dev/full';

/** Only Linux has such a device. */
export const itOnAFullDisk = existsSync(FULL) ? it : it.skip;
