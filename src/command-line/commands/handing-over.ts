import { minuteOf } from '../../clock.ts';
import { findLeft, stepsFor } from '../../leaving/actions/decisions.ts';
import { letLeaveNow } from '../../leaving/actions/operations/letting-leave.ts';
import { canTakeOver } from '../../leaving/heirs.ts';
import type { Decisions } from '../../leaving/left-kind.ts';
import { counted } from '../../text/text.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { type CommandContext, type Result, refused } from '../command.ts';

/** Lets somebody go, and another take over whatever they can of it; what they cannot stays, and is said. */
export async function deactivateWithHandOver(
  { db }: CommandContext,
  act: Act,
  identifier: string,
  heirIdentifier: string,
): Promise<Result> {
  const found = await findUserByIdentifier(db.read, identifier);
  if (!found) return refused(`There is no user ${identifier}.`);
  const heir = await findUserByIdentifier(db.read, heirIdentifier);
  if (!heir) return refused(`There is no user ${heirIdentifier}.`);
  if (heir.id === found.id || !canTakeOver(heir, minuteOf(act.at)))
    return refused(
      `${heir.name} cannot take over: name somebody else who can sign in or is invited. Nothing was changed.`,
    );
  const user = await findSubject(db.read, found.id, minuteOf(act.at));
  const left = await findLeft(db.read, [user.id], act.at);
  const decisions: Decisions = Object.fromEntries(
    [...left.keys()].flatMap((kind) => (kind.heir ? [[kind.name, { deed: 'hand-over' as const, to: heir.id }]] : [])),
  );
  const steps = await stepsFor(db.read, act, user, decisions);
  const handed = new Map(steps.map(({ kind, shares }) => [kind, shares.length]));
  try {
    const operation = await db.write((trx) => letLeaveNow(trx, act, user, decisions));
    const lines = [...left].map(([kind, things]) => {
      const number = handed.get(kind) ?? 0;
      const stays = things.length - number;
      const said = [
        ...(number > 0 ? [`${counted(number, kind.noun)} handed over to ${heir.name}`] : []),
        ...(stays > 0 ? [`${counted(stays, kind.noun)} left as before`] : []),
      ];
      return `${said.join(', ')}.`;
    });
    const data = { user: user.name, operation, handedOver: [...handed.values()].reduce((sum, one) => sum + one, 0) };
    return { lines: [`${user.name}: deactivated.`, ...lines], data, exitCode: 0 };
  } catch (error) {
    if (error instanceof Refused) return refused(`${error.message} Nothing was changed.`);
    throw error;
  }
}
