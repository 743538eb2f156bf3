import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules holds what the lockfile names. npm writes down what it installed, so an `npm ci` by hand counts,
 * and nothing has to be written where nothing can be.
 */
export function isInstalled(root, development) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const found = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, integrity, ...needed }]) => {
    if (path === '') return true;
    // Some npm of version 11 notes packages of other platforms as well, and puts none of them there.
    if (!found[path] || !existsSync(join(root, path, 'package.json'))) return !isNeeded(needed, development);
    return found[path].version === version && found[path].integrity === integrity;
  });
}

/** What is optional is for some platforms only, and may be missing on this one. */
function isNeeded({ dev, optional, devOptional }, development) {
  return !optional && (development || !(dev || devOptional));
}

function packagesIn(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch {
    return {};
  }
}
