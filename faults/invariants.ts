import { isAnyAdministrator } from '../src/access/administrators.ts';
import { verifyChain } from '../src/audit/chain.ts';
import { instant } from '../src/clock.ts';
import type { Reader } from '../src/db/database.ts';

/**
 * What must hold after any crash, however the work before it ended; returns what does not. Made-up users of a seed have no
 * events that their versions could be compared with.
 */
export async function brokenInvariants(
  db: Reader,
  auditKey: string,
  { seeded }: { seeded: boolean } = { seeded: false },
): Promise<string[]> {
  const broken: string[] = [];
  // A server does not give back what it knows to be damaged, and keeps its references itself.
  if (db.client.dialect !== 'postgresql') broken.push(...(await damages(db)));
  const chain = await verifyChain(db, auditKey);
  if (!chain.intact) broken.push(`audit event ${chain.eventId} ${chain.problem}`);
  if (!(await isAnyAdministrator(db, instant(Date.now())))) broken.push('there is no administrator');

  const doubled = await db('links')
    .whereNull('used_at')
    .whereNull('ended_at')
    .groupBy('user_id', 'purpose')
    .havingRaw('count(*) > 1')
    .select('user_id');
  if (doubled.length > 0) broken.push('a user has two open links');
  const sessions = await db('sessions')
    .join('users', 'users.id', 'sessions.user_id')
    .whereNot('users.activity', 'active')
    .first('users.name');
  if (sessions) broken.push(`${sessions.name} is not active but has a session`);
  // Counted once for all: asked of each user, a planner may look for each group in each of a million.
  const counted = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .whereNot('groups.activity', 'deleted')
    .groupBy('user_id')
    .select('user_id')
    .count('* as number')
    .as('counted');
  const counts = await db('users')
    .leftJoin(counted, 'counted.user_id', 'users.id')
    .whereRaw('group_count <> coalesce(counted.number, 0)')
    .whereRaw(
      `not exists (select 1 from memberships join group_recounts on group_recounts.group_id = memberships.group_id
        where memberships.user_id = users.id and memberships.user_id > done_to)`,
    )
    .first('users.name');
  if (counts) broken.push(`the groups of ${counts.name} are counted wrong`);

  if (seeded) return broken;
  // Each change raises the version by one and writes one event: neither without the other.
  const versions: { name: string; version: number; events: number }[] = await db.raw(`
    select users.name, users.version, count(audit_events.id) as events from users
    left join audit_events on audit_events.subject_type = 'user' and audit_events.subject_id = users.id
      and audit_events.action in ('user.created', 'user.updated', 'user.deactivated', 'user.activated', 'user.deleted', 'password.chosen', 'password.changed', 'password.reset')
    group by users.id having users.version <> count(audit_events.id)`);
  for (const { name, version, events } of versions) broken.push(`${name} has version ${version} but ${events} events`);
  return broken;
}

async function damages(db: Reader): Promise<string[]> {
  const [{ integrity_check: integrity }] = await db.raw('pragma integrity_check');
  const loose = await db.raw('pragma foreign_key_check');
  return [
    ...(integrity === 'ok' ? [] : [`integrity_check: ${integrity}`]),
    ...(loose.length > 0 ? ['foreign keys point nowhere'] : []),
  ];
}
