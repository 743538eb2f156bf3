import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import { PROGRAM_FOLDER } from '../program.ts';
import { iconSprite } from '../text/icons.ts';

const compressed = promisify(brotliCompress) as (content: Buffer) => Promise<Buffer>;

const publicFolder = join(PROGRAM_FOLDER, 'public');
const { resolve } = createRequire(import.meta.url);

/** Modules that are served out of their packages, as they are. */
const PACKAGED: Record<string, string> = {
  'js/htmx.js': resolve('htmx.org/dist/htmx.min.js'),
  'js/combobox.js': resolve('@github/combobox-nav'),
  // The only form of it that is one file.
  'js/webauthn.js': join(dirname(resolve('@simplewebauthn/browser')), '../dist/bundle/index.umd.min.js'),
};

/** The parts of the stylesheet, in the order of their layers. */
const SHEETS = [
  ...['tokens', 'base', 'layout', 'controls', 'display'],
  ...['list', 'sidebar', 'table', 'cells', 'cards'],
  ...['record', 'people', 'overlay', 'low', 'forced', 'print'],
];

/** They go out as one, since each file more would cost a first visit a request; and without what only their readers need. */
const stylesheet = SHEETS.map((name) => readFileSync(join(publicFolder, `css/${name}.css`), 'utf8'))
  .join('\n')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/^\s+/gm, '');

/** A module of the page without its comments; line numbers stay, for whoever reads an error. */
const moduleOf = (name: string) =>
  readFileSync(join(publicFolder, 'js', name), 'utf8').replace(/^[ \t]*(?:\/\/.*|\/\*\*.*\*\/[ \t]*)$|^[ \t]+/gm, '');

/** What only one other imports goes out within it, in the place of the import: each a request less. */
const WITHIN: Record<string, string[]> = { 'rows.js': ['moments.js', 'actions.js', 'copying.js', 'picker.js'] };

const withParts = (name: string) =>
  (WITHIN[name] ?? []).reduce(
    (content, part) =>
      content.replace(new RegExp(`^import (?:.* from )?'./${part}';$`, 'm'), () =>
        moduleOf(part).replace(/^export /gm, ''),
      ),
    moduleOf(name),
  );

const modules = readdirSync(join(publicFolder, 'js')).map((name) => [
  `js/${name}`,
  { type: 'text/javascript', content: withParts(name) },
]);

/** What is put together when the program starts. */
const MADE: Record<string, { type: string; content: string }> = {
  'icons.svg': { type: 'image/svg+xml', content: iconSprite },
  'roster.css': { type: 'text/css', content: stylesheet },
  ...Object.fromEntries(modules),
};

/** Changes whenever a file changes, so that browsers may keep what they have for ever. */
const version = fingerprint();

/** The address of a file in `public/`, of one that is made, or of a packaged module. */
export function assetPath(file: string): string {
  return `/assets/${version}/${file}`;
}

export function assets(): RequestHandler {
  const router = express.Router();
  for (const [name, file] of Object.entries(PACKAGED))
    router.get(
      `/assets/${version}/${name}`,
      answering({ type: 'text/javascript', content: readFileSync(file, 'utf8') }),
    );
  for (const [name, made] of Object.entries(MADE)) router.get(`/assets/${version}/${name}`, answering(made));
  const kept = { immutable: true, maxAge: '1y' };
  router.use(`/assets/${version}`, express.static(publicFolder, { ...kept, index: false, fallthrough: false }));
  return router;
}

/** What browsers keep for ever is worth the most effort: it is compressed once, as small as it gets. */
function answering({ type, content }: { type: string; content: string }): RequestHandler {
  let small: Promise<Buffer> | undefined;
  // Whoever asks often and reads slowly would hold a copy of their own for each answer.
  const whole = Buffer.from(content);
  return async (req, res) => {
    res.set('Cache-Control', 'public, max-age=31536000, immutable').type(type);
    if (!req.acceptsEncodings('br')) return void res.send(whole);
    small ??= compressed(whole);
    res.vary('Accept-Encoding');
    res.set('Content-Encoding', 'br').send(await small);
  };
}

function fingerprint(): string {
  const hash = createHash('sha256').update(iconSprite);
  for (const file of Object.values(PACKAGED)) hash.update(readFileSync(file));
  for (const file of readdirSync(publicFolder, { recursive: true, withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  ))
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  return hash.digest('hex').slice(0, 8);
}
