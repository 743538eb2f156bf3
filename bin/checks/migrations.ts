import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.ts';
import { takenAway } from './rolling.ts';

const LIST = 'frozen.sha256';
/** The only file of the folder that every new migration changes. */
const INDEX = 'index.ts';

/**
 * Migrations that were edited, renamed or removed after they landed, that are not frozen yet, that use code which may
 * change under them, or that break processes of the version before.
 */
export function checkMigrations(folder = join(import.meta.dirname, '../../migrations')): string[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== INDEX)
    .sort();
  const frozen = readList(join(folder, LIST));
  const findings: string[] = [];
  for (const file of frozen.keys())
    if (!existsSync(join(folder, file))) findings.push(`migrations/${file} has landed and was removed or renamed`);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    if (!frozen.has(file)) findings.push(`migrations/${LIST} lacks the line: ${hash}  ${file}`);
    else if (frozen.get(file) !== hash)
      findings.push(`migrations/${file} has landed and was edited: write a new migration instead`);
    for (const [, from] of text.matchAll(/\bfrom '([^']+)'/g))
      if (from.startsWith('../'))
        findings.push(`migrations/${file} uses ${from}, which may change: copy what it needs`);
    for (const what of takenAway(file, text))
      findings.push(`migrations/${file} ${what}, while a process of the version before may be at work`);
  }
  const numbered = files.map((file) => file.replace(/\.ts$/, '')).filter((name) => /^\d/.test(name));
  if (Object.keys(migrations).join() !== numbered.join())
    findings.push(`migrations/${INDEX} does not name all migrations in their order`);
  return findings;
}

/** By file: its hash, as `sha256sum` prints both. */
function readList(file: string): Map<string, string> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}
