import { createServer } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readSettings } from '../src/config.ts';

/**
 * The least that can be done to say whether somebody has a right: no token, no reasons, no framework; one prepared query. What
 * `/api/v1/check` takes is measured in multiples of it.
 */
const { dataDir, port, host } = readSettings();
const db = new Database(join(dataDir, 'roster.sqlite'), { readonly: true });
for (const pragma of ['cache_size = -32000', 'mmap_size = 268435456']) db.pragma(pragma);

// From the user on, in this order: the planner would begin with all that is granted to anybody.
const check = db.prepare<[string, string, string, string], { level: string }>(
  `select group_permissions.level from users
   cross join memberships on memberships.user_id = users.id
   cross join groups on groups.id = memberships.group_id and groups.activity = 'active'
   cross join group_permissions on group_permissions.group_id = groups.id and group_permissions.application = ?
   where users.name_key = ? and users.deleted_from is null and users.activity = 'active' and (users.expires_on is null or users.expires_on >= ?)
     and (memberships.until_on is null or memberships.until_on >= ?)
   order by group_permissions.level desc limit 1`,
);

createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://floor');
  const today = new Date().toISOString().slice(0, 10);
  const found = check.get(
    searchParams.get('application') ?? '',
    (searchParams.get('user') ?? '').toLowerCase(),
    today,
    today,
  );
  const access = searchParams.get('access');
  const body = JSON.stringify({ allowed: found !== undefined && (found.level === 'write' || found.level === access) });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}).listen(port, host);

process.on('SIGTERM', () => process.exit(0));
