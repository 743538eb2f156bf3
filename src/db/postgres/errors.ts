/** What Roster looks at of an error of the server. */
export interface PostgresError {
  code?: string;
  message?: string;
  /** Whether the server cannot be reached. Others, such as a mail server, say it in the same codes, and Knex puts the statement before the words. */
  isLost?: boolean;
  /** Whether that was met by a read: what was asked to be kept before it may have been. */
  isOfRead?: boolean;
  /** Where no connection could be made. */
  place?: string;
  /** Which unique index refused a write, as `table.column`. */
  refusedBy?: string;
}

const UNIQUE = '23505';
const DISK_FULL = '53100';
const ENDED = '57014';

/** An error without the values that it came to: the server tells of the row in words (R91). */
export function plainError(error: unknown): unknown {
  // By its fields and not its class, which may be that of another realm.
  const {
    message = '',
    stack,
    code,
    table,
    detail,
    place,
  } = error as Error & { code?: string; table?: string; detail?: string; place?: string };
  const plain: Error & PostgresError = new Error(message.replace(/: ".*$/s, ''));
  plain.isLost = saysLost(code, message);
  plain.stack = stack?.replace(message, plain.message);
  if (code !== undefined) plain.code = code;
  if (place !== undefined) plain.place = place;
  if (code === UNIQUE) plain.refusedBy = `${table}.${/^Key \("?(\w+)/.exec(detail ?? '')?.[1]}`;
  return plain;
}

/** For one that says that every connection is at work: nothing was asked for yet. Undefined for every other. */
export function poolIsFull(error: unknown): (Error & PostgresError) | undefined {
  if ((error as Error).name !== 'KnexTimeoutError') return undefined;
  return Object.assign(new Error('every connection to the database is at work'), { isLost: true });
}

/** Lock not to be had in time, deadlock, serialization, or ended as it took too long: the same may be tried again. */
export function isBusyError({ code = '' }: PostgresError): boolean {
  return ['55P03', '40001', '40P01', ENDED].includes(code);
}

/** By what the server or its user is set to, or by whoever runs it. */
export function isEndedForTime({ code }: PostgresError): boolean {
  return code === ENDED;
}

/** Nothing may be written: it only stands by, or whoever runs it sees to that. */
export function refusesChanges({ code }: PostgresError): boolean {
  return code === '25006';
}

/** What the disk of the server does not do. */
export function serverDiskTrouble({ code = '' }: PostgresError): 'full' | 'failing' | undefined {
  if (code === DISK_FULL) return 'full';
  return ['58030', 'XX001', 'XX002'].includes(code) ? 'failing' : undefined;
}

export function isConnectionError({ isLost }: PostgresError): boolean {
  return isLost === true;
}

/** The server cannot be reached, ends just now, or takes no more; nothing is wrong with what was asked. */
function saysLost(code = '', message: string): boolean {
  return (
    (/^(08|57P0|53)/.test(code) && code !== DISK_FULL) ||
    [
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'EPIPE',
      'ETIMEDOUT',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
    ].includes(code) ||
    /^(Connection terminated|timeout expired|Client has encountered a connection error|Client was closed)/.test(message)
  );
}
