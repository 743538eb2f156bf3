import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';

const publicFolder = join(import.meta.dirname, '../../public');
const htmxFile = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');

/** Changes whenever a file changes, so that browsers may keep what they have for ever. */
const version = fingerprint();

/** The address of a file in `public/`, or of `js/htmx.js` from its package. */
export function assetPath(file: string): string {
  return `/assets/${version}/${file}`;
}

export function assets(): RequestHandler {
  const router = express.Router();
  const kept = { immutable: true, maxAge: '1y' } as const;
  router.get(`/assets/${version}/js/htmx.js`, (_req, res) => res.sendFile(htmxFile, kept));
  router.use(`/assets/${version}`, express.static(publicFolder, { ...kept, index: false, fallthrough: false }));
  return router;
}

function fingerprint(): string {
  const hash = createHash('sha256').update(readFileSync(htmxFile));
  for (const file of readdirSync(publicFolder, { recursive: true, withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  ))
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  return hash.digest('hex').slice(0, 12);
}
