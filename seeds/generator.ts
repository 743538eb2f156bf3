import { ALL_RIGHTS } from '../src/access/rights.ts';
import { recordChanges } from '../src/audit/audit-store.ts';
import { DAY, instant } from '../src/clock.ts';
import { CONTACT_CHANGES } from '../src/contacts/contact-index.ts';
import { bulkInsert, followOn } from '../src/db/bulk-insert.ts';
import type { Database, Reader, Transaction } from '../src/db/database.ts';
import { pruneFeed } from '../src/facets/following/feed.ts';
import { USER_CHANGES } from '../src/users/list/user-index.ts';
import type { Act, ActSettings } from '../src/verbs/act.ts';
import { Population } from './population.ts';
import { Random } from './random.ts';
import { makeSurroundings, type Surroundings } from './surroundings.ts';

export interface GeneratorOptions {
  users: number;
  /** Left out, as many as so many users have. */
  groups?: number;
  now: number;
  settings: ActSettings;
  loginAttempts: number;
  invitationHours: number;
  /** Stands where a password was chosen; of something that nobody knows. */
  passwordHash: string;
  /** Called after each transaction with the number of users made so far. */
  onProgress?: (done: number) => void;
  /** Since when there is a history, in milliseconds; left out, there is none. */
  since?: number;
}

const SEED = 20_261_122;
const USERS_PER_TRANSACTION = 10_000;

/**
 * Adds made-up users with groups, tags, contacts, invitations and locks; the same number and moment give the same ones.
 * For an empty database, or one with nobody but the cast. One audit event stands for all.
 */
export async function generateUsers(db: Database, options: GeneratorOptions): Promise<Surroundings> {
  const random = new Random(SEED);
  const act: Act = {
    by: { id: null, name: 'seed', rights: ALL_RIGHTS },
    at: instant(options.since ?? options.now),
    address: '',
    requestId: 'seed',
    ...options.settings,
  };
  const { population, surroundings } = await db.write(async (trx) => {
    // First, so that no made-up user is ever there without a word of where they come from.
    await recordChanges(trx, act, [
      {
        action: 'seed.generated',
        subjectType: 'system',
        subjectId: null,
        subjectName: 'users',
        after: { users: options.users },
      },
    ]);
    const at = instant(options.now - 6 * 365 * DAY);
    const surroundings = await makeSurroundings(trx, random, options, at);
    const firstUserId = (await lastId(trx, 'users')) + 1;
    const firstContactId = (await lastId(trx, 'contacts')) + 1;
    const firstLinkId = (await lastId(trx, 'links')) + 1;
    const first = { firstUserId, firstContactId, firstLinkId };
    return {
      population: new Population({ ...options, random, surroundings, ...first }),
      surroundings,
    };
  });
  for (let done = 0; done < options.users; ) {
    const some = Math.min(USERS_PER_TRANSACTION, options.users - done);
    const rows = population.take(some);
    await db.write(async (trx) => {
      for (const [table, all] of Object.entries(rows)) await bulkInsert(trx, table, all);
      for (const table of ['contacts', 'users', 'links']) await followOn(trx, table);
      for (const feed of [USER_CHANGES, CONTACT_CHANGES]) await pruneFeed(trx, feed);
    });
    done += some;
    options.onProgress?.(done);
  }
  await db.write((trx) => leadAndTag(trx, random, surroundings.groups));
  return surroundings;
}

/** Two groups of three are led by one of their first members, and most have a tag. */
async function leadAndTag(trx: Transaction, random: Random, groupIds: number[]): Promise<void> {
  const tagIds: number[] = await trx('tags').orderBy('id').pluck('id');
  const tagged: { group_id: number; tag_id: number }[] = [];
  for (const id of groupIds) {
    if (tagIds.length > 0 && random.chance(0.6)) tagged.push({ group_id: id, tag_id: random.pick(tagIds) });
    if (!random.chance(0.67)) continue;
    const first: number[] = await trx('memberships').where('group_id', id).orderBy('user_id').limit(5).pluck('user_id');
    if (first.length > 0)
      await trx('groups')
        .where({ id })
        .update({ leader_id: random.pick(first) });
  }
  await bulkInsert(trx, 'group_tags', tagged);
}

export async function lastId(db: Reader, table: string): Promise<number> {
  return Number((await db(table).max('id as last').first())?.last ?? 0);
}
