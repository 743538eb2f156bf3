import { registerHooks } from 'node:module';

export type Globals = Record<string, unknown>;

/** What the framework made for the file of tests that runs, and which file of this process that is. */
export const kept: { globals: Globals; file: number } = { globals: {}, file: 0 };

const GLOBALS = '@jest/globals';
const PROVIDED = new URL('globals.ts', import.meta.url).href;

/** Whoever imports what tests are written with gets that of the file that runs. */
export function provideGlobals(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === GLOBALS ? { url: `${PROVIDED}?${kept.file}`, shortCircuit: true } : next(specifier, context),
  });
}
