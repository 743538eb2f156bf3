import type { Teardown } from './template.ts';

/** After the last test: what the run started ends. */
export default async function tearDown(): Promise<void> {
  await (globalThis as Teardown).endOfTests?.();
}
