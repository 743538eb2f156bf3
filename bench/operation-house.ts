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
