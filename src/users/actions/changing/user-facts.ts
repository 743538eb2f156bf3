import type { Facts, Written } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';
import type { UserDetails } from './user-details.ts';

/** The fields of `UserFacts` that are one for each group, or each tag. */
const MEMBERSHIP = 'membership:';
const TAG = 'tag:';

export const membershipFact = (groupId: number) => `${MEMBERSHIP}${groupId}`;
export const tagFact = (tag: string) => `${TAG}${tag}`;

/** The group of a fact that is about a membership. */
export function groupOf(field: string): number | undefined {
  return field.startsWith(MEMBERSHIP) ? Number(field.slice(MEMBERSHIP.length)) : undefined;
}

/** The tag of a fact that is about one. */
export function tagOf(field: string): string | undefined {
  return field.startsWith(TAG) ? field.slice(TAG.length) : undefined;
}

/** All that stands in a user and that an action may have written, by field: what Undo compares and brings back. */
export function factsOf({ user, contact, groups, ends, tags, owner }: UserDetails): Facts {
  return {
    name: user.name,
    email: user.email,
    contactId: contact?.id ?? null,
    expiresOn: user.expiresOn,
    noSharedData: user.noSharedData,
    apiOnly: user.apiOnly
      ? { reason: user.apiOnlyReason, ownerId: owner?.id ?? null, reviewOn: user.apiOnlyReviewOn }
      : null,
    description: user.description,
    ...Object.fromEntries(groups.map(({ id }) => [membershipFact(id), { untilOn: ends.get(id) ?? null }])),
    ...Object.fromEntries(tags.map((tag) => [tagFact(tag), true])),
  };
}

/** What stands in their own row, without any look at another table. */
export function ownFactsOf(subject: Subject): Facts {
  const { activity, accessConfirmedAt, accessConfirmedBy, invitationExpiresAt, expiresOn, noSharedData } = subject;
  return { activity, accessConfirmedAt, accessConfirmedBy, invitationExpiresAt, expiresOn, noSharedData };
}

/** Only what differs between the two. */
export function differing(before: Facts, after: Facts): Written {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = fields.filter((field) => !isSame(before[field], after[field]));
  const pick = (from: Facts) => Object.fromEntries(changed.map((field) => [field, from[field] ?? null]));
  return { before: pick(before), after: pick(after) };
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
