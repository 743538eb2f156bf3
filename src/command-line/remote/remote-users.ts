import { collected, type RosterClient } from '../../api-client/roster-client.ts';
import type { User } from '../../api-client/shapes.ts';
import { format } from '../../text/format.ts';
import type { Result } from '../command.ts';
import { viewSaid } from '../view-said.ts';
import { recordCalled } from './named-records.ts';
import type { RemoteVerb, RemoteWords, Verbs } from './remote-command.ts';
import { facts, table } from './table.ts';

const FIELDS: (keyof RemoteWords)[] = ['email', 'groups', 'tags', 'leaves', 'description'];

/** The nouns by which users change their state, by what it is called. */
const ACTS: Record<string, ['POST' | 'DELETE', string, string]> = {
  deactivate: ['POST', 'deactivation', 'deactivated'],
  activate: ['DELETE', 'deactivation', 'active'],
  delete: ['POST', 'deletion', 'deleted'],
  invite: ['POST', 'invitation', 'invited'],
  'withdraw-invitation': ['DELETE', 'invitation', 'not invited any more'],
  'reset-login-attempts': ['DELETE', 'login-attempts', 'let try again'],
  'end-sessions': ['DELETE', 'sessions', 'signed out'],
  'confirm-access': ['POST', 'access-confirmation', 'confirmed'],
};

export const USERS: Verbs = {
  list: {
    parameters: [],
    options: ['view'],
    async run(client, _words, { view }) {
      const users = await collected(client.users.list(view && viewSaid(view, 'users')));
      const rows = users.map((user) => [
        String(user.id),
        user.name,
        user.email ?? '',
        user.activity,
        user.states.join(', '),
        user.groups.map(({ name }) => name).join(', '),
      ]);
      const head = ['id', 'name', 'email', 'activity', 'states', 'groups'];
      return { lines: table(head, rows), data: { users }, exitCode: 0 };
    },
  },
  show: { parameters: ['name or id'], run: async (client, [name]) => told(await userCalled(client, name)) },
  create: {
    parameters: ['name'],
    options: [...FIELDS, 'invite'],
    async run(client, [name], words) {
      const { email = null } = words;
      const body = { ...(await changeIn(client, words)), name, email, invite: words.invite === true };
      return told(await client.users.create(body));
    },
  },
  change: {
    parameters: ['name or id'],
    options: [...FIELDS, 'name'],
    async run(client, [called], words) {
      const { id, version } = await userCalled(client, called);
      const { name, email } = words;
      const change = { ...(await changeIn(client, words)), ...(name !== undefined && { name }) };
      return told(await client.users.change(id, version, { ...change, ...(email !== undefined && { email }) }));
    },
  },
  join: {
    parameters: ['name or id', 'group'],
    options: ['until'],
    async run(client, [called, group], { until }) {
      const user = await userCalled(client, called);
      return told(await client.join(user.id, (await groupCalled(client, group)).id, until === 'none' ? null : until));
    },
  },
  leave: {
    parameters: ['name or id', 'group'],
    async run(client, [called, group]) {
      const user = await userCalled(client, called);
      return told(await client.leave(user.id, (await groupCalled(client, group)).id));
    },
  },
  ...Object.fromEntries(Object.entries(ACTS).map(([verb, act]) => [verb, acting(act)])),
};

function acting([method, noun, done]: (typeof ACTS)[string]): RemoteVerb {
  return {
    parameters: ['name or id'],
    async run(client, [called]) {
      const { id } = await userCalled(client, called);
      const user = await client.users.act(id, method, noun);
      return { lines: [`${user.name}: ${done}.`], data: { user }, exitCode: 0 };
    },
  };
}

/** Without the email, which a new user has to have, and which may be taken away. */
async function changeIn(client: RosterClient, { groups, tags, leaves, description }: RemoteWords) {
  const ids = groups && (await Promise.all(groups.map(async (group) => (await groupCalled(client, group)).id)));
  return {
    ...(ids && { groups: ids }),
    ...(tags && { tags }),
    ...(leaves !== undefined && { leavesAt: leaves === 'none' ? null : leaves }),
    ...(description !== undefined && { description }),
  };
}

function userCalled(client: RosterClient, text: string): Promise<User> {
  return recordCalled(client.users, 'user', text);
}

function groupCalled(client: RosterClient, text: string) {
  return recordCalled(client.groups, 'group', text);
}

function told(user: User): Result {
  const lines = facts({
    id: String(user.id),
    name: user.name,
    email: user.email ?? '',
    activity: user.activity,
    states: user.states.join(', '),
    groups: user.groups.map(({ name, until }) => (until ? `${name} (until ${format.until(until)})` : name)).join(', '),
    tags: user.tags.join(', '),
    contact: user.contact?.name ?? '',
    starts: user.startsAt ? format.start(user.startsAt) : '',
    leaves: user.leavesAt ? format.end(user.leavesAt) : '',
    'last login': user.lastLoginAt ? format.moment(user.lastLoginAt) : '',
    description: user.description,
  });
  return { lines, data: { user }, exitCode: 0 };
}
