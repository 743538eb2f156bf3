import { DAY, dayOf, instant, minuteOf } from '../../../src/clock.ts';
import { contactColumns } from '../../../src/contacts/contact-columns.ts';
import type { Database, Transaction } from '../../../src/db/database.ts';
import { recountSome } from '../../../src/groups/recounting.ts';
import { nameColumns } from '../../../src/users/user-columns.ts';
import type { Chance } from '../../support/chance.ts';

const SYLLABLES = [
  ...['ma', 'ri', 'ze', 'lö', 'loem', 'ñu', 'ka', 'to', 'mar', 'x', 'ßa', 'åk', 'о', 'li', '10', '2', '007'],
  // Signs that mean something where texts are looked for.
  ...['%', '_', '\\', "'", '!', '-', '"', '?'],
  // Of these two the first is the later one by its bytes, and the earlier one by what programs keep of it.
  ...['\u{1f642}', '\ue000'],
];

export const ADDRESSES = ['10.0.0.1', '10.0.0.12', '10.9.0.1', '192.168.1.10', 'fe80::1', 'fe80::12'];

/** What browsers call themselves, with what people call them. */
export const AGENTS: Record<string, string> = {
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0': 'Firefox on Linux',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1':
    'Safari on iPhone',
  'curl/8.5': 'curl',
  '': 'a nameless browser',
};

/** Something that happens to the data, by whatever path: what the list says must follow it. */
export type Change = (trx: Transaction, chance: Chance, now: number) => Promise<unknown>;

export function word(chance: Chance): string {
  return Array.from({ length: 1 + chance.below(3) }, () => chance.one(SYLLABLES)).join('');
}

async function someone(trx: Transaction, chance: Chance): Promise<number> {
  return chance.one(await trx('users').pluck('id'));
}

export async function some(trx: Transaction, table: string, chance: Chance): Promise<number> {
  return chance.one(await trx(table).pluck('id'));
}

/** Renames, and keeps what the table makes of the names. */
async function rename(trx: Transaction, id: number, chance: Chance): Promise<void> {
  const name = `${word(chance)} ${word(chance)} ${id}`;
  const email = `${word(chance)
    .normalize('NFKD')
    .replace(/[^a-z0-9]/g, '')}.${id}@example.com`;
  const user = await trx('users').where({ id }).first('contact_id');
  const contact = await trx('contacts')
    .where('id', user.contact_id ?? 0)
    .first();
  const isPublic = contact?.activity === 'active' && contact.owner_user_id === null && contact.owner_group_id === null;
  const columns = nameColumns({ name, email }, contact ? { name: contact.name, isPublic } : null);
  await trx('users')
    .where({ id })
    .update({ ...columns, name_key: `${name} ${id}`.toLowerCase(), email_key: email });
}

/** What the users table keeps of a contact follows the contact. */
async function retell(trx: Transaction, contactId: number): Promise<void> {
  const contact = await trx('contacts').where('id', contactId).first();
  const isPublic = contact.activity === 'active' && contact.owner_user_id === null && contact.owner_group_id === null;
  for (const { id, name, email } of await trx('users').where('contact_id', contactId))
    await trx('users')
      .where({ id })
      .update(nameColumns({ name, email }, { name: contact.name, isPublic }));
}

export const renaming: Change = async (trx, chance) => rename(trx, await someone(trx, chance), chance);

/** A few of them, so that somebody answers for several. */
async function program(trx: Transaction, chance: Chance): Promise<number> {
  const ids: number[] = await trx('users').where('api_only', true).orderBy('id').limit(5).pluck('id');
  return ids.length > 0 ? chance.one(ids) : someone(trx, chance);
}

/** The first of all, who answer for programs. */
async function owner(trx: Transaction, chance: Chance): Promise<number> {
  return chance.one(await trx('users').orderBy('id').limit(3).pluck('id'));
}

export const CHANGES: Change[] = [
  async (trx, chance) => {
    const api_only_owner_id = await owner(trx, chance);
    const many = trx('users').orderBy('id', 'desc').limit(30).select('id');
    await trx('users').whereIn('id', many).update({ api_only: true, api_only_owner_id });
  },
  async (trx, chance) => {
    const activity = chance.one(['active', 'active', 'deactivated', 'deleted']);
    await trx('users')
      .where('id', await owner(trx, chance))
      .update({ activity, deleted_from: activity === 'deleted' ? 'active' : null })
      .catch(() => {});
  },
  async (trx, chance, now) => {
    const api_only_review_on = chance.one([null, ...[-1, 0, 1].map((days) => dayOf(now + days * DAY))]);
    const api_only_owner_id = chance.isLikely(0.25) ? null : await owner(trx, chance);
    const change = { api_only: chance.isLikely(0.8), api_only_owner_id, api_only_review_on };
    await trx('users')
      .where('id', await program(trx, chance))
      .update(change);
  },
  async (trx, chance, now) => {
    await trx('users')
      .where('id', await owner(trx, chance))
      .update({ leaves_at: chance.one([null, minuteOf(now), minuteOf(now + 60_000)]) });
  },
  async (trx, chance, now) => {
    const user_id = await program(trx, chance);
    await trx('tokens').where({ user_id }).delete();
    if (chance.isLikely(0.8))
      await trx('tokens').insert({
        user_id,
        name: 'nightly',
        beginning: '',
        hash: `${now} ${chance.below(1e9)}`,
        scopes: '[]',
        created_at: instant(now),
        expires_at: instant(now + chance.below(3) * 60_000),
        ended_at: chance.one([null, null, instant(now)]),
      });
  },
  renaming,
  async (trx, chance) => {
    const id = await someone(trx, chance);
    const activity = chance.one(['active', 'deactivated', 'deleted']);
    await trx('users')
      .where({ id })
      .update({ activity, deleted_from: activity === 'deleted' ? 'active' : null })
      .catch(() => {});
  },
  async (trx, chance, now) => {
    const minute = chance.one([0, 60_000]);
    const leaves_at = chance.one([
      null,
      ...[-1, 0, 1, 7, 8, 30, 31].map((days) => minuteOf(now + days * DAY + minute)),
    ]);
    await trx('users')
      .where('id', await someone(trx, chance))
      .update(chance.isLikely(0.5) ? { leaves_at } : { starts_at: leaves_at });
  },
  async (trx, chance, now) => {
    const at = chance.one([null, instant(now), instant(now - 90 * DAY), instant(now - 89 * DAY)]);
    await trx('users')
      .where('id', await someone(trx, chance))
      .update({ last_login_at: at, last_activity_at: at });
  },
  async (trx, chance, now) => {
    const user_id = await someone(trx, chance);
    const outcome = chance.one(['signed in', 'signed in', 'wrong password']);
    const attempt = {
      user_id,
      at: instant(now),
      address: chance.one(ADDRESSES),
      agent: chance.one(Object.keys(AGENTS)),
      outcome,
    };
    await trx('login_attempts').insert(attempt);
    if (outcome === 'signed in')
      await trx('users')
        .where('id', user_id)
        .update({ last_login_at: instant(now) });
  },
  async (trx, chance) =>
    trx('users')
      .where('id', await someone(trx, chance))
      .update({ no_shared_data: chance.isLikely(0.5) }),
  async (trx, chance) =>
    trx('users')
      .where('id', await someone(trx, chance))
      .update({ password_hash: chance.one([null, 'nobody knows it']) }),
  async (trx, chance, now) => {
    const user_id = await someone(trx, chance);
    await trx('lockouts').where({ user_id }).delete();
    if (chance.isLikely(0.7))
      await trx('lockouts').insert({
        user_id,
        attempts: 5,
        attempts_in_all: 5,
        locked_until: instant(now + chance.below(3) * 60_000),
      });
  },
  async (trx, chance, now) => {
    const user_id = await someone(trx, chance);
    await trx('second_factors').where({ user_id }).delete();
    const confirmed_at = chance.one([null, instant(now)]);
    if (chance.isLikely(0.7))
      await trx('second_factors').insert({ user_id, nonce: 'n', created_at: instant(now), confirmed_at });
  },
  async (trx, chance, now) => {
    const until_at = chance.one([null, null, ...[-DAY, 0, 60_000, DAY].map((by) => minuteOf(now + by))]);
    const group_id = await some(trx, 'groups', chance);
    const user_id = await someone(trx, chance);
    await trx('memberships').where({ user_id, group_id }).delete();
    if (chance.isLikely(0.7))
      await trx('memberships').insert({ user_id, group_id, until_at, granted_at: instant(now) });
  },
  async (trx, chance) => {
    const group_id = await some(trx, 'groups', chance);
    const application = chance.one(['users', 'groups', 'contacts', 'payroll']);
    await trx('group_permissions').where({ group_id, application }).delete();
    if (chance.isLikely(0.7))
      await trx('group_permissions').insert({ group_id, application, level: chance.one(['read', 'write', 'write']) });
  },
  async (trx, chance) => {
    const activity = chance.one(['active', 'active', 'deactivated', 'deleted']);
    await trx('groups')
      .where('id', await some(trx, 'groups', chance))
      .update({ activity, deleted_from: activity === 'deleted' ? 'active' : null });
    // Of a large one they are counted a part at a time.
    while (!(await recountSome(trx)));
  },
  async (trx, chance) => {
    const [user_id, tag_id] = [await someone(trx, chance), await some(trx, 'tags', chance)];
    if ((await trx('user_tags').where({ user_id, tag_id }).delete()) === 0)
      await trx('user_tags').insert({ user_id, tag_id });
  },
  async (trx, chance) => {
    const id = await some(trx, 'contacts', chance);
    const owner = chance.one([
      { owner_user_id: null, owner_group_id: null },
      { owner_user_id: await someone(trx, chance), owner_group_id: null },
      { owner_user_id: null, owner_group_id: await some(trx, 'groups', chance) },
    ]);
    await trx('contacts').where({ id }).update(owner);
    await retell(trx, id);
  },
  async (trx, chance) => {
    const id = await some(trx, 'contacts', chance);
    const name = `${word(chance)} ${word(chance)}`;
    const { emails, phones } = await trx('contacts').where({ id }).first();
    // As the store does: of what is sorted and searched by, the feed tells together.
    await trx('contacts')
      .where({ id })
      .update(contactColumns({ name, emails: JSON.parse(emails), phones: JSON.parse(phones) }));
    await retell(trx, id);
  },
  async (trx, chance) => {
    const id = await some(trx, 'contacts', chance);
    await trx('contacts')
      .where({ id })
      .update({ activity: chance.one(['active', 'active', 'deleted']) });
    await retell(trx, id);
  },
  async (trx, chance) => {
    const [contact_id, type] = [await some(trx, 'contacts', chance), chance.one(['customer', 'supplier', 'prospect'])];
    if ((await trx('accounts').where({ contact_id, type }).delete()) === 0)
      await trx('accounts').insert({ contact_id, type });
  },
  async (trx, chance) => {
    const id = await someone(trx, chance);
    const free = await trx('contacts')
      .whereNotIn('id', trx('users').whereNotNull('contact_id').select('contact_id'))
      .pluck('id');
    await trx('users')
      .where({ id })
      .update({ contact_id: free.length > 0 && chance.isLikely(0.7) ? chance.one(free) : null });
    await rename(trx, id, chance);
  },
  async (trx, chance, now) => {
    const link = await trx('links')
      .where({ purpose: 'invitation' })
      .whereNull('used_at')
      .whereNull('ended_at')
      .orderByRaw('id * 7919 % 1009')
      .first();
    if (link)
      await trx('links')
        .where('id', link.id)
        .update(
          chance.one([{ ended_at: instant(now) }, { expires_at: instant(now + (chance.below(3) - 1) * 60_000) }]),
        );
  },
];

/** Whoever reads the feed next finds it begun later than they stopped. */
export async function pruneFeed(db: Database, feed: string): Promise<void> {
  await db.write((trx) => trx(feed).where('id', '<', trx(feed).max('id')).delete());
}

/** As where a standby took over that did not hear of the last changes, and counts on from fewer. */
export async function setBackFeed(db: Database, feed: string): Promise<void> {
  await pruneFeed(db, feed);
  await db.write((trx) => trx(feed).update({ id: trx.raw('case when id > 100 then id - 100 else 1 end') }));
}
