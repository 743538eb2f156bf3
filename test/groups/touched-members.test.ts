import { expect, it } from '@jest/globals';
import type { Level, Rights } from '../../src/access/rights.ts';
import { instant } from '../../src/clock.ts';
import type { Reader } from '../../src/db/database.ts';
import { type GroupChange, type Touched, touchedBy } from '../../src/permissions/touched.ts';
import { touchedMembers } from '../../src/permissions/touched-members.ts';
import { UserIndex } from '../../src/users/list/user-index.ts';
import { startApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { APPLICATIONS, happening, LEVELS } from './happening.ts';

const CASES = Number(process.env.PROOF_CASES ?? 60);
const SEED = Number(process.env.PROOF_SEED ?? 1);
const RANK = "case level when 'write' then 2 when 'read' then 1 else 0 end";

/** What a change of groups means for their members is what plain SQL says, and what is counted person by person. */
it('counts whom changes of groups take rights from and give them to as plain SQL does', async () => {
  await using app = await startApp();
  await addCrowd(app, 60);
  await addGroups(app, 12);
  const chance = new Chance(SEED);
  const index = new UserIndex(app.db.read, app.clock.now, app.config);
  const groups: number[] = await app.db.read('groups').pluck('id');
  const users: number[] = await app.db.read('users').pluck('id');
  let told = 0;
  for (let n = 0; n < CASES; n++) {
    await happening(app, chance, { groups, users });
    const changed = [...new Set(Array.from({ length: 1 + chance.below(4) }, () => chance.one(groups)))];
    const changes = changed.map((groupId) => ({ groupId, from: someRights(chance), to: someRights(chance) }));
    await index.refresh();
    const found = touchedMembers(index, changes);
    const at = instant(app.clock.now());
    expect({ n, changes, found: inOrder(found) }).toEqual({
      n,
      changes,
      found: inOrder(await plainly(app.db.read, changes, at)),
    });
    expect(inOrder(found)).toEqual(inOrder(await oneByOne(app.db.read, changes, at)));
    told += found.length;
  }
  // Else nothing was compared.
  expect(told).toBeGreaterThan(CASES);
}, 3_600_000);

function someRights(chance: Chance): Rights {
  return Object.fromEntries(APPLICATIONS.map((application) => [application, chance.one(LEVELS)]));
}

async function plainly(db: Reader, changes: GroupChange[], at: string): Promise<Touched[]> {
  const ids = changes.map(({ groupId }) => groupId).join(', ');
  const given = (side: 'from' | 'to', application: string) =>
    changes
      .map((change) => `when ${change.groupId} then ${LEVELS.indexOf(change[side][application])}`)
      .join(' ')
      .replace(/^/, 'max(case memberships.group_id ')
      .concat(' else 0 end)');
  const found: Touched[] = [];
  for (const application of APPLICATIONS) {
    const other = `max(case when memberships.group_id in (${ids}) or groups.activity <> 'active' then 0 else ${RANK} end)`;
    const people: { id: number; before: number; later: number; other: number }[] = await db.raw(
      `select users.id, ${given('from', application)} as before, ${given('to', application)} as later, ${other} as other
       from users join memberships on memberships.user_id = users.id join groups on groups.id = memberships.group_id
       left join group_permissions on group_permissions.group_id = groups.id and application = '${application}'
       where users.activity <> 'deleted' and (until_at is null or until_at > '${at}')
       group by users.id`,
    );
    for (const [verb, level] of [
      ['lose', 2],
      ['lose', 1],
      ['gain', 2],
      ['gain', 1],
    ] as const) {
      const those = people.filter(({ before, later }) =>
        verb === 'lose' ? before === level && later < level : later === level && before < level,
      );
      if (those.length === 0) continue;
      const moved = those.filter((one) => one.other < level);
      const unmoved = those.filter((one) => one.other >= level).map(({ id }) => id);
      const keeping = moved.filter(({ later, other }) => Math.max(later, other) === 1);
      const through: { id: number }[] = await db.raw(
        `select distinct groups.id from memberships join groups on groups.id = memberships.group_id
         join group_permissions on group_permissions.group_id = groups.id and application = '${application}'
         where user_id in (${unmoved.join(', ') || 'null'}) and groups.id not in (${ids}) and groups.activity = 'active'
         and ${RANK} >= ${level} and (until_at is null or until_at > '${at}')`,
      );
      found.push({
        application,
        what: `${verb} ${LEVELS[level]}`,
        moved: moved.length,
        keepRead: verb === 'lose' && level === 2 ? keeping.length : 0,
        unmoved: unmoved.length,
        throughIds: through.map(({ id }) => id),
      });
    }
  }
  return found;
}

async function oneByOne(db: Reader, changes: GroupChange[], at: string): Promise<Touched[]> {
  const given: { group_id: number; application: string; level: Level }[] = await db('group_permissions')
    .join('groups', 'groups.id', 'group_permissions.group_id')
    .where('groups.activity', 'active')
    .select('group_id', 'application', 'level');
  const rights = new Map<number, Rights>();
  for (const one of given) rights.set(one.group_id, { ...rights.get(one.group_id), [one.application]: one.level });
  const { visit, touched } = touchedBy(changes, (id) => rights.get(id) ?? {});
  const memberships: { user_id: number; group_id: number }[] = await db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .whereNot('activity', 'deleted')
    .where((either) => either.whereNull('until_at').orWhere('until_at', '>', at))
    .select('user_id', 'group_id');
  for (const theirs of Map.groupBy(memberships, (one) => one.user_id).values())
    visit(theirs.map((one) => one.group_id));
  return touched();
}

function inOrder(touched: Touched[]) {
  return touched
    .map((one) => ({ ...one, throughIds: one.throughIds.toSorted((a, b) => a - b) }))
    .sort((a, b) => `${a.application} ${a.what}`.localeCompare(`${b.application} ${b.what}`));
}
