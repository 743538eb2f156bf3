import { minuteOf } from '../../clock.ts';
import { FieldErrors } from '../../forms/form.ts';
import { findGroups } from '../../groups/group-store.ts';
import { format } from '../../text/format.ts';
import { identityKey } from '../../text/identity-key.ts';
import { makeToken } from '../../tokens/actions/token-making.ts';
import { checkToken, USUAL_DAYS } from '../../tokens/token-form.ts';
import { createUserFromForm } from '../../users/actions/changing/user-form-saving.ts';
import { checkUser, emptyUser } from '../../users/user-form.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { type CommandContext, type Result, refused } from '../command.ts';

/** An identity for a program, by the form that pages fill in. */
export async function createApiUser(context: CommandContext, act: Act, name: string): Promise<Result> {
  const { reason = '', owner = '', review = '', email = '', groups = [] } = context.programs ?? {};
  const known = new Map((await findGroups(context.db.read)).map((group) => [identityKey(group.name), group]));
  const missing = groups.filter((group) => known.get(identityKey(group))?.activity !== 'active');
  if (missing.length > 0) return refused(`There is no active group ${missing[0]}.`);
  const typed = {
    ...emptyUser(),
    name,
    email,
    groups: groups.map((group) => String(known.get(identityKey(group))!.id)),
    apiOnly: 'yes',
    apiOnlyReason: reason,
    apiOnlyOwner: owner,
    apiOnlyReviewOn: review,
  };
  const { values, errors } = checkUser(typed, format);
  if (errors) return refused(`${Object.values(errors).join(' ')} Nothing was changed.`);
  return unlessUnfit(async () => {
    const id = await context.db.write((trx) => createUserFromForm(trx, act, values));
    const lines = [`${values.name} is there, for ${values.apiOnlyOwner} to answer for. create-token lets it in.`];
    return { lines, data: { id, user: values.name }, exitCode: 0 };
  });
}

/** A token of a program; its secret goes to the output, this once. */
export async function createToken(context: CommandContext, act: Act, identifier: string): Promise<Result> {
  const { scopes = [], days = String(USUAL_DAYS), addresses = [], tokenName = 'command line' } = context.programs ?? {};
  const user = await findUserByIdentifier(context.db.read, identifier);
  if (!user) return refused(`There is no user ${identifier}.`);
  const typed = { name: tokenName, scopes: [...scopes], days, addresses: addresses.join(',') };
  const { values, errors } = checkToken(typed, context.config.tokenDays);
  if (errors) {
    const told = Object.entries(errors).map(([field, message]) => `${OPTION_OF[field] ?? field}: ${message}`);
    return refused(`${told.join(' ')} Nothing was changed.`);
  }
  return unlessUnfit(async () => {
    const made = await context.db.write(async (trx) =>
      makeToken(trx, act, await findSubject(trx, user.id, minuteOf(act.at)), values),
    );
    const { id, secret: token, expiresAt } = made;
    return {
      lines: [`A token of ${user.name}, until ${format.moment(expiresAt)}. It is shown this once:`, token],
      data: { id, user: user.name, token, scopes: values.scopes, expiresAt },
      exitCode: 0,
    };
  });
}

const OPTION_OF: Record<string, string> = {
  scopes: '--scope',
  days: '--days',
  addresses: '--address',
  name: '--name',
};

async function unlessUnfit(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FieldErrors || error instanceof Refused)) throw error;
    return refused(`${error.message} Nothing was changed.`);
  }
}
