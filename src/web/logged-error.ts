import { stdSerializers } from 'pino';

/** An error for the log. Knex puts the statement with all its values before the database's own words: hashes and sessions are among them (R78). */
export function loggedError(error: Error & { code?: unknown }) {
  const { stack, message, ...rest } = stdSerializers.err(error);
  if (!String(error.code).startsWith('SQLITE_')) return { ...rest, message, stack };
  const words = message.slice(message.lastIndexOf(' - ') + 3);
  return { type: rest.type, code: error.code, message: words, stack: stack.replaceAll(message, words) };
}
