import type { NamedGroup } from '../../groups/names/group-names.ts';
import type { UserIndex } from './user-index.ts';

/** So many of their groups are named in the row of a user. */
const GROUPS_NAMED = 3;

/** A group as it is known by its name, unless the membership in it is over. */
export interface ListedMembership extends Readonly<Pick<NamedGroup, 'id' | 'name'>> {
  readonly isOver?: boolean;
}

/** The groups that a row tells of. Those that are over included: they stand in the record until somebody ends them. */
export interface ListedGroups {
  /** The first few by name. What is current is one for all who are in the group, so that what is written of it can be kept with it. */
  named: readonly ListedMembership[];
  /** How many there are beside them. */
  others: number;
}

export const NO_GROUPS: ListedGroups = { named: [], others: 0 };

export function listedGroupsOf(index: UserIndex, userId: number): ListedGroups {
  const current = index.groupsOf(userId);
  const ended = index.endedGroupsOf(userId);
  if (ended.length === 0) return index.groups.firstNamed(current, GROUPS_NAMED);
  const { named, others } = index.groups.firstNamed([...current, ...ended], GROUPS_NAMED);
  return { named: named.map((group) => (ended.includes(group.id) ? over(group) : group)), others };
}

function over({ id, name }: NamedGroup): ListedMembership {
  return { id, name, isOver: true };
}
