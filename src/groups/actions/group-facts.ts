import type { Rights } from '../../access/rights.ts';
import type { Facts } from '../../verbs/action.ts';
import { tagFacts } from '../../verbs/facts.ts';
import type { Group } from '../group.ts';

/** The facts that are one for each application. */
const LEVEL = 'level:';

export const levelFact = (application: string) => `${LEVEL}${application}`;

/** The application of a fact that is about what is granted on it. */
export function applicationOf(field: string): string | undefined {
  return field.startsWith(LEVEL) ? field.slice(LEVEL.length) : undefined;
}

/** What a group grants, by field. */
export function levelFacts(rights: Rights): Facts {
  return Object.fromEntries(Object.entries(rights).map(([application, level]) => [levelFact(application), level]));
}

/** All that stands in a group and that an action may have written, by field: what Undo compares and brings back. */
export function groupFacts(
  {
    name,
    description,
    leaderId,
    requiresSecondFactor,
    canBeAskedFor,
  }: Pick<Group, 'name' | 'description' | 'leaderId' | 'requiresSecondFactor' | 'canBeAskedFor'>,
  tags: readonly string[],
): Facts {
  return { name, description, leaderId, requiresSecondFactor, canBeAskedFor, ...tagFacts(tags) };
}
