import { findAdministratorIds } from '../../access/administrators.ts';
import { findHead, headInWords, verifyChain } from '../../audit/chain.ts';
import { instant, minuteOf } from '../../clock.ts';
import { KINDS } from '../../export/exportable.ts';
import { linkAddress } from '../../one-time-links/one-time-link.ts';
import { findToken } from '../../one-time-links/open-links.ts';
import { administratorsGroup } from '../../setup/actions/first-administrator.ts';
import { format } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import { createUser } from '../../users/actions/changing/user-creation.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { LOGIN_ATTEMPTS_RESET } from '../../users/actions/login-attempts-reset.ts';
import { PASSWORD_RESET } from '../../users/actions/password-reset.ts';
import { SECOND_FACTOR_RESET } from '../../users/actions/second-factor-reset.ts';
import type { UserAction } from '../../users/actions/user-action.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { User } from '../../users/user.ts';
import { checkNames } from '../../users/user-form.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject, findUsers } from '../../users/user-store.ts';
import { type Act, type ActSettings, actSettings, type Purpose } from '../../verbs/act.ts';
import { commandLineAct } from '../../verbs/program-act.ts';
import { type Command, type CommandContext, type Result, refused } from '../command.ts';
import { applyFile } from './apply-command.ts';
import { eraseUser } from './erase-command.ts';
import { exportList } from './export-command.ts';
import { deactivateWithHandOver } from './handing-over.ts';
import { listIdle } from './idle-command.ts';
import { importList } from './import-command.ts';
import { operate, undo } from './operate-command.ts';
import { listOperations } from './operations-command.ts';
import { createApiUser, createToken } from './program-commands.ts';
import { steeringCommands } from './steering-command.ts';

/** What an administrator does at the machine itself: by the same verbs and guards as the pages, audited as *command line*. */
export const COMMANDS: Record<string, Command> = {
  'create-administrator': {
    parameters: ['name', 'email'],
    summary: 'makes a user with all rights and prints (or mails) the link by which they choose a password',
    run: createAdministrator,
  },
  'list-administrators': {
    parameters: [],
    summary: 'lists who may maintain users and groups for good',
    run: listAdministrators,
  },
  unlock: {
    parameters: ['user'],
    summary: 'resets the login attempts of a user, and so ends a lock',
    run: (context, [user]) => act(context, user, LOGIN_ATTEMPTS_RESET, 'unlocked'),
  },
  'reset-password-link': {
    parameters: ['user'],
    summary: 'prints (or mails) a link by which the user chooses a new password',
    run: (context, [user]) => act(context, user, PASSWORD_RESET, 'may choose a new password'),
  },
  'reset-second-factor': {
    parameters: ['user'],
    summary: 'lets a user in by the password alone, who lost their authenticator',
    run: resetSecondFactor,
  },
  invite: {
    parameters: ['user'],
    summary: 'prints (or mails) a new invitation link of a user without a password',
    run: (context, [user]) => act(context, user, INVITATION, 'is invited'),
  },
  deactivate: {
    parameters: ['user'],
    summary:
      'deactivates a user; sessions and links end at once (--hand-over-to says who takes over what they leave behind)',
    run: (context, [user]) =>
      context.handOverTo === undefined
        ? act(context, user, DEACTIVATION, 'deactivated')
        : deactivateWithHandOver(context, actOf(context), user, context.handOverTo),
  },
  erase: {
    parameters: ['user'],
    summary: 'says who would be erased, deleted long enough ago, by name or id, and with --yes does it for good',
    run: (context, [user]) => eraseUser(context, actOf(context), user),
  },
  'create-api-user': {
    parameters: ['name'],
    summary: 'makes an identity for a program (--reason, --owner, --review, --group)',
    run: (context, [name]) => createApiUser(context, actOf(context), name),
  },
  'create-token': {
    parameters: ['user'],
    summary: 'makes a token of a program and prints it once (--scope, --days, --address, --name)',
    run: (context, [user]) => createToken(context, actOf(context), user),
  },
  export: {
    parameters: ['list'],
    summary: `writes ${KINDS.join(', ')} as a file (--format, --view, --to, --private)`,
    run: (context, [list]) => exportList(context, actOf(context), list),
  },
  import: {
    parameters: ['list', 'file'],
    summary:
      'says what a file of users or contacts would change, and with --apply does it (--by, --change-emails, --report, --these-are-all)',
    run: (context, [list, file]) => importList(context, actOf(context), list, file),
  },
  operate: {
    parameters: ['action'],
    rest: 'name or id',
    summary: 'says what an action would do to many, and with --apply does it (--on, --view, --value, --at)',
    run: (context, [action, ...named]) => operate(context, actOf(context), action, named),
  },
  apply: {
    parameters: ['file'],
    summary: 'says what is otherwise than a YAML file says of users and groups, and with --apply makes it so',
    run: (context, [file]) => applyFile(context, actOf(context), file),
  },
  operations: {
    parameters: [],
    summary: 'lists the newest operations, with their numbers',
    run: listOperations,
  },
  undo: {
    parameters: ['operation'],
    summary: 'says what taking an operation back would do, and with --apply does it',
    run: (context, [operation]) => undo(context, actOf(context), operation),
  },
  ...steeringCommands(actOf),
  idle: {
    parameters: [],
    summary: 'says whom the rule of idle accounts would touch now; it changes nothing',
    run: ({ db }) => listIdle(db),
  },
  'verify-audit': {
    parameters: [],
    summary: 'names the first event of the audit that was altered or is missing, also since --head',
    run: verifyAudit,
  },
};

async function act(context: CommandContext, identifier: string, action: UserAction, done: string): Promise<Result> {
  const user = await findUserByIdentifier(context.db.read, identifier);
  if (!user) return refused(`There is no user ${identifier}.`);
  const [{ refusal }] = await context.db.write((trx) => performOnUsers(trx, actOf(context), action, [user.id]));
  if (refusal) return refused(`${user.name} ${refusal.reason}. Nothing was changed.`);
  return action.makes
    ? withLink(context, user, done, action.makes)
    : { lines: [`${user.name}: ${done}.`], data: { user: user.name }, exitCode: 0 };
}

/** Never refuses: who has none is let in by the password alone already. */
async function resetSecondFactor(context: CommandContext, [identifier]: string[]): Promise<Result> {
  const user = await findUserByIdentifier(context.db.read, identifier);
  if (!user) return refused(`There is no user ${identifier}.`);
  const [{ refusal }] = await context.db.write((trx) =>
    performOnUsers(trx, actOf(context), SECOND_FACTOR_RESET, [user.id]),
  );
  const said = refusal ? refusal.reason : 'second factor reset';
  return { lines: [`${user.name}: ${said}.`], data: { user: user.name, reset: !refusal }, exitCode: 0 };
}

async function createAdministrator(context: CommandContext, [name, email]: string[]): Promise<Result> {
  const { values, errors } = checkNames({ name, email });
  if (errors) return refused(Object.values(errors).join(' '));
  const id = await context.db.write(async (trx) => {
    const groups = [await administratorsGroup(trx, actOf(context))];
    const created = await createUser(trx, actOf(context), { ...values, groups });
    await performOnUsers(trx, actOf(context), INVITATION, [created]);
    return created;
  });
  return withLink(
    context,
    await findSubject(context.db.read, id, minuteOf(Date.now())),
    'is an administrator once they chose a password',
    'invitation',
  );
}

async function listAdministrators({ db }: CommandContext): Promise<Result> {
  const now = instant(Date.now());
  const administrators = await findUsers(db.read, await findAdministratorIds(db.read, now));
  const none = 'Nobody maintains users and groups for good: create-administrator makes somebody who does.';
  const isLocked = (user: User) => user.lockedUntil !== null && user.lockedUntil > now;
  return {
    lines:
      administrators.length > 0
        ? administrators.map((user) => `${user.name}\t${user.email}${isLocked(user) ? '\tlocked' : ''}`)
        : [none],
    data: {
      administrators: administrators.map((user) => ({ name: user.name, email: user.email, locked: isLocked(user) })),
    },
    exitCode: administrators.length > 0 ? 0 : 2,
  };
}

async function verifyAudit({ db, config, head: noted }: CommandContext): Promise<Result> {
  const result = await verifyChain(db.read, config.secrets.audit, noted);
  if (!result.intact) {
    const line = `The audit was tampered with: event ${result.eventId} ${result.problem}.`;
    return { lines: [line], data: { ...result }, exitCode: 2 };
  }
  const since = noted ? `, among them number ${noted.eventId} as it was written down` : '';
  const head = await findHead(db.read);
  const erased = result.erased ? `, ${result.erased} of them erased` : '';
  return {
    lines: [`The audit is intact: ${counted(result.events, 'event')}${erased}${since}.`],
    data: { ...result, ...(head && { head: headInWords(head) }) },
    exitCode: 0,
  };
}

async function withLink(context: CommandContext, user: User, done: string, purpose: Purpose): Promise<Result> {
  if (context.channel === 'mail')
    return {
      lines: [`${user.name} ${done}. The server sends the link to ${user.email}.`],
      data: { user: user.name, mailedTo: user.email },
      exitCode: 0,
    };
  const found = await findToken(context.db.read, purpose, user.id, settingsOf(context).links, instant(Date.now()));
  if (!found) return refused(`${user.name} has no open link.`);
  const link = linkAddress(context.server.baseUrl, purpose, found.token);
  return {
    lines: [
      `${user.name} ${done}. The link, for one use, until ${format.moment(found.expiresAt)}:`,
      link,
      ...(context.server.baseUrlGiven ? [] : ['BASE_URL is not given, so the link works on this machine only.']),
    ],
    data: { user: user.name, link, expiresAt: found.expiresAt },
    exitCode: 0,
  };
}

/** Links are made as the server makes them. */
function settingsOf({ config, server }: Pick<CommandContext, 'config' | 'server'>): ActSettings {
  const { invitationHours, resetMinutes, sendsMail } = server;
  return actSettings({ ...config, invitationHours, resetMinutes }, sendsMail);
}

function actOf({ config, server, channel }: CommandContext): Act {
  return { ...commandLineAct(settingsOf({ config, server })), channel };
}
