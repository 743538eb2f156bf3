import type { Knex } from 'knex';
import type { Day } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdAmong, whereIdIn } from '../db/ids.ts';
import { counted } from '../text.ts';
import type { Group } from './group.ts';
import { whereNotOver } from './membership-store.ts';
import { type Level, NO_RIGHTS, type Rights } from './permission.ts';

const NAMES_SHOWN = 5;
const RANK: Record<string, number> = { none: 0, read: 1, write: 2 };

interface Change {
  group: Pick<Group, 'id'>;
  /** What the group gives before and after. */
  from: Rights;
  to: Rights;
  /** The members whom it concerns; undefined for all. */
  userIds?: number[];
}

/** What the group gives to its members as things are: nothing while it is not active. */
export function givenBy(group: Pick<Group, 'activity' | 'rights'>): Rights {
  return group.activity === 'active' ? group.rights : NO_RIGHTS;
}

/** What a change does, before it is made: "3 people lose write on contacts; 1 keeps it through Sales". */
export async function effectsOf(db: Reader, change: Change, today: Day): Promise<string[]> {
  const number = await countPeople(countingMembers(db, change, today));
  const sentences: string[] = [];
  for (const application of new Set([...Object.keys(change.from), ...Object.keys(change.to)])) {
    const [from, to] = [change.from[application] ?? 'none', change.to[application] ?? 'none'];
    if (RANK[from] === RANK[to]) continue;
    const isLoss = RANK[to] < RANK[from];
    const level = (isLoss ? from : to) as Level;
    const others = await findOthers(db, change, application, level, today);
    const moved = number - others.number;
    const verb = isLoss ? (moved === 1 ? 'loses' : 'lose') : moved === 1 ? 'gains' : 'gain';
    const stays = isLoss
      ? others.number === 1
        ? 'keeps it'
        : 'keep it'
      : `${others.number === 1 ? 'has' : 'have'} it already`;
    const rest =
      others.number > 0 ? `; ${others.number.toLocaleString('en')} ${stays} through ${shortened(others.names)}` : '';
    sentences.push(`${counted(moved, 'person', 'people')} ${verb} ${level} on ${application}${rest}.`);
  }
  return sentences;
}

/** Of the members concerned, those who have the right through other groups as well, and which these are. */
async function findOthers(db: Reader, change: Change, application: string, level: Level, today: Day) {
  const levels = level === 'write' ? ['write'] : ['read', 'write'];
  const granting: { id: number; name: string }[] = await db('groups')
    .join('group_permissions', 'group_permissions.group_id', 'groups.id')
    .where({ activity: 'active', application })
    .whereIn('level', levels)
    .whereNot('groups.id', change.group.id)
    .orderBy('groups.name_key')
    .select('groups.id', 'groups.name');
  if (granting.length === 0) return { number: 0, names: [] };
  const through = whereIdAmong(
    countingMembers(db, change, today)
      .join('memberships as theirs', 'theirs.user_id', 'memberships.user_id')
      .whereRaw('(theirs.until_on is null or theirs.until_on >= ?)', [today]),
    'theirs.group_id',
    granting.map((group) => group.id),
  );
  const number = Number((await through.clone().countDistinct('memberships.user_id as number').first()).number);
  if (number === 0) return { number, names: [] };
  const theirs = new Set<number>(await through.clone().distinct().pluck('theirs.group_id'));
  return { number, names: granting.filter((group) => theirs.has(group.id)).map((group) => group.name) };
}

/** The members concerned whose membership counts and who are not deleted. */
function countingMembers(db: Reader, { group, userIds }: Change, today: Day): Knex.QueryBuilder {
  const query = db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .where('memberships.group_id', group.id)
    .whereNot('users.activity', 'deleted');
  if (userIds) whereIdIn(query, 'memberships.user_id', userIds);
  return whereNotOver(query, today);
}

async function countPeople(query: Knex.QueryBuilder): Promise<number> {
  return Number((await query.count('* as number').first()).number);
}

function shortened(names: string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${rest > 0 ? ` and ${counted(rest, 'more group', 'more groups')}` : ''}`;
}
