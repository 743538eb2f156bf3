import type { PostgresError } from './errors.ts';
import { newDatabase } from './suitable.ts';

/** Where nobody was found who could say anything. */
const NOBODY: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there: does PostgreSQL run, and on this port?',
  ENOTFOUND: 'no machine of this name is known',
  EAI_AGAIN: 'names of machines cannot be looked up just now',
  EHOSTUNREACH: 'there is no way to this machine',
  ENETUNREACH: 'there is no way to this machine',
  ETIMEDOUT: 'nobody answers there',
};

/** Beside the words of the server, by their code: what to see to. */
const WHAT_TO_DO: Record<string, string> = {
  '28P01': 'is it the right one in DATABASE_URL, or in PGPASSWORD?',
  '28000': 'is the user of DATABASE_URL the right one, and does pg_hba.conf of the server let them in from here?',
  '3D000': `make it first: ${newDatabase('…')}`,
  '42501': 'grant it to the user of DATABASE_URL',
  '53300': 'its max_connections has to allow for fifteen of each process',
};

/** A sentence for whoever starts Roster where the server of the database does not let it in; undefined for every other error. */
export function sentenceOf({ place, code = '', message = '' }: PostgresError): string | undefined {
  if (place === undefined) return undefined;
  const where = `the database at ${place} (DATABASE_URL)`;
  if (NOBODY[code]) return `${where}: ${NOBODY[code]}`;
  if (message === 'timeout expired') return `${where}: ${NOBODY.ETIMEDOUT}`;
  if (/client password must be a string|empty password/.test(message))
    return `${where} demands a password, and none is given`;
  return `${where}: ${message}${WHAT_TO_DO[code] ? `; ${WHAT_TO_DO[code]}` : ''}`;
}
