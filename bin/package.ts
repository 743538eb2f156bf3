// `npm run package`: the whole program as one executable for the platform that this runs on, in `dist/` or the folder that is given.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { THREADS } from '../src/db/sqlite/thread-file.ts';
import { ICONS } from '../src/text/icons.ts';
import { NODE_OPTIONS } from './boot/node-options.mjs';

/** Node looks for this in its own file to learn that it carries a program (Node's documentation, Single executable applications). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const root = join(import.meta.dirname, '..');
const platform = `${process.platform}-${process.arch}`;

/** Those with native parts stay packages, and so does what Knex only loads for databases that are not used here. */
const PACKAGES = ['better-sqlite3', 'bcrypt'];
const NOT_USED = ['pg', 'pg-query-stream', 'mysql', 'mysql2', 'mariadb/*', 'tedious', 'oracledb', 'sqlite3'];

/** What the program reads while it runs, at the places where it looks for it. */
const FILES = [
  ...['package.json', 'views/**', 'public/**'],
  ...['package.json', 'lib/**', `prebuilds/${platform}.node`].map((file) => `node_modules/better-sqlite3/${file}`),
  ...['package.json', '*.js', `prebuilds/${platform}/*`].map((file) => `node_modules/bcrypt/${file}`),
  'node_modules/node-gyp-build/{package.json,*.js}',
  'node_modules/htmx.org/{package.json,dist/htmx.min.js}',
  'node_modules/@github/combobox-nav/{package.json,dist/*.js}',
  'node_modules/@simplewebauthn/browser/{package.json,script/index.js,dist/bundle/index.umd.min.js}',
  'node_modules/@primer/octicons/package.json',
  ...ICONS.map((icon) => `node_modules/@primer/octicons/build/svg/${icon}-16.svg`),
];

/** By these names the program finds them. */
const THREAD_FILES = Object.fromEntries(THREADS.map((name) => [name, join(root, `src/db/sqlite/${name}.ts`)]));

const [, , target = join(root, 'dist')] = process.argv;
const file = join(target, process.platform === 'win32' ? 'roster.exe' : 'roster');
const work = mkdtempSync(join(tmpdir(), 'roster-package-'));
try {
  const { metafile } = await bundle({
    entryPoints: { program: join(root, 'bin/executable/program.ts'), ...THREAD_FILES },
    format: 'esm',
    splitting: true,
    outdir: join(work, 'program'),
    outExtension: { '.js': '.mjs' },
    external: [...PACKAGES, ...NOT_USED],
    banner: { js: "import { createRequire as from } from 'node:module';\nconst require = from(import.meta.url);" },
  });
  await bundle({
    entryPoints: { loader: join(root, 'bin/executable/loader.ts') },
    format: 'cjs',
    outdir: work,
    outExtension: { '.js': '.cjs' },
  });
  mkdirSync(target, { recursive: true });
  makeExecutable();
  writeFileSync(join(target, 'licences.txt'), licences(metafile));
  console.log(`${file}: ${Math.round(statSync(file).size / 1e6)} MB, for ${platform}. Try: ${file} demo`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function bundle(options: BuildOptions) {
  return build({
    ...options,
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    absWorkingDir: root,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
}

/** A copy of this runtime with the program in it (Node's documentation, Single executable applications). */
function makeExecutable(): void {
  const assets = Object.fromEntries(partFiles());
  const config = join(work, 'executable.json');
  const program = join(work, 'executable.blob');
  const settings = { main: join(work, 'loader.cjs'), output: program, disableExperimentalSEAWarning: true };
  writeFileSync(config, JSON.stringify({ ...settings, execArgv: NODE_OPTIONS, assets }));
  runNode('--experimental-sea-config', config);
  const beside = join(work, 'roster');
  copyFileSync(process.execPath, beside);
  const place = [
    '--sentinel-fuse',
    FUSE,
    ...(process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ];
  runNode(join(root, 'node_modules/postject/dist/cli.js'), beside, 'NODE_SEA_BLOB', program, ...place);
  rmSync(file, { force: true });
  copyFileSync(beside, file);
  chmodSync(file, 0o755);
}

function runNode(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

/** Each part: its path in the program, and the file that it is. */
function partFiles(): [path: string, file: string][] {
  const made = globSync('program/**', { cwd: work }).map((path) => [path, join(work, path)] as const);
  const own = FILES.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: root });
    if (found.length === 0) throw new Error(`${pattern} names no file`);
    return found.map((path) => [path, join(root, path)] as const);
  });
  return [...made, ...own]
    .filter(([, file]) => statSync(file).isFile())
    .map(([path, file]) => [path.replaceAll('\\', '/'), file]);
}

/** Of all that is in the executable, as they ask to be given along. */
function licences({ inputs }: Metafile): string {
  const folders = new Set(Object.keys(inputs).flatMap((path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  for (const path of FILES)
    if (path.startsWith('node_modules/')) folders.add(/^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)![0]);
  folders.add(`node_modules/node-${platform}`);
  return [...folders]
    .sort()
    .map((folder) => {
      const texts = globSync('{LICENSE,LICENCE,license}*', { cwd: join(root, folder) });
      const { license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const text = texts.map((name) => readFileSync(join(root, folder, name), 'utf8').trim()).join('\n\n');
      return `${folder.replace(/.*node_modules\//, '')} (${license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}
