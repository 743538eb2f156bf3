// `npm run roster -- <command>`: what an administrator does at the machine itself. It works while the server runs.
import { verifyAudit } from '../src/command-line/verify-audit.ts';
import { ConfigError, readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';

const COMMANDS = { 'verify-audit': verifyAudit };

const USAGE = `Usage: npm run roster -- <command>

  verify-audit   walks the chain of the audit and names the first event that was altered or is missing
                 (exit code 0: intact, 2: tampered with)`;

async function run(name: string | undefined): Promise<number> {
  if (name === '--help' || name === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (!name || !(name in COMMANDS)) {
    console.error(name ? `roster: there is no command ${name}\n\n${USAGE}` : USAGE);
    return 1;
  }
  const config = readConfig();
  const db = openDatabase(config.dataDir);
  try {
    await migrate(db);
    const { line, exitCode } = await COMMANDS[name as keyof typeof COMMANDS](db, config);
    console.log(line);
    return exitCode;
  } finally {
    await db.close();
  }
}

try {
  process.exitCode = await run(process.argv[2]);
} catch (error) {
  const lines = error instanceof ConfigError ? error.lines : [error instanceof Error ? error.message : String(error)];
  for (const line of lines) console.error(`roster: ${line}`);
  process.exitCode = 1;
}
