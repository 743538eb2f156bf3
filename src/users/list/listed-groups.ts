import type { NamedGroup } from '../../groups/names/group-names.ts';
import type { UserIndex } from './user-index.ts';

/** So many of their groups are named in the row of a user. */
const GROUPS_NAMED = 3;

export interface ListedMembership {
  groupId: number;
  groupName: string;
  isOver: boolean;
}

/** The groups that a row tells of. Those that are over included: they stand in the record until somebody ends them. */
export interface ListedGroups {
  /** The first few by name. */
  named: ListedMembership[];
  /** How many there are beside them. */
  others: number;
}

export const NO_GROUPS: ListedGroups = { named: [], others: 0 };

export function listedGroupsOf(index: UserIndex, userId: number): ListedGroups {
  const ended = index.endedGroupsOf(userId);
  const current = index.groupsOf(userId);
  const { named, others } = index.groups.firstNamed(ended.length > 0 ? [...current, ...ended] : current, GROUPS_NAMED);
  return { named: named.map((group) => told(group, ended)), others };
}

/** One for all who are in the group, so that what is written of it can be kept with it. */
function told(group: NamedGroup, ended: readonly number[]): ListedMembership {
  const { id, name } = group;
  if (ended.includes(id)) return { groupId: id, groupName: name, isOver: true };
  let one = current.get(group);
  if (!one) {
    one = Object.freeze({ groupId: id, groupName: name, isOver: false });
    current.set(group, one);
  }
  return one;
}

const current = new WeakMap<NamedGroup, ListedMembership>();
