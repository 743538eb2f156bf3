import type { Result } from '../command.ts';
import { connect, type Place } from './connection.ts';
import { BULK, bulkAction } from './remote-bulk.ts';
import { type RemoteWords, runVerb } from './remote-command.ts';
import { GROUPS } from './remote-groups.ts';
import { USERS } from './remote-users.ts';

/** A command about a server somewhere else, over its interface for programs. */
export interface RemoteCommand {
  parameters: string[];
  rest: string;
  summary: string;
  run(place: Place, words: string[], options: RemoteWords): Promise<Result>;
}

export const REMOTE: Record<string, RemoteCommand> = {
  users: {
    parameters: ['verb'],
    rest: 'words',
    summary: `of a server somewhere else (--address): ${Object.keys(USERS).join(', ')}`,
    run: (place, words, options) => runVerb('users', USERS, () => connect(place), words, options),
  },
  groups: {
    parameters: ['verb'],
    rest: 'words',
    summary: `the same: ${Object.keys(GROUPS).join(', ')}`,
    run: (place, words, options) => runVerb('groups', GROUPS, () => connect(place), words, options),
  },
  bulk: {
    parameters: ['verb'],
    rest: 'words',
    summary: `the same: ${Object.keys(BULK).join(', ')}, or any action on many, with --apply`,
    run: (place, words, options) => runVerb('bulk', BULK, () => connect(place), words, options, bulkAction),
  },
};
