import { FieldErrors } from '../../forms/form.ts';
import { counted } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { applyDifference } from '../apply/applying.ts';
import { readDesiredState } from '../apply/desired-state.ts';
import { type Difference, differenceFrom } from '../apply/difference.ts';
import { type CommandContext, type Result, refused } from '../command.ts';

/** Says what is otherwise than a file says, and with `apply` makes it so. */
export async function applyFile(context: CommandContext, act: Act, path: string): Promise<Result> {
  const { db, operating = {} } = context;
  const desired = readDesiredState(path);
  const difference = await differenceFrom(db.read, desired);
  if (difference.problems.length > 0) return refused(`${difference.problems.join('\n')}\nNothing was changed.`);
  if (!operating.apply || isNothing(difference)) return told(difference);
  try {
    const applied = await db.write(async (trx) => {
      // As it is now: somebody may have been quicker than whoever read the difference.
      const now = await differenceFrom(trx, desired);
      if (now.problems.length > 0) throw new FieldErrors({ file: now.problems.join(' ') });
      return { now, operation: await applyDifference(trx, act, now) };
    });
    return told(applied.now, { operation: applied.operation });
  } catch (error) {
    if (!(error instanceof FieldErrors || error instanceof Refused)) throw error;
    return refused(`${error.message.replace(/ Nothing was changed\.$/, '')} Nothing was changed.`);
  }
}

function isNothing({ groups, users }: Difference): boolean {
  return groups.length + users.length === 0;
}

function told({ groups, users }: Difference, applied?: { operation: number | undefined }): Result {
  const steps = [
    ...groups.map(({ desired, group, different }) => ({ type: 'group', name: desired.name, isNew: !group, different })),
    ...users.map(({ desired, user, different }) => ({ type: 'user', name: desired.name, isNew: !user, different })),
  ];
  const lines = steps.flatMap(({ type, name, isNew, different }) => [
    `${isNew ? '+' : '~'} ${type} ${name}`,
    ...different.map(({ field, from, to }) => (isNew ? `    ${field}: ${to}` : `    ${field}: ${from} → ${to}`)),
  ]);
  const number = `${counted(groups.length, 'group')} and ${counted(users.length, 'user')}`;
  const end =
    steps.length === 0
      ? ['Everything is as the file says.']
      : applied
        ? [`${number} are as the file says now. Operation ${applied.operation}.`]
        : [`${number} would be changed. Nothing was done. With --apply it is.`];
  return {
    lines: [...lines, ...end],
    data: { changes: steps, applied: applied !== undefined, ...applied },
    exitCode: 0,
  };
}
