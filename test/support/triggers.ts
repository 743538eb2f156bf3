import type { Database } from '../../src/db/database.ts';
import { isOnPostgres } from './postgres.ts';

type Writer = Pick<Database['writer'], 'raw'>;

/** From now on the database refuses what is meant, as in "insert on tags", in these words. */
export async function refuseBefore(db: Writer, event: string, words: string): Promise<void> {
  const name = `refused_${event.replaceAll(' ', '_')}`;
  if (!isOnPostgres) {
    await db.raw(`create trigger ${name} before ${event} begin select raise(abort, '${words}'); end`);
    return;
  }
  await db.raw(
    `create function ${name}() returns trigger language plpgsql as $$ begin raise exception '${words}'; end $$`,
  );
  await db.raw(`create trigger ${name} before ${event} for each row execute function ${name}()`);
}

export async function stopRefusing(db: Writer, event: string): Promise<void> {
  const table = event.split(' ').at(-1);
  await db.raw(`drop trigger refused_${event.replaceAll(' ', '_')} ${isOnPostgres ? `on ${table}` : ''}`);
}

/** From now on the database does something whenever that happens, as after "insert on tags". */
export async function doAfter(db: Writer, event: string, work: string): Promise<void> {
  const name = `done_${event.replaceAll(' ', '_')}`;
  if (!isOnPostgres) {
    await db.raw(`create trigger ${name} after ${event} begin ${work}; end`);
    return;
  }
  await db.raw(`create function ${name}() returns trigger language plpgsql as $$ begin ${work}; return null; end $$`);
  await db.raw(`create trigger ${name} after ${event} for each row execute function ${name}()`);
}

/** Lets the events of the audit be changed, as whoever has the database in their hands can. */
export async function unguardAudit(db: Writer): Promise<void> {
  for (const change of ['update', 'delete'])
    await db.raw(`drop trigger if exists audit_events_refuse_${change} ${isOnPostgres ? 'on audit_events' : ''}`);
}
