import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionError, type PostgresError } from './errors.ts';

/** So long a server that is just being restarted, or taken over from, is waited for. */
const PATIENCE = 5_000;
const FIRST_PAUSE = 15;
const LONGEST_PAUSE = 200;

/** Does again what the server was lost at, for a while. For what changes nothing, or may as well be done twice. */
export async function untilReached<T>(work: () => Promise<T>): Promise<T> {
  const patientUntil = performance.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionError(error as PostgresError) || performance.now() > patientUntil) throw error;
      await sleep(pause);
    }
  }
}
