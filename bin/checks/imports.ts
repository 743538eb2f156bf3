// Keeps the floors of the house: what stands below knows nothing of what stands above it, and nothing goes in circles.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const source = join(import.meta.dirname, '../../src');
const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** From the ground up. A file imports from its own floor and from those below it. */
const FLOORS = ['ground', 'records', 'actions', 'pages', 'faces'] as const;
type Floor = (typeof FLOORS)[number];

/** What every feature stands on. */
const GROUND = new Set(['access', 'db', 'facets', 'forms', 'jobs', 'lists', 'process', 'settings', 'text', 'verbs']);
/** What stands over all of it: the server, and whatever programs and the command line ask. */
const FACES = new Set(['api', 'api-client', 'command-line', 'scim', 'serving']);
/** The files beside the folders: the program itself is a face, the rest of them are ground. */
const PROGRAM: Record<string, Floor> = {
  'app.ts': 'faces',
  'context-making.ts': 'faces',
  'features.ts': 'faces',
  'server.ts': 'faces',
  'app-context.ts': 'pages',
};

/** Folders that import each other all the same, as "one ↔ other", each with the reason; two at most. */
const KNOWN_CIRCLES: Record<string, string> = {
  'db ↔ db/postgres': 'the one place that chooses a database stands beside the contract that it answers',
  'db ↔ db/sqlite': 'the same for the other',
};

/** By file, as paths below `src`, what it imports of them. */
type Imports = Map<string, string[]>;

/** The findings, one line each; none where all is well. */
export function checkImports(folder = source): string[] {
  const imports = importsIn(folder);
  return [
    ...climbing(imports),
    ...featuresInWeb(imports),
    ...circles(imports, 'files').map((circle) => `files import each other in a circle: ${circle}`),
    ...circles(byFolder(imports), 'folders')
      .filter((circle) => !(circle in KNOWN_CIRCLES))
      .map((circle) => `folders import each other in a circle: ${circle}`),
    ...(Object.keys(KNOWN_CIRCLES).length > 2 ? ['more than two circles of folders are allowed for'] : []),
  ];
}

/** On which floor a file stands, by its path below `src`. */
export function floorOf(file: string): Floor {
  const [folder, ...rest] = dirname(file).split('/');
  if (folder === '.') return PROGRAM[file] ?? 'ground';
  if (GROUND.has(folder)) return 'ground';
  if (FACES.has(folder)) return 'faces';
  if (folder === 'web' || rest.includes('pages')) return 'pages';
  return rest.includes('actions') ? 'actions' : 'records';
}

function climbing(imports: Imports): string[] {
  const height = (file: string) => FLOORS.indexOf(floorOf(file));
  return [...imports].flatMap(([file, imported]) =>
    imported
      .filter((other) => height(other) > height(file))
      .map((other) => `${file} (${floorOf(file)}) climbs to ${other} (${floorOf(other)})`),
  );
}

/** What serves every page knows no feature: each declares itself (`web/feature.ts`). */
function featuresInWeb(imports: Imports): string[] {
  const isShared = (file: string) => floorOf(file) === 'ground' || /^(web\/|app-context\.ts$)/.test(file);
  return [...imports]
    .filter(([file]) => file.startsWith('web/'))
    .flatMap(([file, imported]) =>
      imported.filter((other) => !isShared(other)).map((other) => `${file} knows a feature: ${other}`),
    );
}

function importsIn(folder: string): Imports {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(
    files.map((file) => {
      const named = [...readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)].map(([, path]) => path);
      const inside = named.map((path) => normalize(join(dirname(file), path))).filter((path) => !path.startsWith('..'));
      return [relative('.', file), inside.filter((path) => path !== file)];
    }),
  );
}

function byFolder(imports: Imports): Imports {
  const folders: Imports = new Map();
  for (const [file, imported] of imports) {
    const folder = dirname(file);
    // The files beside the folders are no room of their own.
    if (folder === '.') continue;
    const others = imported.map((other) => dirname(other)).filter((other) => other !== folder && other !== '.');
    folders.set(folder, [...(folders.get(folder) ?? []), ...others]);
  }
  return folders;
}

/** Pairs of folders that import each other; of files whole circles, however long. */
function circles(imports: Imports, of: 'files' | 'folders'): string[] {
  if (of === 'folders')
    return [...imports].flatMap(([one, others]) =>
      [...new Set(others)]
        .filter((other) => one < other && imports.get(other)?.includes(one))
        .map((other) => `${one} ↔ ${other}`),
    );
  const found: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, way: string[]) => {
    if (state.get(file) === 'open') found.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (state.has(file)) return;
    state.set(file, 'open');
    for (const other of imports.get(file) ?? []) visit(other, [...way, file]);
    state.set(file, 'done');
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}
