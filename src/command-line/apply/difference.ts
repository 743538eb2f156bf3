import { findApplications } from '../../applications/application-store.ts';
import type { Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import type { Group } from '../../groups/group.ts';
import { findGroups } from '../../groups/group-store.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import type { Levels } from '../../permissions/permission-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { User } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import type { DesiredGroup, DesiredMembership, DesiredState, DesiredUser } from './desired-state.ts';

/** One field that is to be different, in words. */
interface Different {
  field: string;
  from: string;
  to: string;
}

/** A group, or one that is to be made. */
export interface GroupStep {
  desired: DesiredGroup;
  group: Group | undefined;
  different: Different[];
  levels: Levels;
}

/** A user, or one who is to be made. */
export interface UserStep {
  desired: DesiredUser;
  user: User | undefined;
  different: Different[];
  joins: DesiredMembership[];
  /** Memberships that there are, and that are to end otherwise. */
  ends: { groupId: number; untilAt: Instant | null }[];
  leaves: number[];
  ownerId: number | undefined;
}

export interface Difference {
  /** Only those of which something differs. */
  groups: GroupStep[];
  users: UserStep[];
  /** What cannot be, a sentence each. */
  problems: string[];
}

/** What is otherwise than the file says. */
export async function differenceFrom(db: Reader, { groups, users }: DesiredState): Promise<Difference> {
  const known = new Map((await findGroups(db)).map((group) => [identityKey(group.name), group]));
  const problems: string[] = [];
  const groupSteps = await groupStepsOf(db, groups, known, problems);
  const coming = new Set([...known.keys(), ...groups.map(({ name }) => identityKey(name))]);
  const userSteps = await userStepsOf(db, users, coming, problems);
  const people = await namesKnown(
    db,
    groups.flatMap(({ leader }) => leader ?? []),
  );
  const made = new Set(users.map(({ name }) => identityKey(name)));
  for (const { leader, name } of groups)
    if (leader && !people.has(leader) && !made.has(identityKey(leader)))
      problems.push(`${name}: there is no user ${leader} who could lead it.`);
  return {
    groups: groupSteps.filter(({ group, different }) => !group || different.length > 0),
    users: userSteps.filter(({ user, different }) => !user || different.length > 0),
    problems,
  };
}

async function groupStepsOf(
  db: Reader,
  desired: DesiredGroup[],
  known: Map<string, Group>,
  problems: string[],
): Promise<GroupStep[]> {
  const applications = (await findApplications(db)).map(({ key }) => key);
  const tags = await findTagNames(
    db,
    'group',
    [...known.values()].map(({ id }) => id),
  );
  return desired.map((one) => {
    const group = known.get(identityKey(one.name));
    for (const key of Object.keys(one.permissions ?? {}))
      if (!applications.includes(key)) problems.push(`${one.name}: there is no application ${key}.`);
    const levels = levelsOf(one, applications);
    const different = [
      ...differ('description', one.description, group?.description ?? ''),
      ...differ('activity', one.activity, group?.activity ?? 'active'),
      ...differ('leader', one.leader, group?.leaderName ?? null, identityKey),
      ...differingSet('tags', one.tags, tags.get(group?.id ?? 0) ?? []),
      ...Object.entries(levels).flatMap(([key, level]) =>
        differ(`${key}`, level, group?.rights[key] ?? 'none').map((each) => ({
          ...each,
          field: `permission on ${key}`,
        })),
      ),
    ];
    return { desired: one, group, different, levels };
  });
}

/** Said at all, they are the whole of what the group grants. */
function levelsOf({ permissions }: DesiredGroup, applications: string[]): Levels {
  if (!permissions) return {};
  return Object.fromEntries(applications.map((key) => [key, permissions[key] ?? 'none']));
}

async function userStepsOf(
  db: Reader,
  desired: DesiredUser[],
  groupKeys: Set<string>,
  problems: string[],
): Promise<UserStep[]> {
  const ids = await namesKnown(
    db,
    desired.map(({ name }) => name),
  );
  const users = new Map((await findUsers(db, [...new Set(ids.values())])).map((user) => [user.id, user]));
  const memberships = Map.groupBy(await findMemberships(db, [...users.keys()]), ({ userId }) => userId);
  const tags = await findTagNames(db, 'user', [...users.keys()]);
  const owners = await namesKnown(
    db,
    desired.flatMap(({ apiOnly }) => apiOnly?.owner ?? []),
  );
  const ownerNames = await findUserNames(
    db,
    [...users.values()].map(({ apiOnlyOwnerId }) => apiOnlyOwnerId),
  );
  return desired.map((one) => {
    const user = users.get(ids.get(one.name) ?? 0);
    const own = (memberships.get(user?.id ?? 0) ?? []).filter(({ groupActivity }) => groupActivity !== 'deleted');
    const groups = one.groups?.map(({ name }) => name);
    const wanted = new Set(groups?.map(identityKey));
    const ending = endingOtherwise(one, own);
    const unknown = (groups ?? []).filter((name) => !groupKeys.has(identityKey(name)));
    problems.push(...unknown.map((name) => `${one.name}: there is no group ${name}.`));
    const ownerId = owners.get(one.apiOnly?.owner ?? '');
    if (one.apiOnly && ownerId === undefined)
      problems.push(`${one.name}: there is no user ${one.apiOnly.owner} to answer for it.`);
    const has = new Set(own.map(({ groupName }) => identityKey(groupName)));
    return {
      desired: one,
      user,
      ownerId,
      joins: (one.groups ?? []).filter(({ name }) => !has.has(identityKey(name))),
      ends: ending.map(({ groupId, until }) => ({ groupId, untilAt: until })),
      leaves: one.groups
        ? own.filter(({ groupName }) => !wanted.has(identityKey(groupName))).map((each) => each.groupId)
        : [],
      different: [
        ...differ('email', one.email, user?.email ?? null),
        ...differ('starts', one.starts, user?.startsAt ?? null),
        ...differ('leaves', one.leaves, user?.leavesAt ?? null),
        ...differ('noSharedData', one.noSharedData, user?.noSharedData ?? false),
        ...differ('description', one.description, user?.description ?? ''),
        ...differ('activity', one.activity, user?.activity ?? 'active'),
        ...differingProgram(one, user, ownerNames),
        ...differingSet(
          'groups',
          groups,
          own.map(({ groupName }) => groupName),
        ),
        ...ending.map(({ groupName, untilAt, until }) => ({
          field: `end in ${groupName}`,
          from: inWords(untilAt),
          to: inWords(until),
        })),
        ...(one.groups ?? [])
          .filter(({ name, until }) => until && !has.has(identityKey(name)))
          .map(({ name, until }) => ({ field: `end in ${name}`, from: inWords(null), to: inWords(until) })),
        ...differingSet('tags', one.tags, tags.get(user?.id ?? 0) ?? []),
      ],
    };
  });
}

/** Of what the file says the end as well, the memberships that there are with another one. */
function endingOtherwise<Own extends { groupName: string; untilAt: Instant | null }>(
  { groups = [] }: DesiredUser,
  own: Own[],
) {
  const untils = new Map(groups.map(({ name, until }) => [identityKey(name), until]));
  return own.flatMap((each) => {
    const until = untils.get(identityKey(each.groupName));
    return until === undefined || until === each.untilAt ? [] : [{ ...each, until }];
  });
}

function differingProgram({ apiOnly }: DesiredUser, user: User | undefined, names: Map<number, string>): Different[] {
  if (!apiOnly) return [];
  return [
    ...differ('API-only', true, user?.apiOnly ?? false),
    ...differ('reason', apiOnly.reason, user?.apiOnlyReason ?? null),
    ...differ('owner', apiOnly.owner, names.get(user?.apiOnlyOwnerId ?? 0) ?? null, identityKey),
    ...differ('review', apiOnly.review, user?.apiOnlyReviewOn ?? null),
  ];
}

/** What is not said is not different. */
function differ<T>(
  field: string,
  to: T | undefined,
  from: T,
  keyOf: (text: string) => unknown = (text) => text,
): Different[] {
  if (to === undefined) return [];
  const same = (one: T) => (typeof one === 'string' ? keyOf(one) : one);
  return same(to) === same(from) ? [] : [{ field, from: inWords(from), to: inWords(to) }];
}

function differingSet(field: string, to: string[] | undefined, from: string[]): Different[] {
  if (to === undefined) return [];
  const keys = (names: string[]) => [...new Set(names.map(identityKey))].toSorted().join('\n');
  return keys(to) === keys(from) ? [] : [{ field, from: inWords(from.join(', ')), to: inWords(to.join(', ')) }];
}

function inWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null || value === '' ? 'nothing' : String(value);
}

/** By the name that they sign in with; an email is none. */
async function namesKnown(db: Reader, names: string[]): Promise<Map<string, number>> {
  return findUserIdsByIdentifier(db, [...new Set(names)]);
}
