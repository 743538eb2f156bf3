import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { CannotStart } from '../../process/cannot-start.ts';

export const MANIFEST_FILE = 'manifest.json';

const manifest = z.object({
  format: z.literal(1),
  /** When the database was as it stands in the backup. */
  madeAt: z.iso.datetime(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** What a backup holds, so that one can tell whether it still does. */
export type Manifest = z.infer<typeof manifest>;

/** Describes the files, named as they lie below `folder`. */
export async function describe(folder: string, paths: string[], madeAt: string): Promise<Manifest> {
  const files = [];
  for (const path of paths) {
    const file = join(folder, path);
    files.push({ path, bytes: statSync(file).size, sha256: await checksum(file) });
  }
  return { format: 1, madeAt, files };
}

/** Reads the manifest below `folder` and compares every file with it. Throws CannotStart where one differs. */
export async function verified(folder: string): Promise<Manifest> {
  const found = readManifest(join(folder, MANIFEST_FILE));
  for (const { path, bytes, sha256 } of found.files) {
    const file = join(folder, path);
    if (!existsSync(file) || statSync(file).size !== bytes || (await checksum(file)) !== sha256)
      throw new CannotStart([`the backup is damaged: ${path} in it is not what was put there`]);
  }
  return found;
}

function readManifest(file: string): Manifest {
  const found = existsSync(file) ? manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  if (!found?.success) throw new CannotStart(['this is no backup of Roster, or one of a newer version']);
  return found.data;
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
