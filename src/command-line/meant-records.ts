import { findKnownIds, type Seen } from '../bulk-operations/bulk-item-store.ts';
import type { SubjectType } from '../bulk-operations/bulk-operation.ts';
import { minuteOf } from '../clock.ts';
import { ConfigError } from '../config.ts';
import { findContactViewer, whereVisible } from '../contacts/contact-viewer.ts';
import type { Reader } from '../db/database.ts';
import { EXPORT_KINDS } from '../export/pages/export-kinds.ts';
import { findGroupByName } from '../groups/group-store.ts';
import { format } from '../text/format.ts';
import { isId } from '../text/record-id.ts';
import { findUserIdsByIdentifier } from '../users/user-lookup.ts';
import type { Act } from '../verbs/act.ts';
import type { CommandContext } from './command.ts';
import { readySources } from './list-sources.ts';
import { viewActedOn } from './view-said.ts';

const LISTS = { user: 'users', group: 'groups', contact: 'contacts' } as const;

interface Meaning {
  subjectType: SubjectType;
  /** Ids; users by name or system email as well, groups by name. */
  named: string[];
  view: string | undefined;
}

/** Whom these words mean, or why that cannot be said: what is not there is told, and never taken for everybody. */
export async function idsMeant(context: CommandContext, act: Act, meaning: Meaning): Promise<number[] | string> {
  const { subjectType, named, view } = meaning;
  if ((view === undefined) === (named.length === 0))
    throw new ConfigError(['say whom: either --view, or names and ids behind the action']);
  if (view !== undefined) return inView(context, act, LISTS[subjectType], view);
  const { read: db } = context.db;
  const found = new Map<string, number>();
  const numbers = named.filter(isId);
  const viewer = await findContactViewer(db, act.by, minuteOf(Date.now()));
  const seen: Seen | undefined =
    subjectType === 'contact' ? (query, table) => whereVisible(query, viewer, table) : undefined;
  for (const id of await findKnownIds(db, subjectType, numbers.map(Number), seen)) found.set(String(id), id);
  for (const [name, id] of await idsByName(db, subjectType, named)) {
    if (found.has(name) && found.get(name) !== id)
      return `${name} is the name of one ${subjectType}, and the id of another: name it otherwise.`;
    found.set(name, id);
  }
  const unknown = named.filter((one) => !found.has(one));
  return unknown.length > 0 ? `There is no ${subjectType} ${unknown[0]}.` : [...new Set(found.values())];
}

async function idsByName(db: Reader, subjectType: SubjectType, names: string[]): Promise<Map<string, number>> {
  if (subjectType === 'user') return findUserIdsByIdentifier(db, names);
  const found = new Map<string, number>();
  if (subjectType !== 'group') return found;
  for (const name of names) {
    const group = await findGroupByName(db, name);
    if (group) found.set(name, group.id);
  }
  return found;
}

async function inView(
  context: CommandContext,
  act: Act,
  list: (typeof LISTS)[SubjectType],
  said: string,
): Promise<number[] | string> {
  const { db } = context;
  const kind = EXPORT_KINDS[list];
  const view = viewActedOn(said, list);
  const problems = await kind.problemsIn(db.read, view, act.by);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `--view: ${problem}`));
  const viewer = await findContactViewer(db.read, act.by, minuteOf(Date.now()));
  const frozen = await kind.freeze(await readySources(context, list), viewer, view, format);
  const ids: number[] = [];
  for await (const some of frozen.pieces()) ids.push(...some);
  return ids.length > 0 ? ids : `The view shows no ${kind.noun}.`;
}
