import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// Preloaded: kills the process before it moves a file or a folder for the nth time.
const { renameSync } = fs;
let left = Number(process.env.KILL_AT_RENAME);

fs.renameSync = (from, to) => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
  renameSync(from, to);
};
syncBuiltinESMExports();
