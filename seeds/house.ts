import { DAY, HOUR, instant } from '../src/clock.ts';
import { CONTACT_CHANGES } from '../src/contacts/contact-index.ts';
import { bulkInsert, followOn } from '../src/db/bulk-insert.ts';
import type { Database, Reader } from '../src/db/database.ts';
import { pruneFeed } from '../src/facets/following/feed.ts';
import { USER_CHANGES } from '../src/users/list/user-index.ts';
import { type GeneratorOptions, generateUsers, lastId } from './generator.ts';
import { addHistory } from './history.ts';
import { invitationRows } from './invitation-rows.ts';
import { Random } from './random.ts';
import { type AddressSource, addCompanies } from './surroundings.ts';

/** How many there are to be in all; left out, or less than the users bring with them, it is what these bring. */
export interface Size {
  users: number;
  groups?: number;
  contacts?: number;
  invitations?: number;
  /** Of the audit. */
  events?: number;
}

export interface HouseOptions extends Omit<GeneratorOptions, 'onProgress' | 'since'>, Size {
  /** Called after each transaction with how much is made of what. */
  onProgress?: (what: keyof Size, done: number) => void;
}

const SEED = 20_261_125;
const HISTORY = 6 * 365 * DAY;
const COMPANIES_PER_TRANSACTION = 4_000;
const INVITATIONS_PER_TRANSACTION = 10_000;

/** Fills an empty database as `generateUsers` does, and goes on to the sizes that are wanted. */
export async function generateHouse(db: Database, options: HouseOptions): Promise<void> {
  const { events = 0, contacts = 0, invitations = 0, now, onProgress = () => {} } = options;
  const since = now - HISTORY;
  const surroundings = await generateUsers(db, {
    ...options,
    since: events > 0 ? since : undefined,
    onProgress: (done) => onProgress('users', done),
  });
  await addContacts(db, surroundings, { contacts, at: instant(since), onProgress: (n) => onProgress('contacts', n) });
  await addInvitations(db, { ...options, invitations, onProgress: (n) => onProgress('invitations', n) });
  await addHistory(db, { ...options, events, since, onProgress: (n) => onProgress('events', n) });
}

interface ContactsWanted {
  contacts: number;
  at: string;
  onProgress: (done: number) => void;
}

/** Companies with their people: the last one may bring a few more than were wanted. */
export async function addContacts(
  db: Database,
  source: AddressSource,
  { contacts, at, onProgress }: ContactsWanted,
): Promise<void> {
  let done = await countIn(db.read, 'contacts');
  // No two are of one name.
  let first = 2_000;
  while (done < contacts) {
    // With its people a company is two and a half contacts.
    const number = Math.max(1, Math.min(COMPANIES_PER_TRANSACTION, Math.floor((contacts - done) / 4)));
    const made = await db.write(async (trx) => {
      const added = await addCompanies(trx, source, { first, number, at });
      await pruneFeed(trx, CONTACT_CHANGES);
      return added;
    });
    first += number;
    done += made.contacts;
    onProgress(Math.min(done, contacts));
  }
}

type InvitationsWanted = Pick<HouseOptions, 'now' | 'invitationHours'> & {
  invitations: number;
  onProgress: (done: number) => void;
};

/** Invitations that are over: used, or replaced by another. */
export async function addInvitations(
  db: Database,
  { invitations, now, invitationHours, onProgress }: InvitationsWanted,
): Promise<void> {
  const random = new Random(SEED);
  const users: { id: number; email: string; by: number | null }[] = await db
    .read('users')
    .where('api_only', false)
    .orderBy('id')
    .limit(invitations)
    .select('id', 'email', 'created_by as by');
  let done = await countIn(db.read, 'links');
  while (done < invitations) {
    const some = Math.min(INVITATIONS_PER_TRANSACTION, invitations - done);
    await db.write(async (trx) => {
      const firstId = (await lastId(trx, 'links')) + 1;
      const made = Array.from({ length: some }, (_, n) => {
        const { id: userId, email: address, by } = users[(done + n) % users.length];
        const at = now - random.between(1, 2_000) * DAY;
        const { link, mail } = invitationRows(random, invitationHours, { id: firstId + n, userId, address, at, by });
        const end = instant(at + random.between(0.1, 1) * HOUR);
        const isUsed = random.chance(0.75);
        return {
          link: {
            ...link,
            opened_at: isUsed ? end : null,
            used_at: isUsed ? end : null,
            ended_at: isUsed ? null : end,
          },
          mail,
        };
      });
      await bulkInsert(
        trx,
        'links',
        made.map(({ link }) => link),
      );
      await followOn(trx, 'links');
      await bulkInsert(
        trx,
        'outbox',
        made.flatMap(({ mail }) => mail ?? []),
      );
      await pruneFeed(trx, USER_CHANGES);
    });
    done += some;
    onProgress(done);
  }
}

async function countIn(db: Reader, table: string): Promise<number> {
  return Number((await db(table).count('* as number').first())?.number);
}
