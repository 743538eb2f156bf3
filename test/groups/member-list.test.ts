import { expect, it } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { listMembers } from '../../src/memberships/list/member-list.ts';
import { type MemberSearch, soughtMembers } from '../../src/memberships/list/sought-members.ts';
import { ANYTHING, foldings, searchedWords, searchText } from '../../src/text/text.ts';
import { UserIndex } from '../../src/users/list/user-index.ts';
import { startApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { pageAmong } from '../support/plain-sql.ts';
import { happening } from './happening.ts';

const CASES = Number(process.env.PROOF_CASES ?? 50);
const SEED = Number(process.env.PROOF_SEED ?? 1);
const SEARCHES = ['\u0301', '', '', 'a', 'an', 'mar', 'an er', 'er, an', 'example', '@', 'zzz', 'a@', 'ü'];

/** The members of a group are what plain SQL says: who, in which order, how many, on every page and of every search, read or not yet. */
it('lists the members of a group as plain SQL does, by whatever they are looked for', async () => {
  await using app = await startApp();
  await addCrowd(app, 80);
  await addGroups(app, 3);
  const chance = new Chance(SEED);
  const index = new UserIndex(app.db.read, app.clock.now, app.config);
  const groups: number[] = (await app.db.read('groups').pluck('id')).slice(-4);
  const users: number[] = await app.db.read('users').pluck('id');
  for (const { id, name } of await app.db.read('users').orderBy('id').limit(20).select('id', 'name')) {
    const withoutEmail = { email: null, email_key: null, search_text: searchText([name]) };
    await app.db.write((trx) => trx('users').where({ id }).update(withoutEmail));
  }
  const read = { db: app.db, index, clock: app.clock.now };
  // As in the first moments after a start.
  const unread = { ...read, index: Object.assign(Object.create(index), { refreshWithin: async () => false }) };
  /** Those whose membership is over, of whatever group was asked for last. */
  const isOver = new Set<number>();
  let found = 0;
  for (let n = 0; n < CASES; n++) {
    await happening(app, chance, { groups, users });
    const groupId = chance.one(groups);
    const search: MemberSearch = { q: chance.one(SEARCHES), looksAtEmails: chance.isLikely(0.5) };
    const members = await plainMembers(groupId, search);
    const at = chance.isLikely(0.6) ? members.at(chance.below(members.length + 1)) : undefined;
    const cursor = at && { value: at.sort_name, id: at.id };
    const isBackwards = chance.isLikely(0.5);
    const query = {
      per: chance.one([1, 5, 50]),
      search,
      ...(cursor && { [isBackwards ? 'before' : 'after']: cursor }),
    };
    for (const sources of [read, unread]) {
      const list = await listMembers(sources, groupId, query);
      const told = { n, groupId, query, isRead: sources === read };
      const ids = pageAmong(members, { ...query, q: '', sort: 'name', descending: false } as never);
      expect({ told, ids: list.members.map(({ userId }) => userId), total: list.total }).toEqual({
        told,
        ids,
        total: members.length,
      });
      const first = members.map(({ id }) => id).toSorted((a, b) => a - b);
      const sought = await soughtMembers(sources, groupId, search);
      expect({ told, ids: await sought.ids(7) }).toEqual({ told, ids: first.slice(0, 7) });
      const over = list.members.filter((one) => one.isOver).map(({ userId }) => userId);
      expect({ told, over }).toEqual({ told, over: ids.filter((id) => isOver.has(id)) });
    }
    found += members.length;
  }
  expect(found).toBeGreaterThan(CASES);

  async function plainMembers(groupId: number, { q, looksAtEmails }: MemberSearch) {
    const rows: { id: number; name: string; email: string | null; sort_name: string; until_at: string | null }[] =
      await app.db.read.raw(
        `select users.id, name, email, sort_name, until_at from memberships join users on users.id = user_id
         where group_id = ${groupId} and activity <> 'deleted' order by sort_name, users.id`,
      );
    isOver.clear();
    const now = instant(app.clock.now());
    for (const { id, until_at } of rows) if (until_at !== null && until_at <= now) isOver.add(id);
    const words = searchedWords(q) ?? ANYTHING;
    const texts = ({ name, email }: (typeof rows)[number]) => [name, ...(looksAtEmails && email ? [email] : [])];
    return rows.filter(
      (row) =>
        words.length > 0 &&
        words.every((word) =>
          texts(row).some((text) => foldings(text).some((one) => word.some((way) => one.includes(way)))),
        ),
    );
  }
}, 3_600_000);
