import { prepared } from '../../src/db/prepared.ts';
import { TABLES } from '../../src/db/tables.ts';
import type { TestApp } from './app.ts';

type Row = Record<string, unknown>;

/** Prepared, as tests look at all tables before and after what they try. */
const whole = new Map(Object.keys(TABLES).map((name) => [name, prepared<object, Row>((db) => db(name).select('*'))]));

/** Most tables hold nothing in most tests: which do is one question instead of many. */
const filled = prepared<object, { name: string }>((db) => {
  const [first, ...others] = [...whole.keys()].map((name) =>
    db
      .select(db.raw('? as name', [name]))
      .from(db.raw('(select 1) as one'))
      .whereExists(db(name).select(db.raw('1'))),
  );
  return first.unionAll(others);
});

/** Every row of every table. */
export async function everything({ db }: Pick<TestApp, 'db'>): Promise<Record<string, Row[]>> {
  const rows: Record<string, Row[]> = Object.fromEntries([...whole.keys()].map((name) => [name, []]));
  for (const { name } of await filled(db.read, {})) rows[name] = inOrder(await whole.get(name)!(db.read, {}));
  return rows;
}

/** By id, or by what stands in them: no database promises one of its own. */
function inOrder(rows: Row[]): Row[] {
  const keyOf = (row: Row) => ('id' in row ? String(row.id).padStart(16, '0') : JSON.stringify(row));
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

/**
 * All that a request may only change on purpose: without what says when somebody was last here, and without what a
 * session keeps for its own browser (the secret of its forms, a message for its next page).
 */
export async function facts(app: Pick<TestApp, 'db'>): Promise<Record<string, Row[]>> {
  const {
    user_changes: _users,
    group_changes: _groups,
    invitation_changes: _links,
    contact_changes: _contacts,
    heartbeat: _heartbeat,
    sessions,
    users,
    ...rest
  } = await everything(app);
  return {
    ...rest,
    users: users.map(({ last_login_at: _login, last_activity_at: _activity, ...user }) => user),
    sessions: sessions.map(({ data: _data, seen_at: _seen, expires_at: _expires, ...session }) => session),
  };
}

/** The facts without the audit and what is kept of tries: what a refused request leaves as it was. */
export async function factsBesideAudit(app: Pick<TestApp, 'db'>): Promise<Record<string, Row[]>> {
  const { audit_events: _events, audit_head: _head, audit_texts: _texts, ...more } = await facts(app);
  const { audit_days: _days, audit_operations: _operations, ...unaudited } = more;
  const { login_attempts: _attempts, address_limits: _limits, refusals: _refusals, ...rest } = unaudited;
  return rest;
}

export async function userRow({ db }: Pick<TestApp, 'db'>, id: number): Promise<Row> {
  return db.read('users').where({ id }).first();
}
