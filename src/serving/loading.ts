import { readdirSync } from 'node:fs';
import { flushCompileCache, type ResolveHookSync, registerHooks } from 'node:module';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { pathToFileURL } from 'node:url';

/** All that the server is made of. */
const SOURCE = join(import.meta.dirname, '..');

/** From these hangs almost all that the server is made of. */
const PART = /[\\/]pages[\\/].*-(controller|feature)\.ts$/;

/**
 * Loads the pages one after the other, each with what it needs and the ones before did not. Node loads all of an import before it runs any, and keeps
 * until then what it read of its compile cache: 14 MB of small pieces, whose room no other has use for and the C library never gives back.
 */
export async function loadInParts(): Promise<void> {
  // The single executable holds no files that it could load.
  if (isSea()) return;
  registerHooks({ resolve });
  for (const part of parts()) {
    await import(pathToFileURL(join(SOURCE, part)).href);
    flushCompileCache();
  }
}

/**
 * Where a file of the program names another there is nothing to look for. Node would look for each of the thousands of names: which file it is, whether it
 * is a link to another, and what the package beside it says of its kind; a fifth of what loading takes.
 */
const resolve: ResolveHookSync = (specifier, context, next) =>
  specifier.startsWith('.') && specifier.endsWith('.ts')
    ? { url: new URL(specifier, context.parentURL).href, format: 'module-typescript', shortCircuit: true }
    : next(specifier, context);

/** As paths below `src`. */
export function parts(): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => PART.test(file)).sort();
}
