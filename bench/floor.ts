import { createServer } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readSettings } from '../src/config.ts';
import { decodeCursor } from '../src/lists/list-query.ts';

/**
 * The least that can be done for page 1 of the list, or for the one after a cursor: no session, no rights, no counts, no sidebar, no framework; two
 * prepared queries and a page of 43 KB put together from strings. What Roster takes is measured in multiples of it.
 */
const PAGE_BYTES = 43_000;

interface Row {
  id: number;
  name: string;
  email: string;
  activity: string;
  contact_name: string | null;
  last_login_at: string | null;
  last_activity_at: string | null;
  no_shared_data: number;
}

const { dataDir, port, host } = readSettings();
const db = new Database(join(dataDir, 'roster.sqlite'), { readonly: true });
for (const pragma of ['cache_size = -32000', 'mmap_size = 268435456']) db.pragma(pragma);

const selectUsers = `select id, name, email, activity, contact_name, last_login_at, last_activity_at, no_shared_data
   from users where activity <> 'deleted'`;
const findUsers = db.prepare<[], Row>(`${selectUsers} order by sort_name, id limit 50`);
const findUsersAfter = db.prepare<[unknown, number], Row>(
  `${selectUsers} and (sort_name, id) > (?, ?) order by sort_name, id limit 50`,
);
const findGroups = db.prepare<[string], { user_id: number; name: string }>(
  `select memberships.user_id, groups.name from memberships join groups on groups.id = memberships.group_id
   where memberships.user_id in (select value from json_each(?)) order by memberships.user_id, groups.name_key`,
);

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (letter) => ENTITIES[letter]) : text;
}

function page(path = '/'): string {
  const users = usersOf(path);
  const groups = new Map<number, string[]>();
  for (const { user_id, name } of findGroups.all(JSON.stringify(users.map((user) => user.id))))
    groups.set(user_id, [...(groups.get(user_id) ?? []), name]);
  let html = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Users</title></head><body><table>';
  for (const user of users) html += row(user, groups.get(user.id) ?? []);
  return `${html}</table>`;
}

function usersOf(path: string): Row[] {
  const after = decodeCursor(/\?after=(.*)/.exec(path)?.[1]);
  return after ? findUsersAfter.all(after.value, after.id) : findUsers.all();
}

/** Weighs what a row of Roster's own table weighs. */
function row(user: Row, groups: string[]): string {
  return `
      <tr role="row" id="user-${user.id}">
        <td role="cell" class="name"><a href="/users/${user.id}"><bdi>${escaped(user.name)}</bdi></a>
          <span class="badge ${user.activity}">${user.activity}</span></td>
        <td role="cell" data-label="System email">${escaped(user.email)}</td>
        <td role="cell" data-label="Linked contact"><bdi>${escaped(user.contact_name ?? '')}</bdi></td>
        <td role="cell" data-label="Last login"><time datetime="${user.last_login_at}">${user.last_login_at ?? ''}</time>
          <span class="note">active <time datetime="${user.last_activity_at}">${user.last_activity_at ?? ''}</time></span></td>
        <td role="cell" data-label="Group memberships">${groups.map((name) => `<bdi>${escaped(name)}</bdi>`).join(', ')}</td>
        <td role="cell" data-label="No shared data">${user.no_shared_data ? 'Yes' : ''}</td>
      </tr>`;
}

const filler = ' '.repeat(Math.max(0, PAGE_BYTES - Buffer.byteLength(page())));

createServer(({ url }, response) => {
  const body = Buffer.from(`${page(url)}${filler}</body></html>`);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
  response.end(body);
}).listen(port, host);

process.on('SIGTERM', () => process.exit(0));
