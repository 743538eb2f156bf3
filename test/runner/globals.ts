import { kept } from './provided-globals.ts';

/** Loaded once for each file of tests. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = kept.globals;
