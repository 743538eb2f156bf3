import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';

const AT = new Date().toISOString();
/** As long as a digest of the audit, and in the order of the events that it stands for. */
const DIGEST = "printf('%08d', users.id) || substr(lower(hex(randomblob(18))), 1, 35)";
const CHANGE = ['{"activity":"active"}', '{"activity":"deactivated"}'];

/**
 * The same change as one would write it without the program, in one transaction: the field, an event, its text and an item for each, and all
 * that lets them in ended. It writes the rows that the operation writes, as long as that writes them; only what stands there once for many (the days, the
 * tally, the end of the chain) is left out. No rule is asked, nothing is chained, no list follows, and everybody else waits. Returns how many
 * milliseconds it took.
 */
export function setWise(folder: string, path: string): number {
  const db = new BetterSqlite(join(folder, 'roster.sqlite'));
  try {
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 20000');
    db.exec('create temp table meant (id integer primary key)');
    const operation = Number(path.split('/').at(-1));
    const start = performance.now();
    db.exec('begin immediate');
    change(db, operation);
    db.exec('commit');
    return performance.now() - start;
  } finally {
    db.close();
  }
}

function change(db: BetterSqlite.Database, operation: number): void {
  db.prepare(
    `insert into meant select value from bulk_operation_pieces, json_each(ids)
     where operation_id = ? and value in (select id from users where activity = 'active')`,
  ).run(operation);
  const meant = 'user_id in (select id from meant)';
  db.exec("update users set activity = 'deactivated', version = version + 1 where id in (select id from meant)");
  db.exec(`delete from sessions where ${meant}`);
  db.exec(`delete from email_changes where ${meant}`);
  db.exec(
    `update known_devices set token_hash = null, remembered_until = null where token_hash is not null and ${meant}`,
  );
  db.prepare(`update links set ended_at = ? where used_at is null and ended_at is null and ${meant}`).run(AT);
  db.prepare(`update tokens set ended_at = ? where ended_at is null and ${meant}`).run(AT);
  // A name that an event told of before is not kept twice.
  db.exec(
    `insert into audit_texts (digest, subject_type, subject_id, salt, text, is_name_of_now)
     select ${DIGEST}, 'user', users.id, printf('%08d', users.id) || substr(hex(randomblob(11)), 1, 22), name, 1 from users join meant using (id)
     where not exists (select 1 from audit_texts where subject_type = 'user' and subject_id = users.id and text = users.name)`,
  );
  db.prepare(
    `insert into audit_events (at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after,
       address, request_id, form, operation_id, hash)
     select ?, 1, ?, 'user.deactivated', 'user', users.id, digest, ?, ?,
       ?, 'operation-' || ?, 2, ?, substr(lower(hex(randomblob(22))), 1, 43)
     from users join meant using (id) join audit_texts on subject_type = 'user' and subject_id = users.id and text = name`,
  ).run(AT, digestOf('a'), ...CHANGE, digestOf('b'), operation, operation);
  db.prepare(
    `insert into bulk_operation_items (operation_id, subject_id, outcome, before, after, version)
     select ?, users.id, 'changed', ?, ?, version from users join meant using (id)`,
  ).run(operation, ...CHANGE);
}

function digestOf(letter: string): string {
  return letter.repeat(43);
}
