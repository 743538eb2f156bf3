import type { Person } from '../../seeds/cast.ts';
import type { Activity } from '../../src/access/activity.ts';
import { ALL_RIGHTS, type Application, type Level, type Rights } from '../../src/access/rights.ts';
import type { TestApp } from '../support/app.ts';
import { isClosed, isRead, type Relation, type Route } from './route.ts';
import { routes } from './routes.ts';

/** Who they are is in seeds/cast.ts; what they may do stands here once more, so that the two are compared. */
export const VIEWERS: Standing[] = [
  { viewer: 'alice', may: { users: 'write', groups: 'write', contacts: 'write', audit: 'write', settings: 'write' } },
  { viewer: 'max', may: { users: 'write' } },
  { viewer: 'rita', may: { users: 'read', groups: 'read', contacts: 'read', audit: 'read' } },
  { viewer: 'lena', may: {}, leads: 'Support' },
  { viewer: 'bob', may: {} },
  { viewer: 'bob', as: 'a reader of groups alone', may: { groups: 'read' }, group: { groups: 'read' } },
  {
    viewer: 'bob',
    as: 'a holder of a registered application',
    may: {},
    group: { 'time-sheets': 'write' },
    isLike: 'bob',
  },
  { viewer: 'bob', as: 'a member of a deleted group', may: {}, group: ALL_RIGHTS, fate: ['deleted'], isLike: 'bob' },
  {
    viewer: 'bob',
    as: 'a member of a restored group',
    may: { groups: 'read', audit: 'read' },
    group: { groups: 'read', audit: 'read' },
    fate: ['deleted', 'active'],
    isLike: 'a reader of groups alone',
  },
  {
    viewer: 'lena',
    as: 'a leader of a deleted group',
    may: {},
    leads: 'Support',
    fateOfLed: ['deleted'],
    isLike: 'bob',
  },
];

interface Standing {
  viewer: Person;
  /** What they stand for, where that is not what they are in the cast. */
  as?: string;
  may: Partial<Record<Application, Level>>;
  leads?: string;
  /** What one more group of theirs grants, and what became of it since. */
  group?: Rights;
  fate?: Activity[];
  fateOfLed?: Activity[];
  /** Whose rights they have, come by in another way, which is decided in one place: they try one route of each kind. */
  isLike?: string;
}

/** Makes them what they stand for. */
export async function stand(
  app: TestApp,
  { viewer, group, fate = [], leads, fateOfLed = [] }: Standing,
): Promise<void> {
  const at = '2026-11-01T12:00:00.000Z';
  await app.db.write(async (trx) => {
    for (const activity of fateOfLed) await trx('groups').where('name', leads).update({ activity });
    if (!group) return;
    const row = { name: 'Standing', name_key: 'standing', created_at: at };
    const [{ id }] = await trx('groups').insert(row).returning('id');
    for (const [application, level] of Object.entries(group))
      await trx('group_permissions').insert({ group_id: id, application, level });
    await trx('memberships').insert({ user_id: app.people[viewer], group_id: id, granted_at: at });
    for (const activity of fate) await trx('groups').where({ id }).update({ activity });
  });
}

interface Case {
  title: string;
  route: Route;
  relation: Relation;
  /** What the answer must be. */
  expected: 'allowed' | 'nothing to do' | 'led' | 403 | 404;
}

export function casesOf({ viewer, may, leads, fateOfLed, isLike }: Standing): Case[] {
  const cases = routes.filter(isClosed).flatMap((route) => {
    const relations: Relation[] = !route.subject
      ? ['another']
      : viewer === 'alice'
        ? ['another', 'themself']
        : ['another', 'themself', 'somebody with more rights'];
    return relations
      .filter((relation) => !(relation === 'another' && route.subject === viewer))
      .map((relation) => {
        const expected = expectedOf(route, relation, may, fateOfLed?.at(-1) === 'deleted' ? undefined : leads);
        const answer =
          expected === 'led'
            ? 'shows their own groups to'
            : expected === 'allowed'
              ? 'lets'
              : expected === 'nothing to do'
                ? 'has nothing to do for'
                : 'refuses';
        return {
          title: `${answer} ${viewer}: ${route.name}${route.subject ? ` of ${relation}` : ''}`,
          route,
          relation,
          expected,
        };
      });
  });
  return isLike ? firstOfEachKind(cases) : cases;
}

/** By what they demand, on whom, and whether they read or change. */
function firstOfEachKind(cases: Case[]): Case[] {
  const kinds = new Map<string, Case>();
  for (const one of cases) {
    const { open, also, either, isLedInstead } = one.route;
    const kind = JSON.stringify([open, also, either, isLedInstead, one.relation, isRead(one.route)]);
    if (!kinds.has(kind)) kinds.set(kind, one);
  }
  return [...kinds.values()];
}

function expectedOf(
  route: Route,
  relation: Relation,
  may: Partial<Record<Application, Level>>,
  leads: string | undefined,
): Case['expected'] {
  if (route.open === 'signed-in') return 'allowed';
  if (route.open === 'leader') return leads ? 'allowed' : 404;
  if (route.open === 'decider') return leads || (may.users === 'write' && may.groups === 'write') ? 'allowed' : 404;
  const [application, level] = route.open as [Application, Level];
  if (route.either && may[route.either[0]] !== undefined) return 'allowed';
  if (may[application] === undefined) return leads && route.isLedInstead ? 'led' : 404;
  if (level === 'read' && route.also && may[route.also[0]] === undefined) return 404;
  if (level === 'read') return 'allowed';
  if (may[application] !== 'write') return 403;
  if (route.also) return expectedOf({ ...route, open: route.also, also: undefined }, relation, may, leads);
  if (relation === 'somebody with more rights') return 403;
  const toOneself = route.change?.toOneself ?? route.ofOneself ?? 'works';
  if (relation !== 'themself' || toOneself === 'works') return 'allowed';
  return toOneself === 'never' ? 403 : toOneself;
}

/** Alice's browser sends the example of each changing route to others in `changing.test.ts`, which looks at it more closely. */
export function isTriedAsExample({ route, relation, expected }: Case, viewer: Person): boolean {
  return viewer === 'alice' && relation === 'another' && expected === 'allowed' && !route.change!.browser;
}
