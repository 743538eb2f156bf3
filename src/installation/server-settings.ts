import type { Config } from '../config.ts';
import type { Reader, Transaction } from '../db/database.ts';

/** What of the server's settings decides what a command makes beside it: above all, where links lead, and who is in which state. */
export type ServerSettings = Pick<Config, 'baseUrl' | 'baseUrlGiven' | 'invitationHours' | 'resetMinutes'> & {
  sendsMail: boolean;
  // A server of an earlier version did not tell them.
  staleDays?: number;
  confirmDays?: number;
};

export function serverSettings(config: Config, baseUrl: string): ServerSettings {
  const { baseUrlGiven, invitationHours, resetMinutes, staleDays, confirmDays, mail } = config;
  return {
    baseUrl,
    baseUrlGiven,
    invitationHours,
    resetMinutes,
    staleDays,
    confirmDays,
    sendsMail: mail !== undefined,
  };
}

/** What the server was last started with; undefined where none ever was. */
export async function findServerSettings(db: Reader): Promise<ServerSettings | undefined> {
  const row = await db('server_settings').first('settings');
  return row && JSON.parse(row.settings);
}

export async function keepServerSettings(trx: Transaction, settings: ServerSettings): Promise<void> {
  const row = { only: 1, settings: JSON.stringify(settings) };
  await trx('server_settings').insert(row).onConflict('only').merge();
}
