import type { Database, Reader } from '../contract.ts';
import { nameOfAddress } from '../server-address.ts';
import { writingThrough } from '../writing.ts';
import { openPostgres } from './connections.ts';
import { PostgresProcesses } from './processes.ts';
import { requireSuitable } from './suitable.ts';

/** The database of a PostgreSQL server. It is connected to when it is needed. */
export function openPostgresDatabase(url: string): Database {
  const processes = new PostgresProcesses(url);
  const { reader, writer, rowWriter } = openPostgres(url, processes.noticeOfChange);
  return {
    read: reader,
    writer,
    async make() {
      await requireSuitable(writer);
    },
    ...writingThrough(writer, {}),
    oneRow: writingThrough(rowWriter, { areMany: true }),
    processes,
    // A server that does not answer may come back.
    gone: new Promise(() => {}),
    isGone: () => false,
    async now() {
      const [{ now }] = await reader.raw('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now');
      return now;
    },
    async bytes() {
      const [{ bytes }] = await reader.raw('select pg_database_size(current_database()) as bytes');
      return bytes;
    },
    place: { kind: 'PostgreSQL', name: nameOfAddress(url) },
    async close() {
      await processes.end();
      await reader.destroy();
      await writer.destroy();
      await rowWriter.destroy();
    },
  };
}

export function openPostgresReader(url: string): Reader {
  return openPostgres(url).reader;
}
