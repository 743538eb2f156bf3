import { jobsOf } from '../../src/features.ts';
import type { TestApp } from './app.ts';

/** Does what the program does by itself now and then, at once. */
export function runJob(app: TestApp, called: string): Promise<void> {
  return jobsOf(app.context)
    .find(({ name }) => name === called)!
    .run();
}
