import { type Ends, findOwnEnds, outlasted } from '../../../access/lasting.ts';
import { minuteOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import type { Judge } from '../../../verbs/action.ts';
import { forbiddenFields, type Refusal } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { findUsers } from '../../user-store.ts';
import type { UserDetails } from './user-details.ts';

type Rule = (subject: Subject, before: UserDetails, after: UserDetails) => Refusal | undefined;

/** What nobody changes of themself, and what one lifts from nobody who has it oneself. */
export async function ownRules(db: Reader, { by, at }: Judge): Promise<Rule> {
  const [actor] = by.id === null ? [] : await findUsers(db, [by.id]);
  const ends = await findOwnEnds(db, by, minuteOf(at));
  return (subject, before, after) => {
    const errors: Record<string, string> = {
      ...(by.id === subject.id && againstOneself(before, after, ends)),
      ...(actor?.noSharedData && lifting(before, after)),
    };
    return Object.keys(errors).length > 0 ? forbiddenFields(errors) : undefined;
  };
}

/** What is reviewed, and by whom, is not for who is reviewed to say. */
const NOT_BY_ITSELF = 'This is yourself: no program says who answers for it, or until when. Ask whoever does.';

/** Nobody lets themself leave, stays beyond the end that others set, or demotes themself (promise 4). */
function againstOneself(before: UserDetails, after: UserDetails, ends: Ends): Record<string, string> {
  const errors: Record<string, string> = {};
  if (after.user.leavesAt !== before.user.leavesAt)
    errors.leavesAt = 'This is yourself: nobody sets when they leave themself. Ask another administrator.';
  if (after.user.startsAt !== null && after.user.startsAt !== before.user.startsAt)
    errors.startsAt = 'This is yourself: nobody sets when they start themself. Ask another administrator.';
  if (after.user.apiOnly && !before.user.apiOnly)
    errors.apiOnly = 'This is yourself: nobody makes themself API-only. Ask another administrator.';
  if (before.user.apiOnly && isAnsweredOtherwise(before, after)) errors.apiOnly = NOT_BY_ITSELF;
  if (before.user.apiOnly && after.user.leavesAt !== before.user.leavesAt) errors.leavesAt = NOT_BY_ITSELF;
  const kept = new Set(after.groups.map((group) => group.id));
  if (before.groups.some((group) => !kept.has(group.id) && Object.keys(group.rights).length > 0))
    errors.groups = 'This is yourself: nobody takes rights from themself. Ask another administrator.';
  else if (before.groups.some((group) => !kept.has(group.id) && group.requiresSecondFactor))
    errors.groups = 'This is yourself: nobody lets themself off a second factor. Ask another administrator.';
  else if (isLonger(before, after, ends))
    errors.groups =
      'This is yourself: nobody makes what they may do last longer than it was given to them. Ask another administrator.';
  return errors;
}

function isLonger(before: UserDetails, after: UserDetails, ends: Ends): boolean {
  const coming = after.groups.filter(({ id }) => !before.ends.has(id));
  return coming.some(({ id, rights }) => outlasted(ends, rights, after.ends.get(id) ?? null) !== undefined);
}

function isAnsweredOtherwise(before: UserDetails, after: UserDetails): boolean {
  const [was, is] = [before.user, after.user];
  return (
    was.apiOnly !== is.apiOnly ||
    was.apiOnlyReason !== is.apiOnlyReason ||
    was.apiOnlyReviewOn !== is.apiOnlyReviewOn ||
    before.owner?.id !== after.owner?.id
  );
}

/** Whoever has No shared data lifts it from nobody, least of all from themself: it narrows what their rights open (R62). */
function lifting(before: UserDetails, after: UserDetails): Record<string, string> {
  if (!before.user.noSharedData || after.user.noSharedData) return {};
  return { noSharedData: 'You have No shared data yourself, so you cannot lift it. Ask another administrator.' };
}
