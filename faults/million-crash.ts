import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { type Administrator, benchData } from '../bench/data.ts';
import { EVERYTHING } from '../src/access/rights.ts';
import { createDraft } from '../src/bulk-operations/bulk-operation-store.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { actSettings } from '../src/verbs/act.ts';
import { programAct } from '../src/verbs/program-act.ts';
import { Client } from './client.ts';
import { type Fault, type Figure, met, told } from './fault.ts';
import { brokenInvariants } from './invariants.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { differing, type TableSums, tableSums } from './table-sums.ts';

const ROUNDS = 20;
const USERS = 1_000_000;
/** Between a start and a kill, in milliseconds. */
const [SHORTEST_LIFE, LONGEST_LIFE] = [500, 2_500];
/** The longest that one waits for an operation to end. */
const PATIENCE = 3_600_000;

/**
 * What an operation and its undo leave behind beside the fields that they change and bring back: how often each was changed, the audit, the
 * operations themselves, the feeds of those who follow, what no undo revives, that somebody signed in for it, and
 * the figures of the day, which are taken meanwhile.
 */
const LEFT_BEHIND =
  /^(users\.(version|last_login_at|last_activity_at)$|audit_|bulk_operation|(user|group|contact|invitation)_changes|known_devices|login_attempts|daily_figures|server_settings|sessions|links|tokens|address_limits|refusals)/;

export const millionCrashFault: Fault = {
  name: 'F1-million',
  title: 'SIGKILL in the middle of the deactivation of a million, which goes on each time, then its undo',
  run: ({ rounds = ROUNDS, seconds }) => millionCrash(rounds, USERS, seconds),
};

/**
 * Deactivates all who may be, is killed again and again meanwhile, takes it back, and compares all tables with those before. After so many
 * seconds it is cancelled, and what was done by then is taken back.
 */
async function millionCrash(rounds: number, users: number, seconds = Number.POSITIVE_INFINITY): Promise<Figure[]> {
  const made = await benchData(users);
  const folder = mkdtempSync(join(tmpdir(), 'roster-million-crash-'));
  cpSync(realpathSync(made.folder), folder, { recursive: true });
  try {
    const house = new House(folder, made.administrator);
    // The first start writes something of its own.
    await house.start();
    await house.stop();
    const before = tableSums(folder);
    const begun = performance.now();
    const path = await house.execute(await house.draft());
    const problems: string[] = [];
    let kills = 0;
    for (; kills < rounds && !house.isOver(path); kills++) {
      await sleep(SHORTEST_LIFE + Math.random() * (LONGEST_LIFE - SHORTEST_LIFE));
      await house.kill();
      problems.push(...house.halvesOf(path).map((problem) => `kill ${kills + 1}: ${problem}`));
      await house.start();
    }
    const isCancelled = !(await house.until(path, begun + seconds * 1_000));
    if (isCancelled) await house.cancel(path);
    const lasted = Math.round((performance.now() - begun) / 1_000);
    const changed = house.changedBy(path);
    const undoBegun = performance.now();
    const undo = await house.takeBack(path);
    await house.until(undo);
    const undoSeconds = Math.round((performance.now() - undoBegun) / 1_000);
    const back = house.changedBy(undo);
    await house.stop();
    problems.push(...(await invariantsOf(folder)));
    const other = otherwise(before, tableSums(folder));
    return [
      told(
        `users deactivated${isCancelled ? ' before it was cancelled' : ''}, in`,
        `${changed.toLocaleString('en')}, ${lasted} s with all kills and starts`,
      ),
      told('kills', String(kills)),
      met('lost, done twice, or by halves', problems.join('; ') || '0', '0', problems.length === 0),
      met('put back by the undo, in', `${back.toLocaleString('en')}, ${undoSeconds} s`, 'all', back === changed),
      met('columns of all tables that are not as before', other.join(', ') || '0', '0', other.length === 0),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function otherwise(before: TableSums, after: TableSums): string[] {
  return differing(before, after).filter((column) => !LEFT_BEHIND.test(column));
}

async function invariantsOf(folder: string): Promise<string[]> {
  const db = openDatabase(folder);
  try {
    const { secrets } = withSecrets(readSettings({ DATA_DIR: folder }, ''));
    return await brokenInvariants(db.writer, secrets.audit, { seeded: true });
  } finally {
    await db.close();
  }
}

/** A house with its server, which is killed and started again. */
class House {
  readonly #folder: string;
  readonly #administrator: Administrator;
  #server: ServerProcess | undefined;

  constructor(folder: string, administrator: Administrator) {
    this.#folder = folder;
    this.#administrator = administrator;
  }

  async start(): Promise<void> {
    this.#server = await startServer({ DATA_DIR: this.#folder });
  }

  async kill(): Promise<void> {
    this.#server!.child.kill('SIGKILL');
    await this.#server!.exited;
  }

  async stop(): Promise<void> {
    this.#server!.child.kill('SIGTERM');
    await this.#server!.exited;
    this.#server = undefined;
  }

  /** All users as they stand there: a list of them would have to be read first. */
  async draft(): Promise<string> {
    const db = openDatabase(this.#folder);
    try {
      const config = withSecrets(readSettings({ DATA_DIR: this.#folder }, ''));
      const { name } = this.#administrator;
      const { id } = await db.read('users').where({ name }).first('id');
      const act = programAct(actSettings(config), { name, rights: EVERYTHING });
      const ids: number[] = await db.read('users').orderBy('id').pluck('id');
      const draft = { subjectType: 'user' as const, action: 'deactivate', ids };
      const made = await db.write((trx) => createDraft(trx, { ...act, by: { ...act.by, id } }, draft));
      return `/bulk-operations/${made}`;
    } finally {
      await db.close();
    }
  }

  /** By somebody who has just signed in: so many are not changed by whoever found an open browser. */
  async execute(path: string): Promise<string> {
    const client = await this.#signedIn();
    const answer = await client.post(`${path}/execution`, {});
    if (answer.headers.get('location') !== path) throw new Error(`it was not begun: ${answer.status}`);
    return path;
  }

  async cancel(path: string): Promise<void> {
    const client = await this.#signedIn();
    await client.post(`${path}/cancellation`, {});
    if (!this.isOver(path)) throw new Error('it was not cancelled');
  }

  async takeBack(path: string): Promise<string> {
    const client = await this.#signedIn();
    const drafted = await client.post('/bulk-operations', { action: 'undo', from: path.split('/').at(-1)! });
    if (drafted.status !== 303) throw new Error(`the draft was answered with ${drafted.status}`);
    return this.execute(drafted.headers.get('location')!);
  }

  async #signedIn(): Promise<Client> {
    if (!this.#server) await this.start();
    const client = new Client(this.#server!.url);
    await client.signIn(this.#administrator.name, this.#administrator.password);
    return client;
  }

  isOver(path: string): boolean {
    return this.#ask('select finished_at from bulk_operations where id = ?', path) !== null;
  }

  /** Whether it came to its end by that moment; the longest that is waited for is an hour. */
  async until(path: string, cancelledAt = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (const until = performance.now() + PATIENCE; !this.isOver(path); await sleep(1_000)) {
      if (performance.now() > cancelledAt) return false;
      if (performance.now() > until) throw new Error('it did not come to its end');
    }
    return true;
  }

  changedBy(path: string): number {
    return Number(
      this.#ask("select count(*) from bulk_operation_items where operation_id = ? and outcome = 'changed'", path),
    );
  }

  /** Whether pieces, items, events and what is known of them agree, right after a kill. */
  halvesOf(path: string): string[] {
    const items = Number(this.#ask('select count(*) from bulk_operation_items where operation_id = ?', path));
    const done = this.#ask(
      'select coalesce(sum(json_array_length(ids)), 0) from bulk_operation_pieces where operation_id = ? and done_at is not null',
      path,
    );
    const told = this.#ask("select json_extract(tally, '$.judged') from bulk_operations where id = ?", path);
    const events = Number(
      this.#ask("select count(*) from audit_events where operation_id = ? and action = 'user.deactivated'", path),
    );
    const changed = this.changedBy(path);
    const counts = [items, this.isOver(path) ? items : Number(done), Number(told ?? 0)];
    return [
      ...(new Set(counts).size > 1 ? [`items, done and told are ${counts.join(', ')}`] : []),
      ...(events === changed ? [] : [`${changed} changed, but ${events} events`]),
    ];
  }

  #ask(sql: string, path: string): unknown {
    const db = new BetterSqlite(join(this.#folder, 'roster.sqlite'), { readonly: true });
    try {
      return db
        .prepare(sql)
        .pluck()
        .get(Number(path.split('/').at(-1)));
    } finally {
      db.close();
    }
  }
}
