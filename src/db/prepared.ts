import type { Knex } from 'knex';
import { dialectOf } from './dialects.ts';
import { withListsOfOne, withPlanOfItsOwn, withValuesSaid } from './said-values.ts';

/** What reads with a statement that was put together before. */
export type Prepared<Values, T> = (db: Knex, values: Values) => Promise<T[]>;

/** Runs a statement without Knex, which takes longer over it than the database. What it gives may be kept for whoever asks the same next. */
export type DirectRun = (sql: string, values: unknown[], isKept: boolean) => Promise<unknown[]>;

interface Keeping {
  /** Whether anybody will ask the same again. */
  isKept?: boolean;
}

/** As much of a query as is needed of it. */
type Query = Pick<Knex.QueryBuilder, 'toSQL'>;

type Values = Record<string, unknown>;

/** What a place of a statement is given. */
type Binding = (values: Values) => unknown;

interface Statement {
  sql: string;
  bindings: Binding[];
  /** The same for lists of one. */
  ofOne?: Statement & { isMeant: (values: Values) => boolean };
}

const MARK = '\u0001';

const directRuns = new WeakMap<object, DirectRun>();

/** From now on prepared statements of this client, be it that of a transaction, are run by `run`, or without it like all others. Returns what ran them before. */
export function runsDirectly(client: object, run: DirectRun | undefined): DirectRun | undefined {
  const before = directRuns.get(client);
  if (run) directRuns.set(client, run);
  else directRuns.delete(client);
  return before;
}

/** Runs a statement that was put together already, with a `?` for each of its values. */
export function runSql<T>(db: Knex, sql: string, values: unknown[], isKept = false): Promise<T[]> {
  const run = directRuns.get(db.client);
  return (run ? run(sql, values, isKept) : db.raw(sql, values as Knex.RawBinding[])) as Promise<T[]>;
}

/**
 * A query of the hot path: built the first time that it is asked, and not for every page. `build` gets marks in place of the
 * values, which it may only hand on to the query (to `whereIdIn` as well): it cannot look at them, so they cannot change its form.
 */
export function prepared<Given extends object, T>(
  build: (db: Knex, values: Given) => Query,
  { isKept = true }: Keeping = {},
): Prepared<Given, T> {
  const statements = new Map<string, Statement>();
  return async (db, values) => {
    const dialect: string = db.client.dialect;
    let statement = statements.get(dialect);
    if (!statement) {
      statement = statementOf(db, build(db, marks as Given).toSQL());
      statements.set(dialect, statement);
    }
    const { ofOne } = statement;
    const { sql, bindings } = ofOne?.isMeant(values as Values) ? ofOne : statement;
    const given = bindings.map((binding) => binding(values as Values));
    return runSql(db, sql, given, isKept);
  };
}

/** The same in as many forms as there are: what decides on the form is told apart from the values. */
export function preparedInForms<Form extends object, Given extends object, T>(
  build: (db: Knex, form: Form, values: Given) => Query,
  keeping: Keeping = {},
): (db: Knex, form: Form, values: Given) => Promise<T[]> {
  const forms = new Map<string, Prepared<Given, T>>();
  return (db, form, values) => {
    const name = JSON.stringify(form);
    let one = forms.get(name);
    if (!one) {
      one = prepared<Given, T>((reader, marked) => build(reader, form, marked), keeping);
      forms.set(name, one);
    }
    return one(db, values);
  };
}

function statementOf(db: Knex, built: { sql: string; bindings: readonly unknown[] }): Statement {
  if (!dialectOf(db).plansByValues) return { sql: built.sql, bindings: built.bindings.map(bindingFor) };
  const said = withValuesSaid(built.sql, built.bindings, (binding) => binding === LIMIT_MARK);
  const sql = withPlanOfItsOwn(said.sql);
  return { sql, bindings: said.values.map(bindingFor), ofOne: ofOneIn(sql, said.values) };
}

function ofOneIn(sql: string, bindings: readonly unknown[]): Statement['ofOne'] {
  const lists = bindings.map(listNamed);
  const names = lists.filter((name) => name !== undefined);
  const ofOne = names.length > 0 ? withListsOfOne(sql, (n) => lists[n] !== undefined) : undefined;
  if (ofOne === undefined) return undefined;
  const only = (name: string) => (values: Values) => (values[name] as unknown[])[0];
  return {
    sql: ofOne,
    bindings: bindings.map((binding, n) => (lists[n] === undefined ? bindingFor(binding) : only(lists[n]))),
    isMeant: (values) => names.every((name) => (values[name] as unknown[]).length === 1),
  };
}

/** The name of the list that a place is given, in JSON. */
function listNamed(binding: unknown): string | undefined {
  if (typeof binding !== 'string' || !binding.includes(MARK_IN_JSON)) return undefined;
  const whole: unknown = JSON.parse(binding);
  return isMark(whole) ? whole.slice(MARK.length) : undefined;
}

/** Of a query's limit, which Knex takes as a number only. */
const LIMIT_MARK = 2_147_483_001;

/** Each property is a mark that bears its name; `limit` is for that of the query. */
const marks = new Proxy({}, { get: (_, name) => (name === 'limit' ? LIMIT_MARK : MARK + String(name)) });

/** For a mark its value, also for one inside a list, or a list in JSON, as `whereIdIn` makes it. */
function bindingFor(binding: unknown): Binding {
  if (binding === LIMIT_MARK) return ({ limit }) => limit;
  if (Array.isArray(binding)) {
    const parts = binding.map(bindingFor);
    return (values) => parts.map((part) => part(values));
  }
  if (typeof binding !== 'string') return () => binding;
  const named = (text: string, values: Values) => values[text.slice(MARK.length)];
  if (binding.startsWith(MARK)) return (values) => named(binding, values);
  if (!binding.includes(MARK_IN_JSON)) return () => binding;
  const list = listNamed(binding);
  if (list !== undefined) return (values) => JSON.stringify(values[list]);
  return (values) => JSON.stringify(JSON.parse(binding, (_, one) => (isMark(one) ? named(one, values) : one)));
}

function isMark(one: unknown): one is string {
  return typeof one === 'string' && one.startsWith(MARK);
}

const MARK_IN_JSON = JSON.stringify(MARK).slice(1, -1);
