import type { Client } from 'pg';

/** The process of the server that serves one connection: a number is given again, so the moment at which it began belongs to it. */
export interface Backend {
  pid: number;
  since: string;
}

/** As columns, of the connection that asks. */
export const OWN_BACKEND = `(select json_build_object('pid', pid, 'since', ${since('own')}) from pg_stat_get_activity(pg_backend_pid()) as own) as backend`;

/** A moment, as what has just been answered may still be on its way. */
const LONG = `interval '1 second'`;
const NAMED = 'json_to_recordset($1::json) as named(pid int, since text)';
/** What a server of the same role says only to whom it may: where it says nothing, somebody is taken to be at work. */
const WITH_NO_WORK = `select named.pid from ${NAMED}
  left join pg_stat_activity as actual on actual.pid = named.pid and ${since('actual')} = named.since
  where actual.pid is null or (actual.state like 'idle%' and actual.state_change < clock_timestamp() - ${LONG})`;
/** Waits until it is so, but not for ever. */
const END = `select pg_terminate_backend(actual.pid, 1000) from ${NAMED}
  join pg_stat_activity as actual on actual.pid = named.pid and ${since('actual')} = named.since`;

/** Which of these have nothing to do: whoever waits for an answer of theirs will not get one. */
export async function findIdle(connection: Client, backends: Backend[]): Promise<Set<number>> {
  const { rows } = await connection.query(WITH_NO_WORK, [JSON.stringify(backends)]);
  return new Set(rows.map(({ pid }) => Number(pid)));
}

/**
 * Ends those that serve connections which were given up. They hold what they have locked, and something that was sent to them may still be under way:
 * when this is over, nothing of it happens any more.
 */
export async function endBackends(connection: Client, backends: Backend[]): Promise<void> {
  if (backends.length > 0) await connection.query(END, [JSON.stringify(backends)]);
}

function since(table: string): string {
  return `extract(epoch from ${table}.backend_start)::text`;
}
