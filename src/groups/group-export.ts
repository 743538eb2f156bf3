import { ACTIVITIES } from '../access/activity.ts';
import { grantsInWords } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import {
  anyOf,
  type ColumnOf,
  type ExportKind,
  type Known,
  linesOf,
  type Names,
  nameIn,
  unknownIn,
} from '../export/exportable.ts';
import { frozenIds } from '../facets/frozen-walk.ts';
import { sourceIn } from '../lists/list-query.ts';
import { findMembersAfter, type Member } from '../memberships/list/member-list.ts';
import { findTagNames } from '../tags/tag-store.ts';
import { findUserNames } from '../users/user-store.ts';
import type { Group } from './group.ts';
import { LEADERSHIPS } from './group-index.ts';
import { type GroupSources, selectGroups } from './group-list.ts';
import { groupsPath, readGroupQuery } from './group-list-query.ts';
import { findGroupsOf } from './group-store.ts';

interface ExportedGroup {
  group: Group;
  tags: string[];
  /** How many members count. */
  users: number;
  /** One of them, where members are exported. */
  member: Member | undefined;
  names: Names;
}

/** A look at the members of each follows. */
const READ_AT_ONCE = 10;
const MEMBERS_AT_ONCE = 100;

/** As soon as one of these is chosen there is a line for each member. */
const OF_MEMBERS: ColumnOf<ExportedGroup>[] = [
  { key: 'member', label: 'Member', of: ({ member }) => member?.name ?? null },
  { key: 'member_id', label: 'Member id', of: ({ member }) => member?.userId ?? null },
  { key: 'member_email', label: 'Member email', needs: 'users', of: ({ member }) => member?.email ?? null },
  { key: 'member_activity', label: 'Member activity', of: ({ member }) => member?.activity ?? null },
  { key: 'member_since', label: 'Member since (UTC)', of: ({ member }) => member?.grantedAt ?? null },
  { key: 'member_until', label: 'Member until', of: ({ member }) => member?.untilAt ?? null },
  { key: 'granted_by', label: 'Granted by', of: ({ member, names }) => nameIn(names, member?.grantedBy ?? null) },
];

const COLUMNS: ColumnOf<ExportedGroup>[] = [
  { key: 'name', label: 'Name', isListed: true, of: ({ group }) => group.name },
  { key: 'activity', label: 'Activity', of: ({ group }) => group.activity },
  { key: 'leader', label: 'Leader', isListed: true, of: ({ group }) => group.leaderName },
  { key: 'users', label: 'Users', isListed: true, of: ({ users }) => users },
  { key: 'permissions', label: 'Permissions', isListed: true, of: ({ group }) => grantsInWords(group.rights) },
  { key: 'tags', label: 'Tags', of: ({ tags }) => tags },
  {
    key: 'requires_second_factor',
    label: 'Requires a second factor',
    of: ({ group }) => group.requiresSecondFactor,
  },
  { key: 'description', label: 'Description', of: ({ group }) => group.description },
  { key: 'created', label: 'Created (UTC)', of: ({ group }) => group.createdAt },
  ...OF_MEMBERS,
];

const KNOWN: Record<string, Known> = { activity: ACTIVITIES, leader: LEADERSHIPS, tag: anyOf('tags') };

const queryOf = (view: string) => readGroupQuery(sourceIn(view));

/** Groups, with a line for each of their members where something of these is asked for. */
export const GROUP_EXPORT: ExportKind<GroupSources, Viewer> = {
  name: 'groups',
  noun: 'group',
  application: 'groups',
  columns: COLUMNS,
  viewPath: (view) => groupsPath(queryOf(view), { perGiven: false }),
  problemsIn: (db, view) => unknownIn(db, sourceIn(view), { query: queryOf(view), known: KNOWN }),
  async freeze(sources, _viewer, view) {
    return frozenIds(await selectGroups(sources, queryOf(view)), READ_AT_ONCE);
  },
  async *read({ db: { read: db }, clock, index }, _viewer, ids, chosen) {
    // Of a file half of which is written nobody is refused the rest.
    await index.refreshWholly();
    const tags = await findTagNames(db, 'group', ids);
    const groups = (await findGroupsOf(db, ids)).map((group): ExportedGroup => {
      const users = index.sizeOf('group', group.id);
      return { group, tags: tags.get(group.id) ?? [], users, member: undefined, names: NOBODY };
    });
    const lines = (items: ExportedGroup[]) => linesOf(COLUMNS, chosen, items, ({ group }) => group.id);
    if (!OF_MEMBERS.some(({ key }) => chosen.has(key))) return yield lines(groups);
    for (const one of groups) for await (const each of withMembers(db, one, minuteOf(clock()))) yield lines(each);
  },
};

const NOBODY: Names = new Map();

/** The group once for each member, by their ids; without any, once. */
async function* withMembers(db: Reader, of: ExportedGroup, now: Instant): AsyncGenerator<ExportedGroup[]> {
  let after = 0;
  for (;;) {
    const members = await findMembersAfter(db, of.group.id, { after, limit: MEMBERS_AT_ONCE }, now);
    const names = await findUserNames(
      db,
      members.map((member) => member.grantedBy),
    );
    if (members.length > 0) yield members.map((member) => ({ ...of, member, names }));
    else if (after === 0) yield [of];
    if (members.length < MEMBERS_AT_ONCE) return;
    after = members[members.length - 1].userId;
  }
}
