import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parts } from '../../src/serving/loading.ts';

const source = join(import.meta.dirname, '../../src');
/** Those of types only are gone when it runs; what is asked for by `import(…)` is loaded then. */
const IMPORT = /^(?:import|export)\b(?! type\b)[^;]*?from '([^']+)'|^import '([^']+)'/gm;

/** What most houses never ask for, or few requests. */
const FILES = [
  'api/router.ts',
  'api/routes.ts',
  'api/openapi.ts',
  'scim/router.ts',
  'passwords/guesser.ts',
  '../migrations/0001-contacts.ts',
];
const PACKAGES = [
  '@simplewebauthn/server',
  '@zxcvbn-ts/core',
  'nodemailer',
  'pg',
  'prom-client',
  'qrcode',
  'tar',
  'yaml',
];

/** Everything that a file has loaded before its first line runs: files as below `src`, and packages by name. */
function loadedBy(first: string): Set<string> {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const [, from, alone] of readFileSync(join(source, file), 'utf8').matchAll(IMPORT)) {
      const named = from ?? alone;
      const inside = join(dirname(file), named);
      if (!named.startsWith('.')) loaded.add(named);
      else load(inside);
    }
  };
  load(first);
  return loaded;
}

describe('what the server loads', () => {
  const loaded = loadedBy('serving/serve-as-set.ts');

  it('is the whole of the pages', () => {
    expect([...loaded]).toEqual(expect.arrayContaining(['users/pages/users-controller.ts', 'express', 'zod']));
  });

  it('is all in it that is loaded part by part', () => {
    expect(parts()).toContain(join('users', 'pages', 'users-controller.ts'));
    expect(parts().filter((part) => !loaded.has(part))).toEqual([]);
  });

  it('is little before the first part', () => {
    expect([...loadedBy('server.ts')].filter((name) => !name.startsWith('node:'))).toEqual([
      'server.ts',
      'serving/loading.ts',
    ]);
  });

  it.each([...FILES, ...PACKAGES])('is not %s, which is loaded when it is first asked for', (name) => {
    expect(loaded.has(name)).toBe(false);
  });
});

/** The tables of languages take 7 MB as soon as one number is written with them: `grouped` and `sortedByName` do without. */
it('writes no number and compares no names with the tables of languages', () => {
  const asking = globSync('**/*.ts', { cwd: source }).filter((file) =>
    /\.(toLocaleString|toLocaleDateString|toLocaleTimeString|localeCompare)\(|Intl\.(NumberFormat|Collator)/.test(
      readFileSync(join(source, file), 'utf8'),
    ),
  );
  expect(asking).toEqual([]);
});
