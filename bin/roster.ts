// `npm run roster -- <command>`: what an administrator does at the machine itself. It works while the server runs.
import { parseArgs } from 'node:util';
import { headFrom } from '../src/audit/chain.ts';
import { type CommandContext, type Result, refused } from '../src/command-line/command.ts';
import { COMMANDS } from '../src/command-line/commands/commands.ts';
import { MAINTENANCE } from '../src/command-line/commands/maintenance.ts';
import { REMOTE } from '../src/command-line/remote/remote-commands.ts';
import { ConfigError, readSettings, type Settings } from '../src/config.ts';
import { explained, fail } from '../src/failure.ts';
import { openForCommand } from '../src/installation/open-installation.ts';
import { findServerSettings, serverSettings } from '../src/installation/server-settings.ts';
import { CannotStart } from '../src/process/cannot-start.ts';
import { COMMAND_LINE, isExecutable, VERSION } from '../src/program.ts';
import { Refused } from '../src/verbs/refusals.ts';
import { progress } from './progress.ts';

const ALL = { ...COMMANDS, ...MAINTENANCE, ...REMOTE };

/** Those of the executable that no npm script starts. */
const PROGRAMS = {
  serve: { parameters: [], summary: 'serves until it is stopped' },
  demo: { parameters: [], summary: 'serves a throw-away Roster full of people' },
};

const usages = Object.entries({ ...(isExecutable && PROGRAMS), ...ALL }).map(
  ([name, { parameters, summary, ...more }]) => {
    const rest = 'rest' in more ? [`[${more.rest} …]`] : [];
    const call = [name, ...parameters.map((parameter) => `<${parameter}>`), ...rest].join(' ');
    return `  ${call.padEnd(38)} ${summary}`;
  },
);

const USAGE = `Usage: ${COMMAND_LINE} <command> [--json] [--mail] [--without-secrets] [--keep-access] [--head <head>]
       ${COMMAND_LINE} export <list> [--format csv|jsonl] [--view 'activity=active&tag=3'] [--to <file>] [--private]
       ${COMMAND_LINE} operate <action> [--on users|groups|contacts] (--view '…' | <name or id> …) [--value field=what …]
                [--at '2027-01-31 18:00'] [--apply]
       ${COMMAND_LINE} undo <operation> [--apply]
       ${COMMAND_LINE} apply <file.yaml> [--apply]
       ${COMMAND_LINE} create-api-user <name> --reason <text> --owner <user> --review 2027-05-31 [--group <group>] [--email <address>]
       ${COMMAND_LINE} create-token <user> --scope users:read [--scope …] [--days 90] [--address 192.0.2.0/24] [--name <what for>]
       ${COMMAND_LINE} users|groups|bulk <verb> … --address https://roster.example.com [--token-file <file>]
       ${COMMAND_LINE} import users|contacts <file> [--by email|name] [--apply] [--change-emails] [--report <file>]
                [--these-are-all 'activity=active' [--missing <number>]]

${usages.join('\n')}

It works on the data in DATA_DIR, which a server made. A user is named by name or system email. With --mail a link goes
to the user by mail, sent by the running server, and is not printed. backup --without-secrets leaves the secrets out;
restore --keep-access leaves sessions and open links open that have not ended since. move-to copies everything to another place, goes on where it
was when it was interrupted, and leaves what was here closed; move-to --reopen opens that again (also with --keep-access). verify-audit --head compares with a head of
the audit that was written down: the server logs one a day. export writes to the output, or to the file of --to, which then is there
whole or not at all; --view is what the address of the list says after the question mark; of contacts it writes those of everybody, and
with --private those of users and groups as well. import says what a file would change, and with --apply does it; lines that are refused go
with their reasons into the file of --report. --these-are-all names who is in a view and not in the file, and with --apply deactivates
them; where they are more than a twentieth of it, --missing has to say their number. operate says whom an action would change, who is left
out and why, and with --apply does it; what the action has to be told goes into --value, as in --value group=Sales
--value untilAt=2027-01-31 (none for no end); with --at the server does it then, judged anew (in UTC where no zone is named). apply says what is otherwise than the file says; what it does not name stays. users, groups and bulk work on
another machine, over the
interface for programs, by a token in the file of --token-file or in ROSTER_TOKEN, never in the command itself; the address may stand in
ROSTER_ADDRESS. erase says who would be erased, and with --yes does it; of several who were called the same it takes the id. Exit codes: 0 done; 1 wrong use or settings; 2 refused, and nothing was changed, or the
audit is not intact; 3 some lines of a file were refused, or some were left out.`;

const OPTIONS = {
  json: { type: 'boolean' },
  mail: { type: 'boolean' },
  'without-secrets': { type: 'boolean' },
  'keep-access': { type: 'boolean' },
  reopen: { type: 'boolean' },
  head: { type: 'string' },
  format: { type: 'string' },
  view: { type: 'string' },
  to: { type: 'string' },
  private: { type: 'boolean' },
  by: { type: 'string' },
  apply: { type: 'boolean' },
  at: { type: 'string' },
  'change-emails': { type: 'boolean' },
  report: { type: 'string' },
  'these-are-all': { type: 'string' },
  missing: { type: 'string' },
  on: { type: 'string' },
  value: { type: 'string', multiple: true },
  reason: { type: 'string' },
  owner: { type: 'string' },
  review: { type: 'string' },
  email: { type: 'string' },
  group: { type: 'string', multiple: true },
  scope: { type: 'string', multiple: true },
  days: { type: 'string' },
  address: { type: 'string', multiple: true },
  name: { type: 'string' },
  'token-file': { type: 'string' },
  tag: { type: 'string', multiple: true },
  leaves: { type: 'string' },
  description: { type: 'string' },
  invite: { type: 'boolean' },
  until: { type: 'string' },
  yes: { type: 'boolean' },
  'hand-over-to': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Which commands take an option that not all take. */
const OPTIONS_OF: Record<string, string[]> = {
  format: ['export'],
  view: ['export', 'operate', ...Object.keys(REMOTE)],
  to: ['export'],
  private: ['export'],
  by: ['import'],
  apply: ['apply', 'import', 'operate', 'undo', 'bulk'],
  at: ['operate', 'bulk'],
  'change-emails': ['import'],
  report: ['import'],
  'these-are-all': ['import'],
  missing: ['import'],
  on: ['operate', 'bulk'],
  value: ['operate', 'bulk'],
  reason: ['create-api-user'],
  owner: ['create-api-user'],
  review: ['create-api-user'],
  email: ['create-api-user', 'users'],
  group: ['create-api-user', 'users'],
  scope: ['create-token'],
  days: ['create-token'],
  address: ['create-token', ...Object.keys(REMOTE)],
  name: ['create-token', 'users', 'groups'],
  'token-file': Object.keys(REMOTE),
  tag: ['users', 'groups'],
  leaves: ['users'],
  description: ['users', 'groups'],
  invite: ['users'],
  until: ['users'],
  yes: ['erase'],
  'hand-over-to': ['deactivate'],
};

function given() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    return fail([`${(error as Error).message}`, 'see --help']);
  }
}

// A link that is told once must not get lost in silence; whoever reads the first lines alone has what they want.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') fail([`what this says could not be written (${code})`]);
});

const { values, positionals } = given();
const [name, ...parameters] = positionals;

if (values.help) {
  console.log(USAGE);
} else if (values.version) {
  console.log(VERSION);
} else if (!Object.hasOwn(ALL, name ?? '') || !isNumberRight()) {
  console.error(`roster: ${whatIsWrong()}\n\n${USAGE}`);
  process.exitCode = 1;
} else {
  try {
    const result = await run().catch(asRefused);
    const tell = result.isBeside ? console.error : console.log;
    tell(values.json ? JSON.stringify(result.data) : result.lines.join('\n'));
    process.exitCode = result.exitCode;
  } catch (error) {
    fail(explained(error), error instanceof CannotStart && !(error instanceof ConfigError) ? 2 : 1);
  }
}

/** A rule that speaks up in the middle of it refuses as well as one that is asked before. */
function asRefused(error: unknown): Result {
  if (error instanceof Refused) return refused(error.message);
  throw error;
}

async function run(): Promise<Result> {
  if (Object.hasOwn(REMOTE, name)) return askElsewhere();
  const settings = readSettings();
  return Object.hasOwn(MAINTENANCE, name) ? maintain(settings) : act(settings);
}

function isNumberRight(): boolean {
  const command = ALL[name];
  const isInstead = 'instead' in command && command.instead !== undefined && values[command.instead];
  const more = parameters.length - (isInstead ? 0 : command.parameters.length);
  return 'rest' in command && command.rest !== undefined ? more >= 0 : more === 0;
}

function whatIsWrong(): string {
  if (name === undefined) return 'which command?';
  if (!Object.hasOwn(ALL, name)) return `there is no command ${name}`;
  return `${name} takes: ${ALL[name].parameters.join(', ') || 'nothing'}`;
}

function maintain(settings: Settings): Promise<Result> {
  const options = {
    withoutSecrets: values['without-secrets'] === true,
    keepAccess: values['keep-access'] === true,
    reopen: values.reopen === true,
    watch: progress,
  };
  return MAINTENANCE[name].run(settings, parameters, options);
}

/** Settings are those of a server here, and nothing to it. */
function askElsewhere(): Promise<Result> {
  requireFittingOptions();
  const { view, on, apply, at, email, leaves, description, invite, until } = values;
  const { value, group: groups, tag: tags, name: called, address: addresses } = values;
  const options = {
    view,
    on,
    apply,
    at,
    email,
    leaves,
    description,
    invite,
    until,
    values: value,
    groups,
    tags,
    name: called,
  };
  return REMOTE[name].run({ addresses, tokenFile: values['token-file'] }, parameters, options);
}

function requireFittingOptions(): void {
  for (const [option, names] of Object.entries(OPTIONS_OF))
    if (values[option as keyof typeof values] !== undefined && !names.includes(name))
      throw new ConfigError([`--${option} is for ${names.join(' and ')}`]);
}

/** A link leads where those of the server lead, and lasts as long, whatever this shell has set. */
async function act(settings: Settings): Promise<Result> {
  const { config, db, close } = await openForCommand(settings);
  try {
    const server = (await findServerSettings(db.read)) ?? serverSettings(config, config.baseUrl);
    if (values.mail && !server.sendsMail) throw new ConfigError(['--mail needs SMTP_URL and MAIL_FROM at the server']);
    const head = headFrom(values.head ?? '');
    if (values.head !== undefined && (!head || name !== 'verify-audit'))
      throw new ConfigError(['--head takes a head that the log told, such as 123:…, and is for verify-audit']);
    requireFittingOptions();
    const { format, view, to, private: withPrivate } = values;
    const { by, apply, report, 'change-emails': changesEmails } = values;
    const channel = values.mail ? 'mail' : 'copy';
    const exporting = { format, view, to, withPrivate };
    const { 'these-are-all': theseAreAll, missing } = values;
    const importing = { by, apply, report, changesEmails, theseAreAll, missing };
    const operating = { on: values.on, view, values: values.value, apply, at: values.at };
    const { reason, owner, review, email, group: groups } = values;
    const { scope: scopes, days, address: addresses, name: tokenName } = values;
    const programs = { reason, owner, review, email, groups, scopes, days, addresses, tokenName };
    const words = {
      exporting,
      importing,
      operating,
      programs,
      handOverTo: values['hand-over-to'],
      isMeant: values.yes,
    };
    const context: CommandContext = { db, config, server, channel, head, ...words };
    return await COMMANDS[name].run(context, parameters);
  } finally {
    await close();
  }
}
