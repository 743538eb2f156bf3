// What Node runs first in the single executable: it unpacks the program and hands over to it.
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { unpack } from './unpack.ts';

process.env.NODE_ENV ??= 'production';
try {
  const parts = new Map(getAssetKeys().map((path) => [path, new Uint8Array(getRawAsset(path))]));
  const program = join(unpack(parts, places()), 'program/program.mjs');
  createRequire(program)(program);
} catch (error) {
  console.error(`roster: ${(error as Error).message}`);
  process.exit(1);
}

/** Where caches belong, the first that is given: by systemd, by the desktop, by custom; else where anybody may write. */
function places(): string[] {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const given = CACHE_DIRECTORY || XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
  const shared = join(tmpdir(), `roster-${process.getuid?.() ?? 'cache'}`);
  return given ? [join(given, 'roster'), shared] : [shared];
}
