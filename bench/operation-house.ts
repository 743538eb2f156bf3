import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { draftTakingBack } from '../src/bulk-operations/actions/taking-back.ts';
import { createDraft, type Draft, findOperation } from '../src/bulk-operations/bulk-operation-store.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase, type Reader } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { findUserByIdentifier } from '../src/users/user-lookup.ts';
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

/** What is done to many, with what is said of it besides. */
export type Deed = Pick<Draft, 'action' | 'choices'>;

/** The first so many of whom something can be done to, frozen as if all of a view had been meant; gives the path of the sheet. */
export function draftOf(folder: string, administrator: Administrator, deed: Deed, users: number): Promise<string> {
  return drafted(folder, administrator, async (db) => {
    const ids: number[] = await db('users').whereNot('activity', 'deleted').orderBy('id').limit(users).pluck('id');
    return { ...deed, subjectType: 'user', ids };
  });
}

/** What takes back the operation of that path; gives the path of the sheet. */
export function undoOf(folder: string, administrator: Administrator, path: string): Promise<string> {
  return drafted(folder, administrator, async (db) => draftTakingBack(db, await findOperation(db, numberIn(path))));
}

async function drafted(
  folder: string,
  { name }: Administrator,
  drafting: (db: Reader) => Promise<Draft>,
): Promise<string> {
  const db = openDatabase(folder);
  try {
    const act = commandLineAct(actSettings(withSecrets(readSettings({ DATA_DIR: folder }, ''))));
    const { id } = (await findUserByIdentifier(db.read, name))!;
    const draft = await drafting(db.read);
    const made = await db.write((trx) => createDraft(trx, { ...act, by: { ...act.by, id } }, draft));
    return `/bulk-operations/${made}`;
  } finally {
    await db.close();
  }
}

function numberIn(path: string): number {
  return Number(path.split('/').at(-1));
}

/** How far an operation is: asked of the file, so that nobody's page stands behind the question. */
export class Watched {
  readonly #db: BetterSqlite.Database;
  readonly #id: number;

  constructor(folder: string, path: string) {
    this.#db = new BetterSqlite(join(folder, 'roster.sqlite'), { readonly: true });
    this.#id = numberIn(path);
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
