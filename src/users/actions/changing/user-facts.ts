import type { MembershipFacts, MembershipsBefore } from '../../../memberships/actions/membership-editing.ts';
import type { Facts, Written } from '../../../verbs/action.ts';
import { differing, tagFacts } from '../../../verbs/facts.ts';
import type { Subject } from '../../user.ts';
import type { ApiOnly } from './user-change.ts';
import type { UserDetails } from './user-details.ts';

/** The facts that are one for each group. */
const MEMBERSHIP = 'membership:';

export const membershipFact = (groupId: number) => `${MEMBERSHIP}${groupId}`;

/** The group of a fact that is about a membership. */
export function groupOf(field: string): number | undefined {
  return field.startsWith(MEMBERSHIP) ? Number(field.slice(MEMBERSHIP.length)) : undefined;
}

/** The facts that are one for each program that was handed over with somebody: who answers for it. */
const PROGRAM = 'program:';

export const programFact = (id: number) => `${PROGRAM}${id}`;

/** The program of a fact that is about who answers for it. */
export function programOf(field: string): number | undefined {
  return field.startsWith(PROGRAM) ? Number(field.slice(PROGRAM.length)) : undefined;
}

/** What an action wrote of memberships in one group. */
export function writtenOf(field: string, before: MembershipsBefore, after: MembershipFacts): Map<number, Written> {
  return new Map([...before].map(([id, facts]) => [id, { before: { [field]: facts }, after: { [field]: after } }]));
}

/** What a change wrote of them: what it does not touch is the very same before and after, and is not looked at. */
export function writtenBetween(before: UserDetails, after: UserDetails): Written {
  return differing(factsOf(before, after), factsOf(after, before));
}

/**
 * All that stands in a user and that an action may have written, by field: what Undo compares and brings back. Without the memberships and
 * tags that are the same in `others`.
 */
export function factsOf({ user, contact, groups, ends, tags, owner }: UserDetails, others?: UserDetails): Facts {
  const memberships = groups === others?.groups && ends === others.ends ? [] : groups;
  return {
    name: user.name,
    email: user.email,
    contactId: contact?.id ?? null,
    startsAt: user.startsAt,
    leavesAt: user.leavesAt,
    noSharedData: user.noSharedData,
    apiOnly: user.apiOnly
      ? { reason: user.apiOnlyReason, ownerId: owner?.id ?? null, reviewOn: user.apiOnlyReviewOn }
      : null,
    description: user.description,
    ...Object.fromEntries(memberships.map(({ id }) => [membershipFact(id), { untilAt: ends.get(id) ?? null }])),
    ...(tags === others?.tags ? undefined : tagFacts(tags)),
  };
}

/** What stands in their own row, without any look at another table. */
export function ownFactsOf(subject: Subject): Facts {
  const { activity, accessConfirmedAt, accessConfirmedBy, invitationExpiresAt, startsAt, leavesAt, noSharedData } =
    subject;
  return {
    ...{ activity, accessConfirmedAt, accessConfirmedBy, invitationExpiresAt, startsAt, leavesAt, noSharedData },
    apiOnlyReason: subject.apiOnlyReason,
    apiOnlyOwner: subject.apiOnlyOwnerId,
    apiOnlyReviewOn: subject.apiOnlyReviewOn,
  };
}

/** What is said of a program, each by the name that the audit has for it as well. */
const PARTS = { reason: 'apiOnlyReason', ownerId: 'apiOnlyOwner', reviewOn: 'apiOnlyReviewOn' } as const;
const PART_NAMES = Object.keys(PARTS) as (keyof ApiOnly)[];

/** Which part of what is said of a program a fact is. */
export function programPartOf(field: string): keyof ApiOnly | undefined {
  return PART_NAMES.find((part) => PARTS[part] === field);
}

/** Of who was and stays a program, what was written part by part. */
export function programInParts({ before, after }: Written): Written {
  const { apiOnly: was, ...restBefore } = before as { apiOnly?: ApiOnly | null };
  const { apiOnly: is, ...restAfter } = after as { apiOnly?: ApiOnly | null };
  if (!was || !is) return { before, after };
  const parts = (one: ApiOnly) => Object.fromEntries(PART_NAMES.map((part) => [PARTS[part], one[part]]));
  const differ = differing(parts(was), parts(is));
  return { before: { ...restBefore, ...differ.before }, after: { ...restAfter, ...differ.after } };
}
