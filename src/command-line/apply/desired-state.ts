import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { GROUP_CHANGE } from '../../api/groups/group-fields.ts';
import { MEMBERSHIP, tags, USER_CHANGE } from '../../api/users/user-fields.ts';
import type { Instant } from '../../clock.ts';
import { ConfigError } from '../../config.ts';
import { namedGroup, userName } from '../../forms/fields.ts';
import { identityKey } from '../../text/identity-key.ts';
import { whyUnread } from '../../unread-file.ts';

const LARGEST = 5 * 1024 * 1024;
/** As many as are changed in one transaction while others wait. */
const MOST = 5_000;
const PROBLEMS_TOLD = 20;

const groupMeant = namedGroup.refine(Boolean, 'Name a group.');
const activity = z.enum(['active', 'deactivated'], 'It is active or deactivated.');
const { email, startsAt, leavesAt, noSharedData, description, apiOnly } = USER_CHANGE.shape;
/** A name alone says nothing of the end. */
const membership = z.union(
  [
    groupMeant.transform((name): DesiredMembership => ({ name })),
    z.strictObject({ name: groupMeant, until: MEMBERSHIP.shape.until }) as z.ZodType<DesiredMembership>,
  ],
  'Name a group, or write { name, until } with a date or a moment that exists.',
);

const group = z.strictObject({
  name: GROUP_CHANGE.shape.name.unwrap(),
  description: GROUP_CHANGE.shape.description,
  activity: activity.optional(),
  leader: userName.nullable().optional(),
  tags: tags.optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'none'], 'It is read, write or none.')).optional(),
});

const user = z.strictObject({
  name: userName,
  email,
  groups: z.array(membership).max(200, 'At most 200 groups.').optional(),
  tags: tags.optional(),
  starts: startsAt,
  leaves: leavesAt,
  noSharedData,
  description,
  activity: activity.optional(),
  apiOnly: apiOnly
    .unwrap()
    .unwrap()
    .omit({ ownerId: true, reviewOn: true })
    .extend({ owner: userName, review: apiOnly.unwrap().unwrap().shape.reviewOn })
    .optional(),
});

const file = z
  .strictObject({
    groups: z.array(group).max(MOST, `At most ${MOST} groups.`).optional(),
    users: z.array(user).max(MOST, `At most ${MOST} users.`).optional(),
  })
  .refine((all) => all.groups || all.users, 'It has groups, users, or both.');

export interface DesiredMembership {
  name: string;
  /** When it ends; null for never. */
  until?: Instant | null;
}
export type DesiredGroup = z.output<typeof group>;
export type DesiredUser = z.output<typeof user>;

/** What is to be there. What is not said of somebody stays as it is, and so does who is not named. */
export interface DesiredState {
  groups: DesiredGroup[];
  users: DesiredUser[];
}

/** Throws ConfigError with what is wrong, a line each. */
export function readDesiredState(path: string): DesiredState {
  const parsed = file.safeParse(valuesIn(path) ?? {});
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${placeOf(issue)}: ${wordsOf(issue)}`);
    throw new ConfigError([...new Set(lines)].slice(0, PROBLEMS_TOLD));
  }
  const { groups = [], users = [] } = parsed.data;
  const twice = [...saidTwice('groups', groups), ...saidTwice('users', users)];
  if (twice.length > 0) throw new ConfigError(twice.slice(0, PROBLEMS_TOLD));
  return { groups, users };
}

/** JSON is YAML as well. */
function valuesIn(path: string): unknown {
  const document = parseDocument(textOf(path), { schema: 'core', uniqueKeys: true });
  if (document.errors.length > 0)
    throw new ConfigError(
      document.errors.slice(0, PROBLEMS_TOLD).map(({ message }) => `${path}: ${message.split('\n')[0]}`),
    );
  // A small file may not come to mean a large one.
  return document.toJS({ maxAliasCount: 100 });
}

function textOf(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new ConfigError([`there is no file ${path}`]);
  if (size > LARGEST) throw new ConfigError([`${path} is too large: at most ${LARGEST / 1024 / 1024} MB`]);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path} cannot be read (${whyUnread(error)})`]);
  }
}

function placeOf({ path }: z.core.$ZodIssue): string {
  return path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : String(part))).join('.') || 'the file';
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `there is no ${issue.keys.join(', ')} here` : issue.message;
}

function saidTwice(what: string, all: { name: string }[]): string[] {
  const named = Map.groupBy(all, ({ name }) => identityKey(name));
  return [...named.values()]
    .filter((those) => those.length > 1)
    .map(([{ name }]) => `${what}: ${name} stands there twice`);
}
