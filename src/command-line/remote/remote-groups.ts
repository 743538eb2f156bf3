import { collected, type RosterClient } from '../../api-client/roster-client.ts';
import type { Group } from '../../api-client/shapes.ts';
import { ConfigError } from '../../config.ts';
import type { Result } from '../command.ts';
import { viewSaid } from '../view-said.ts';
import { recordCalled } from './named-records.ts';
import type { RemoteVerb, RemoteWords, Verbs } from './remote-command.ts';
import { facts, table } from './table.ts';

const FIELDS: (keyof RemoteWords)[] = ['tags', 'description'];
const LEVELS = ['read', 'write', 'none'] as const;

export const GROUPS: Verbs = {
  list: {
    parameters: [],
    options: ['view'],
    async run(client, _words, { view }) {
      const groups = await collected(client.groups.list(view && viewSaid(view, 'groups')));
      const rows = groups.map((group) => [
        String(group.id),
        group.name,
        group.activity,
        group.leader?.name ?? '',
        permissionsOf(group),
      ]);
      return { lines: table(['id', 'name', 'activity', 'leader', 'grants'], rows), data: { groups }, exitCode: 0 };
    },
  },
  show: { parameters: ['name or id'], run: async (client, [name]) => told(await groupCalled(client, name)) },
  create: {
    parameters: ['name'],
    options: FIELDS,
    run: async (client, [name], words) => told(await client.groups.create({ name, ...changeIn(words) })),
  },
  change: {
    parameters: ['name or id'],
    options: [...FIELDS, 'name'],
    async run(client, [called], words) {
      const { id, version } = await groupCalled(client, called);
      const name = words.name === undefined ? {} : { name: words.name };
      return told(await client.groups.change(id, version, { ...changeIn(words), ...name }));
    },
  },
  grant: {
    parameters: ['name or id', 'application', 'read, write or none'],
    async run(client, [called, application, text]) {
      const level = LEVELS.find((one) => one === text);
      if (!level) throw new ConfigError([`groups grant takes ${LEVELS.join(', ')}, not ${text}`]);
      const { id } = await groupCalled(client, called);
      await client.grant(id, application, level);
      return told(await client.groups.get(id));
    },
  },
  deactivate: acting('POST', 'deactivation', 'deactivated'),
  activate: acting('DELETE', 'deactivation', 'active'),
  delete: acting('POST', 'deletion', 'deleted'),
};

function acting(method: 'POST' | 'DELETE', noun: string, done: string): RemoteVerb {
  return {
    parameters: ['name or id'],
    async run(client, [called]) {
      const { id } = await groupCalled(client, called);
      const group = await client.groups.act(id, method, noun);
      return { lines: [`${group.name}: ${done}.`], data: { group }, exitCode: 0 };
    },
  };
}

function changeIn({ tags, description }: RemoteWords) {
  return { ...(tags && { tags }), ...(description !== undefined && { description }) };
}

function groupCalled(client: RosterClient, text: string): Promise<Group> {
  return recordCalled(client.groups, 'group', text);
}

function permissionsOf({ permissions }: Group): string {
  return Object.entries(permissions)
    .map(([application, level]) => `${application}:${level}`)
    .join(', ');
}

function told(group: Group): Result {
  const lines = facts({
    id: String(group.id),
    name: group.name,
    activity: group.activity,
    leader: group.leader?.name ?? '',
    grants: permissionsOf(group),
    tags: group.tags.join(', '),
    description: group.description,
  });
  return { lines, data: { group }, exitCode: 0 };
}
