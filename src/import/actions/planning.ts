import { differences, type Fields } from '../../audit/audit-event.ts';
import { dayOf } from '../../clock.ts';
import { findPersonsByEmail } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { findGroups } from '../../groups/group-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { judgeChange, planEach } from '../../users/actions/changing/changing-users.ts';
import type { NewUser, UserChange } from '../../users/actions/changing/user-change.ts';
import { auditFields } from '../../users/actions/changing/user-details.ts';
import type { Subject } from '../../users/user.ts';
import { findUserIdsByIdentifier, findUsers, takenMessage } from '../../users/user-store.ts';
import type { Judge } from '../../verbs/action.ts';
import { leaveOut, type Refusal, unfitFields } from '../../verbs/outcome.ts';
import type { ImportedRow, ImportFile } from '../import-file.ts';
import { checkRow, type RowValues } from '../user-row.ts';

/** By what the lines of a file are compared with those who are there; lines of our own files by their id. */
export interface Matching {
  by: 'email' | 'name';
  /** Whether the email of somebody who was found otherwise is changed. */
  changesEmails: boolean;
  /** Of this installation. */
  mark: string;
}

/** What a line of the file comes to. */
export type PlannedRow = { row: ImportedRow; name: string } & (
  | { kind: 'new'; newUser: NewUser }
  | { kind: 'changed'; subject: Subject; change: UserChange; before: Fields; after: Fields; notes: string[] }
  | { kind: 'unchanged'; subject: Subject; notes: string[] }
  | { kind: 'refused'; reason: string }
);

/** So many lines are looked at with the statements of one. */
const AT_ONCE = 500;

/** What importing the file would do now, line by line. Nothing is done. */
export async function planImport(db: Reader, by: Judge, file: ImportFile, matching: Matching): Promise<PlannedRow[]> {
  const twice = findTwice(file.rows, matching);
  const planned: PlannedRow[] = [];
  for (let at = 0; at < file.rows.length; at += AT_ONCE)
    planned.push(...(await planSome(db, by, file.rows.slice(at, at + AT_ONCE), { matching, twice })));
  return planned;
}

/** The lines that mean somebody whom another line means as well. */
function findTwice(rows: ImportedRow[], { by }: Matching): Map<ImportedRow, string> {
  const twice = new Map<ImportedRow, string>();
  for (const key of new Set([by, 'email', 'name'] as const)) {
    const named = Map.groupBy(rows, ({ values }) => identityKey(String(values[key] ?? '')));
    for (const [text, those] of named)
      if (text !== '' && those.length > 1)
        for (const row of those)
          twice.set(
            row,
            `The same ${key} stands in the lines ${those
              .slice(0, 10)
              .map(({ line }) => line)
              .join(', ')}.`,
          );
  }
  return twice;
}

interface Checked {
  row: ImportedRow;
  values: RowValues;
  mistakes: string[];
  id: number | undefined;
}

async function planSome(
  db: Reader,
  by: Judge,
  rows: ImportedRow[],
  { matching, twice }: { matching: Matching; twice: Map<ImportedRow, string> },
): Promise<PlannedRow[]> {
  const named = await namedIn(db, by, rows);
  const found = await findMatches(db, rows, matching);
  const checked = rows.map((row): Checked => {
    const { values, mistakes } = checkRow(row);
    const double = twice.get(row);
    return { row, values, mistakes: double ? [...mistakes, double] : mistakes, id: found.get(row) };
  });
  const changes = new Map<number, UserChange>();
  const notesOf = new Map<number, string[]>();
  const planned = new Map<ImportedRow, PlannedRow>();
  for (const one of checked) {
    const { row, values, id } = one;
    const name = values.name ?? values.email ?? `line ${row.line}`;
    const { change, mistakes, notes } = changeOf(one, named, matching);
    if (mistakes.length > 0) planned.set(row, { row, name, kind: 'refused', reason: mistakes.join(' ') });
    else if (id !== undefined) {
      changes.set(id, change);
      notesOf.set(id, notes);
    } else planned.set(row, newRow(one, name, change));
  }
  await refuseTaken(db, planned);
  const outcomes = await judgeChange(db, by, [...changes.keys()]);
  const movedTo = [...changes.values()].flatMap(({ name, email }) => [name ?? [], email ?? []].flat());
  const owners = await findUserIdsByIdentifier(db, movedTo);
  leaveOut(outcomes, ({ id }) => takenBy(id, changes.get(id)!, owners));
  const { steps } = await planEach(db, by, outcomes, changes);
  const stepOf = new Map(steps.map((step) => [step.subject.id, step]));
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.subject.id, outcome]));
  return checked.map(({ row, id }): PlannedRow => {
    const done = planned.get(row);
    if (done) return done;
    const { subject, refusal } = outcomeOf.get(id!)!;
    if (refusal) {
      const reason = refusal.fields ? Object.values(refusal.fields).join(' ') : `${subject.name} ${refusal.reason}.`;
      return { row, name: subject.name, kind: 'refused', reason };
    }
    if (subject.activity === 'deleted')
      return { row, name: subject.name, kind: 'refused', reason: `${subject.name} is deleted: restore them first.` };
    const step = stepOf.get(subject.id);
    const notes = notesOf.get(subject.id)!;
    if (!step) return { row, name: subject.name, kind: 'unchanged', subject, notes };
    const told = differences(auditFields(step.before), auditFields(step.after))!;
    return { row, name: subject.name, kind: 'changed', subject, change: changes.get(subject.id)!, ...told, notes };
  });
}

/** What lines name beside users, looked up at once. */
interface NamedRecords {
  groups: Map<string, number[]>;
  contacts: Map<string, number>;
  owners: Map<string, number>;
}

async function namedIn(db: Reader, by: Judge, rows: ImportedRow[]): Promise<NamedRecords> {
  const groups = (await findGroups(db)).filter(({ activity }) => activity !== 'deleted');
  const texts = (key: 'contact_email' | 'api_only_owner') =>
    rows.flatMap(({ values }) => (values[key] ? [String(values[key])] : []));
  const viewer = await findContactViewer(db, by.by, dayOf(by.at));
  const persons = await findPersonsByEmail(db, viewer, texts('contact_email'));
  return {
    groups: new Map(
      [...Map.groupBy(groups, ({ name }) => identityKey(name))].map(([key, those]) => [key, those.map(({ id }) => id)]),
    ),
    contacts: new Map([...persons].map(([key, contact]) => [key, contact.id])),
    owners: await findUserIdsByIdentifier(db, texts('api_only_owner')),
  };
}

/** Whom each line means, where anybody. */
async function findMatches(db: Reader, rows: ImportedRow[], { by, mark }: Matching): Promise<Map<ImportedRow, number>> {
  const found = new Map<ImportedRow, number>();
  const own = rows.filter(({ from }) => from?.mark === mark);
  const known = new Set((await findUsers(db, [...new Set(own.map(({ from }) => from!.id))])).map(({ id }) => id));
  for (const row of own) if (known.has(row.from!.id)) found.set(row, row.from!.id);
  const others = rows.filter((row) => !found.has(row) && row.values[by]);
  const ids = await findUserIdsByIdentifier(db, [...new Set(others.map(({ values }) => String(values[by])))]);
  for (const row of others) {
    const id = ids.get(String(row.values[by]));
    if (id !== undefined) found.set(row, id);
  }
  return found;
}

/** The line as a change; groups and tags come to those that are there. */
function changeOf(
  { values, mistakes: found, id, row }: Checked,
  named: NamedRecords,
  { by, changesEmails }: Matching,
): { change: UserChange; mistakes: string[]; notes: string[] } {
  const mistakes = [...found];
  const notes: string[] = [];
  const groups = (values.groups ?? []).flatMap((name) => {
    const ids = named.groups.get(identityKey(name)) ?? [];
    if (ids.length !== 1)
      mistakes.push(ids.length === 0 ? `There is no group ${name}.` : `Several groups are called ${name}.`);
    return ids.slice(0, 1);
  });
  const contactId = values.contactEmail ? named.contacts.get(identityKey(values.contactEmail)) : undefined;
  if (values.contactEmail && contactId === undefined && id === undefined)
    mistakes.push(`No person that you may see has the email ${values.contactEmail}.`);
  const isByEmail = id !== undefined && row.from === undefined && by === 'email';
  const movesEmail = id !== undefined && values.email !== undefined && !isByEmail;
  if (movesEmail && !changesEmails) notes.push('email kept');
  const { name, tags, expiresOn, noSharedData, description, apiOnly } = values;
  const change: UserChange = {
    name,
    ...((id === undefined || (movesEmail && changesEmails)) && { email: values.email }),
    ...(values.groups && { groups: { add: groups }, groupsUntil: values.groupsUntil }),
    ...(tags && { tags: { add: tags } }),
    ...(contactId !== undefined && { contactId }),
    expiresOn,
    noSharedData,
    description,
  };
  if (apiOnly === null) change.apiOnly = null;
  else if (apiOnly) {
    const ownerId = named.owners.get(apiOnly.owner);
    if (!apiOnly.reason || !ownerId || !apiOnly.reviewOn)
      mistakes.push('An API-only user has a reason, an owner who is there, and a review date.');
    else change.apiOnly = { reason: apiOnly.reason, ownerId, reviewOn: apiOnly.reviewOn };
  }
  return { change: withoutUnsaid(change), mistakes, notes };
}

function withoutUnsaid(change: UserChange): UserChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function newRow({ row, values }: Checked, name: string, change: UserChange): PlannedRow {
  const refused = (reason: string): PlannedRow => ({ row, name, kind: 'refused', reason });
  if (!values.email) return refused('A new user has an email.');
  if (values.activity && values.activity !== 'active')
    return refused(`A new user is active, and not ${values.activity}.`);
  const { groups, tags, ...more } = change;
  const signInName = values.name ?? values.email.split('@')[0];
  const newUser: NewUser = {
    ...more,
    name: signInName,
    email: values.email,
    groups: groups && 'add' in groups ? [...(groups.add ?? [])] : [],
    tags: tags && 'add' in tags ? [...(tags.add ?? [])] : [],
  };
  return { row, name: signInName, kind: 'new', newUser };
}

/** A name or an email that is another user's. */
function takenBy(id: number, change: UserChange, owners: Map<string, number>): Refusal | undefined {
  const taken = (['name', 'email'] as const).filter((field) => {
    const owner = owners.get(change[field] ?? '');
    return owner !== undefined && owner !== id;
  });
  if (taken.length === 0) return undefined;
  return unfitFields(Object.fromEntries(taken.map((field) => [field, takenMessage(field, change[field]!)])));
}

/** What only those who are there already can tell of new ones. */
async function refuseTaken(db: Reader, planned: Map<ImportedRow, PlannedRow>): Promise<void> {
  const fresh = [...planned.values()].filter((one) => one.kind === 'new');
  const texts = fresh.flatMap(({ newUser }) => [newUser.name, newUser.email]);
  const taken = await findUserIdsByIdentifier(db, texts);
  for (const one of fresh) {
    const fields = (['name', 'email'] as const).filter((field) => taken.has(one.newUser[field]));
    if (fields.length === 0) continue;
    const reason = fields.map((field) => takenMessage(field, one.newUser[field])).join(' ');
    planned.set(one.row, { row: one.row, name: one.name, kind: 'refused', reason });
  }
}
