import { collected, type RosterClient } from '../../api-client/roster-client.ts';
import type { NewOperation, Operation } from '../../api-client/shapes.ts';
import { askedOf, findBulkAction } from '../../bulk-operations/actions/bulk-subjects.ts';
import type { Ask } from '../../bulk-operations/asking-action.ts';
import { SUBJECT_TYPES } from '../../bulk-operations/bulk-operation.ts';
import { ConfigError } from '../../config.ts';
import { format } from '../../text/format.ts';
import { idIn, isId } from '../../text/record-id.ts';
import { shortened } from '../../text/text.ts';
import { type Result, refused } from '../command.ts';
import { valueSaid } from '../said-values.ts';
import { viewActedOn } from '../view-said.ts';
import { recordCalled } from './named-records.ts';
import type { RemoteVerb, RemoteWords, Verbs } from './remote-command.ts';
import { table } from './table.ts';

const NAMES_TOLD = 10;
const LISTED = 50;
const ON = ['users', 'groups', 'contacts'] as const;

export const BULK: Verbs = {
  list: {
    parameters: [],
    async run(client) {
      const operations: Operation[] = [];
      for await (const operation of client.operations()) {
        operations.push(operation);
        if (operations.length === LISTED) break;
      }
      const rows = operations.map((one) => [
        String(one.id),
        one.executedAt ? format.moment(one.executedAt) : '',
        one.createdBy?.name ?? 'command line',
        one.label,
        `${one.changed} ${one.on}`,
        one.phase,
      ]);
      const head = ['id', 'when', 'who', 'what', 'changed', 'phase'];
      return { lines: table(head, rows), data: { operations }, exitCode: 0 };
    },
  },
  show: { parameters: ['number'], run: async (client, [id]) => told(await client.operation(numberIn(id))) },
  items: {
    parameters: ['number'],
    async run(client, [id]) {
      const items = await collected(client.items(numberIn(id)));
      const rows = items.map((item) => [String(item.id), item.name, item.outcome, item.reason]);
      return { lines: table(['id', 'name', 'outcome', 'reason'], rows), data: { items }, exitCode: 0 };
    },
  },
  pause: {
    parameters: ['number'],
    run: async (client, [id]) => told(await client.steer('POST', numberIn(id), 'pause')),
  },
  resume: {
    parameters: ['number'],
    run: async (client, [id]) => told(await client.steer('DELETE', numberIn(id), 'pause')),
  },
  cancel: {
    parameters: ['number'],
    run: async (client, [id]) => told(await client.steer('POST', numberIn(id), 'cancellation')),
  },
  undo: {
    parameters: ['number'],
    options: ['apply'],
    run: async (client, [id], { apply }) => done(client, await client.beginUndoing(numberIn(id)), apply),
  },
};

/** Any action on many: what it would do, and with `--apply` that it is done. */
export function bulkAction(action: string): RemoteVerb {
  return {
    parameters: [],
    rest: 'name or id',
    options: ['on', 'view', 'values', 'apply', 'at'],
    async run(client, named, { on: typed = 'users', view, values = [], apply, at }) {
      const on = ON.find((one) => one === typed);
      if (!on) throw new ConfigError([`--on takes ${ON.join(', ')}`]);
      if ((view === undefined) === (named.length === 0))
        throw new ConfigError(['say whom: either --view, or names and ids behind the action']);
      const meant =
        view === undefined ? { ids: await idsOf(client, on, named) } : { view: viewActedOn(view, on) || `/${on}` };
      const draft = await client.begin({ on, action, ...meant, values: valuesIn(values, asksOf(on, action)) });
      // A draft that is not scheduled is done by nobody.
      if (at !== undefined && apply) return told(await client.schedule(draft.id, at));
      return done(client, draft, apply);
    },
  };
}

async function idsOf(client: RosterClient, on: (typeof ON)[number], named: string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const name of named) {
    if (on === 'users') ids.push((await recordCalled(client.users, 'user', name)).id);
    else if (on === 'groups') ids.push((await recordCalled(client.groups, 'group', name)).id);
    else if (isId(name)) ids.push(Number(name));
    else throw new ConfigError([`name contacts by their number, not ${name}`]);
  }
  return ids;
}

/** What the action asks, as far as this program knows it. */
function asksOf(on: (typeof ON)[number], name: string): Ask[] {
  const subjectType = SUBJECT_TYPES.find((type) => `${type}s` === on)!;
  const action = findBulkAction(subjectType, name);
  return (action && askedOf(action)?.asks) ?? [];
}

/** What is left empty is none only where that is said. */
function valuesIn(values: string[], asks: Ask[]): NonNullable<NewOperation['values']> {
  return Object.fromEntries(
    values.map((value) => {
      const [, field, said] = /^(\w+)=(.*)$/s.exec(value) ?? [];
      if (field === undefined) throw new ConfigError([`--value ${value}: write field=what`]);
      const ask = asks.find((one) => one.field === field);
      const meant = ask ? valueSaid(ask, said) : said;
      return [field, meant === '' ? null : meant];
    }),
  );
}

async function done(client: RosterClient, draft: Operation, apply: RemoteWords['apply']): Promise<Result> {
  if (!apply) return told(await client.operation(draft.id));
  const ended = await client.execute(draft.id);
  if (ended.phase === 'paused') return refused(`Operation ${ended.id} is paused: ${ended.pausedFor}.`);
  return told(ended);
}

function told(operation: Operation): Result {
  const { id, label, on, phase, changed, leftOut, reasons, effects = [], lasting, dueAt } = operation;
  const isDraft = phase === 'draft';
  const lines = [
    isDraft
      ? `It would be: ${label}, ${changed} ${on} changed, ${leftOut} left out.`
      : `${label}: ${changed} ${on} changed, ${leftOut} left out.`,
    ...reasons.map(({ reason, number, names = [] }) =>
      names.length > 0
        ? `left out: ${number} ${reason} (${shortened(names, NAMES_TOLD)})`
        : `left out: ${number} ${reason}`,
    ),
    ...effects,
    ...(lasting ? [lasting] : []),
    isDraft && dueAt
      ? `Operation ${id}, on ${format.moment(dueAt)}, judged anew then.`
      : isDraft
        ? 'Nothing was done. With --apply it is.'
        : `Operation ${id}, ${phase}.`,
  ];
  return { lines, data: { operation }, exitCode: leftOut === 0 ? 0 : changed === 0 ? 2 : 3 };
}

function numberIn(text: string): number {
  const number = idIn(text);
  if (number === undefined) throw new ConfigError([`${text} is no number of an operation`]);
  return number;
}
