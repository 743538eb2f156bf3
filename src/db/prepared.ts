import type { Knex } from 'knex';
import { dialectOf } from './dialects.ts';
import { withValuesSaid } from './said-values.ts';

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

/** What a place of a statement is given. */
type Binding = (values: Record<string, unknown>) => unknown;

interface Statement {
  sql: string;
  bindings: Binding[];
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
export function prepared<Values extends object, T>(
  build: (db: Knex, values: Values) => Query,
  { isKept = true }: Keeping = {},
): Prepared<Values, T> {
  const statements = new Map<string, Statement>();
  return async (db, values) => {
    const dialect: string = db.client.dialect;
    let statement = statements.get(dialect);
    if (!statement) {
      statement = statementOf(db, build(db, marks as Values).toSQL());
      statements.set(dialect, statement);
    }
    const given = statement.bindings.map((binding) => binding(values as Record<string, unknown>));
    return runSql(db, statement.sql, given, isKept);
  };
}

/** The same in as many forms as there are: what decides on the form is told apart from the values. */
export function preparedInForms<Form extends object, Values extends object, T>(
  build: (db: Knex, form: Form, values: Values) => Query,
  keeping: Keeping = {},
): (db: Knex, form: Form, values: Values) => Promise<T[]> {
  const forms = new Map<string, Prepared<Values, T>>();
  return (db, form, values) => {
    const name = JSON.stringify(form);
    let one = forms.get(name);
    if (!one) {
      one = prepared<Values, T>((reader, marked) => build(reader, form, marked), keeping);
      forms.set(name, one);
    }
    return one(db, values);
  };
}

function statementOf(db: Knex, { sql, bindings }: { sql: string; bindings: readonly unknown[] }): Statement {
  if (!dialectOf(db).plansByValues) return { sql, bindings: bindings.map(bindingFor) };
  const said = withValuesSaid(sql, bindings, (binding) => binding === LIMIT_MARK);
  // A limit is given otherwise than as a value that stands there by itself, so that no plan goes by it.
  return { sql: said.sql.replaceAll('limit ?', 'limit ? + 0'), bindings: said.values.map(bindingFor) };
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
  const named = (text: string, values: Record<string, unknown>) => values[text.slice(MARK.length)];
  if (binding.startsWith(MARK)) return (values) => named(binding, values);
  if (!binding.includes(MARK_IN_JSON)) return () => binding;
  const whole: unknown = JSON.parse(binding);
  if (isMark(whole)) return (values) => JSON.stringify(named(whole, values));
  return (values) => JSON.stringify(JSON.parse(binding, (_, one) => (isMark(one) ? named(one, values) : one)));
}

function isMark(one: unknown): one is string {
  return typeof one === 'string' && one.startsWith(MARK);
}

const MARK_IN_JSON = JSON.stringify(MARK).slice(1, -1);
