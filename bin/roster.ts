// `npm run roster -- <command>`: what an administrator does at the machine itself. It works while the server runs.
import { parseArgs } from 'node:util';
import { COMMANDS } from '../src/command-line/commands.ts';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { explained, fail } from '../src/failure.ts';
import { linkSettings } from '../src/links/link-store.ts';

const usages = Object.entries(COMMANDS).map(([name, { parameters, summary }]) => {
  const call = [name, ...parameters.map((parameter) => `<${parameter}>`)].join(' ');
  return `  ${call.padEnd(38)} ${summary}`;
});

const USAGE = `Usage: npm run roster -- <command> [--json] [--mail]

${usages.join('\n')}

A user is named by name or system email. With --mail a link goes to the user by mail, sent by the running server, and is
not printed; this needs SMTP_URL. Exit codes: 0 done; 1 wrong use or settings; 2 refused, and nothing was
changed, or the audit is not intact.`;

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, mail: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return fail([`${(error as Error).message}`, 'see --help']);
  }
}

const { values, positionals } = given();
const [name, ...parameters] = positionals;
const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;

if (values.help) {
  console.log(USAGE);
} else if (!command || parameters.length !== command.parameters.length) {
  const wrong =
    name === undefined
      ? 'which command?'
      : command
        ? `${name} takes: ${command.parameters.join(', ') || 'nothing'}`
        : `there is no command ${name}`;
  console.error(`roster: ${wrong}\n\n${USAGE}`);
  process.exitCode = 1;
} else {
  try {
    const config = readConfig();
    if (values.mail && !config.mail) fail(['--mail needs SMTP_URL and MAIL_FROM']);
    const db = openDatabase(config.dataDir);
    await migrate(db);
    const links = linkSettings(config.secrets.link, config.invitationHours, config.resetMinutes);
    const result = await command.run({ db, config, links, channel: values.mail ? 'mail' : 'copy' }, parameters);
    await db.close();
    console.log(values.json ? JSON.stringify(result.data) : result.lines.join('\n'));
    process.exitCode = result.exitCode;
  } catch (error) {
    fail(explained(error));
  }
}
