import type { Head } from '../audit/chain.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { ServerSettings } from '../installation/server-settings.ts';
import type { Channel } from '../verbs/act.ts';

export interface CommandContext {
  db: Database;
  config: Config;
  /** What the server beside it runs with. */
  server: ServerSettings;
  /** How the links that a command makes get there: printed, or mailed by the server. */
  channel: Channel;
  /** Of the audit, as it was written down earlier. */
  head?: Head;
  exporting?: ExportWords;
  importing?: ImportWords;
  operating?: OperateWords;
  programs?: ProgramWords;
  /** Whether what cannot be taken back is to be done. */
  isMeant?: boolean;
  /** Who takes over what somebody who is deactivated leaves behind. */
  handOverTo?: string;
}

/** What a command came to: lines for people, the same as data for programs. */
export interface Result {
  lines: string[];
  data: Record<string, unknown>;
  /** 0 done, 2 refused or not as it should be, 3 done but for some lines of a file, or some who are left out. */
  exitCode: 0 | 2 | 3;
  /** What was asked for went to the output already: the lines are told beside it. */
  isBeside?: boolean;
}

export interface Command {
  /** The words that must follow, by name. */
  parameters: string[];
  /** What any number of words behind them name. */
  rest?: string;
  summary: string;
  run: (context: CommandContext, parameters: string[]) => Promise<Result>;
}

/** What stands behind *import*, as it was typed. */
export interface ImportWords {
  by?: string;
  apply?: boolean;
  changesEmails?: boolean;
  report?: string;
  /** The view that the file is said to be all of, and the number of those missing in it. */
  theseAreAll?: string;
  missing?: string;
}

/** What stands behind *operate* and *undo*, as it was typed. */
export interface OperateWords {
  on?: string;
  view?: string;
  values?: string[];
  apply?: boolean;
  /** When it is to be done; left out, at once. */
  at?: string;
}

/** What stands behind *export*, as it was typed. */
export interface ExportWords {
  format?: string;
  view?: string;
  to?: string;
  withPrivate?: boolean;
}

/** What stands behind *create-api-user* and *create-token*, as it was typed. */
export interface ProgramWords {
  reason?: string;
  owner?: string;
  review?: string;
  email?: string;
  groups?: string[];
  scopes?: string[];
  days?: string;
  addresses?: string[];
  tokenName?: string;
}

/** Nothing was done, and why. */
export function refused(message: string): Result {
  return { lines: [message], data: { error: message }, exitCode: 2 };
}
