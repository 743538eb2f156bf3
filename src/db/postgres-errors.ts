/** What Roster looks at of an error of the server. */
export interface PostgresError {
  code?: string;
  message?: string;
  /** Which unique index refused a write, as `table.column`. */
  refusedBy?: string;
}

const UNIQUE = '23505';

/** An error without the values that it came to: the server tells of the row in words (R91). */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, table, detail } = error as { code?: string; table?: string; detail?: string };
  const plain: Error & PostgresError = new Error(error.message.replace(/: ".*$/s, ''));
  plain.stack = error.stack?.replace(error.message, plain.message);
  if (code !== undefined) plain.code = code;
  if (code === UNIQUE) plain.refusedBy = `${table}.${/^Key \("?(\w+)/.exec(detail ?? '')?.[1]}`;
  return plain;
}

/** Lock not to be had in time, deadlock, serialization: the same may be tried again. */
export function isBusyError({ code = '' }: PostgresError): boolean {
  return ['55P03', '40001', '40P01'].includes(code);
}

/** The server cannot be reached, ends just now, or takes no more; nothing is wrong with what was asked. */
export function isConnectionError({ code = '', message = '' }: PostgresError): boolean {
  return (
    /^(08|57P0|53)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code) ||
    /^(Connection terminated|timeout expired|Client has encountered a connection error)/.test(message)
  );
}
