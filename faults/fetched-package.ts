import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const cache = join(homedir(), '.cache', 'roster');

/**
 * The folder of a package that cannot be a dependency, because node_modules would then own its `node` or `npm` and the
 * scripts would run with it. Fetched once and kept outside. Rejects where the registry cannot be reached.
 */
export async function fetchedPackage(name: string, version: string): Promise<string> {
  const place = join(cache, `${name}-${version}`);
  if (!existsSync(place)) await fetchInto(place, name, version);
  return join(place, 'node_modules', name);
}

async function fetchInto(place: string, name: string, version: string): Promise<void> {
  mkdirSync(dirname(place), { recursive: true });
  const beside = mkdtempSync(`${place}.`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--global=false'];
  try {
    await promisify(execFile)('npm', ['install', '--prefix', beside, ...options, `${name}@${version}`], {
      cwd: beside,
    });
    renameSync(beside, place);
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr || (error as Error).message;
    throw new Error(`${name}@${version} could not be fetched, and nothing can be tried without it: ${reason}`);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}
