import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { createDraft } from '../src/bulk-operations/bulk-operation-store.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets.ts';
import { findUserByIdentifier } from '../src/users/user-store.ts';
import { actSettings } from '../src/verbs/act.ts';
import { commandLineAct } from '../src/verbs/program-act.ts';
import type { Administrator } from './data.ts';

/** A house of its own, for what changes it. */
export interface OperationHouse {
  folder: string;
  forget(): void;
}

/** Beside the data of the other measurements, which nothing is written into. */
export function operationHouse(from: string): OperationHouse {
  const folder = `${from}-operation`;
  const forget = () => rmSync(folder, { recursive: true, force: true });
  forget();
  cpSync(from, folder, { recursive: true });
  return { folder, forget };
}

/** The first so many of whom something can be done to, frozen as if all of a view had been meant; gives the path of the sheet. */
export async function draftOf(folder: string, { name }: Administrator, action: string, users: number): Promise<string> {
  const db = openDatabase(folder);
  try {
    const act = commandLineAct(actSettings(withSecrets(readSettings({ DATA_DIR: folder }, ''))));
    const { id } = (await findUserByIdentifier(db.read, name))!;
    const ids: number[] = await db.read('users').whereNot('activity', 'deleted').orderBy('id').limit(users).pluck('id');
    const draft = { subjectType: 'user' as const, action, ids };
    const made = await db.write((trx) => createDraft(trx, { ...act, by: { ...act.by, id } }, draft));
    return `/bulk-operations/${made}`;
  } finally {
    await db.close();
  }
}

/** How far an operation is: asked of the file, so that nobody's page stands behind the question. */
export class Watched {
  readonly #db: BetterSqlite.Database;
  readonly #id: number;

  constructor(folder: string, path: string) {
    this.#db = new BetterSqlite(join(folder, 'roster.sqlite'), { readonly: true });
    this.#id = Number(path.split('/').at(-1));
  }

  get isOver(): boolean {
    return this.#ask('select finished_at from bulk_operations where id = ?') !== null;
  }

  get changed(): number {
    const count = "select count(*) from bulk_operation_items where operation_id = ? and outcome = 'changed'";
    return Number(this.#ask(count));
  }

  close(): void {
    this.#db.close();
  }

  #ask(sql: string): unknown {
    return this.#db.prepare(sql).pluck().get(this.#id);
  }
}

/**
 * The same change as one would write it without the program: the field, an event and an item for each, and all that lets them in ended, in one
 * transaction of five statements. No rule is asked, nothing is chained, and everybody else waits. Returns how many milliseconds it took.
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
    db.prepare(
      `insert into meant select value from bulk_operation_pieces, json_each(ids)
       where operation_id = ? and value in (select id from users where activity = 'active')`,
    ).run(operation);
    db.exec("update users set activity = 'deactivated', version = version + 1 where id in (select id from meant)");
    db.exec('delete from sessions where user_id in (select id from meant)');
    db.prepare(
      `insert into audit_events (at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after,
         address, request_id, form, operation_id, hash)
       select '', 1, '', 'user.deactivated', 'user', users.id, name, '{"activity":"active"}', '{"activity":"deactivated"}',
         '', 'bare', 2, ?, hex(randomblob(16)) from users join meant using (id)`,
    ).run(operation);
    db.prepare(
      `insert into bulk_operation_items (operation_id, subject_id, outcome, before, after, version)
       select ?, users.id, 'changed', '{"activity":"active"}', '{"activity":"deactivated"}', version from users join meant using (id)`,
    ).run(operation);
    db.exec('commit');
    return performance.now() - start;
  } finally {
    db.close();
  }
}
