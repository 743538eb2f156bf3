import { createHash } from 'node:crypto';
import { isOver } from '../../access/granted-rights.ts';
import { type Ends, findEnds, LONGER, outlasted } from '../../access/lasting.ts';
import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import { type Contact, warnedAccounts } from '../../contacts/contact.ts';
import { findPersonsByEmail } from '../../contacts/contact-search.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import type { Errors } from '../../forms/form.ts';
import type { Times } from '../../forms/moments.ts';
import { GRANTS_MORE, mayGive } from '../../groups/group.ts';
import type { NamedGroup } from '../../groups/names/group-names.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { NewUser } from '../../users/actions/changing/user-change.ts';
import type { Subject } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findSubjects } from '../../users/user-store.ts';
import { takenMessage } from '../../users/user-uniqueness.ts';
import { NOT_YOURS } from '../../verbs/outcome.ts';
import { checkRow, type ForAll, type PersonRow, type RowValues } from '../people-form.ts';

/** Somebody of the list who is a user already, and what would change. */
export interface KnownPerson {
  subject: Subject;
  /** Those that they are not in yet. */
  groups: NamedGroup[];
  tags: string[];
  /** Why nothing changes, as a clause after the name; undefined where something does. */
  reason?: string;
  /** What the list says of them that is not done, a sentence each. */
  notes: string[];
}

/** The contact that a new user would be linked to. */
export interface FoundContact {
  contact: Contact;
  /** What they are besides, where login identities are kept apart from such. */
  warned: string[];
}

/** What one row of the list comes to. */
export interface PlannedPerson {
  n: number;
  row: PersonRow;
  /** By the field of the row. */
  errors: Errors;
  known?: KnownPerson;
  found?: FoundContact;
  /** What is to be made; only where nothing is mistaken. */
  newUser?: NewUser;
}

interface Sources {
  db: Reader;
  viewer: Viewer;
  now: number;
  /** Of whoever wrote the days. */
  times: Times;
  /** The groups that the viewer may know of. */
  groups: NamedGroup[];
}

/** What of the list is to be done, row by row. Nothing is changed by it. */
export async function planPeople(sources: Sources, rows: PersonRow[], forAll: ForAll): Promise<PlannedPerson[]> {
  const { db, viewer, now } = sources;
  const minute = minuteOf(now);
  const identifiers = await findUserIdsByIdentifier(db, [
    ...new Set(rows.flatMap(({ name, email }) => [name.trim(), email.trim()])),
  ]);
  const idOf = ({ name, email }: PersonRow) => identifiers.get(email.trim() || name.trim());
  const known = await findKnown(db, [...new Set(rows.flatMap((row) => idOf(row) ?? []))], minute);
  const contactViewer = await findContactViewer(db, viewer, minute);
  const contacts = await findPersonsByEmail(
    db,
    contactViewer,
    rows.map((row) => row.email.trim()),
  );
  const named = new Map(sources.groups.map((group) => [identityKey(group.name), group]));
  const byId = new Map(sources.groups.map((group) => [group.id, group]));
  const common = forAll.groups.flatMap((id) => byId.get(id) ?? []);
  const twins = twinsAmong(rows.filter((row) => row.isKept && idOf(row) === undefined));
  return rows.map((row, n): PlannedPerson => {
    const { values, errors = {} } = checkRow(row, sources.times);
    const asked = groupsAsked(row.groups, named, viewer);
    const groups = [...new Set([...common, ...asked.groups])];
    const user = known.get(idOf(row) ?? 0);
    if (user) {
      const wanted = { groups, tags: [...forAll.tags, ...(values?.tags ?? [])], untilAt: forAll.untilAt };
      const notes = notDone(user.subject, values, asked.mistake);
      return { n, row, errors: {}, known: { ...whatChanges(viewer, user, wanted), notes } };
    }
    const contact = contacts.get(identityKey(row.email));
    const found = contact && contact.userId === null ? { contact, warned: warnedAccounts(contact) } : undefined;
    const all = {
      ...(identifiers.has(row.name.trim()) && { name: takenMessage('name', row.name) }),
      ...twins(row),
      ...(asked.mistake && { groups: asked.mistake }),
      ...errors,
    };
    const isLinked = found !== undefined && row.contact === String(found.contact.id);
    const newUser =
      values && Object.keys(all).length === 0
        ? newUserOf(values, forAll, groups, isLinked ? found : undefined)
        : undefined;
    return { n, row, errors: all, found, newUser };
  });
}

/** Those who are left out are no mistakes. */
export function mistakesIn(plan: PlannedPerson[]): PlannedPerson[] {
  return plan.filter(({ row, errors }) => row.isKept && Object.keys(errors).length > 0);
}

export function newIn(plan: PlannedPerson[]): (PlannedPerson & { newUser: NewUser })[] {
  return plan.flatMap((one) => (one.row.isKept && one.newUser ? [{ ...one, newUser: one.newUser }] : []));
}

export function changingIn(plan: PlannedPerson[]): (PlannedPerson & { known: KnownPerson })[] {
  return plan.flatMap((one) =>
    one.row.isKept && one.known && !one.known.reason ? [{ ...one, known: one.known }] : [],
  );
}

/** Known ones who are to have the same besides. */
export interface Alike {
  ids: number[];
  groups: NamedGroup[];
  tags: string[];
}

/** Those of the list who are known and change, by what they get: each sort of change is one for all of its people. */
export function alikeIn(plan: PlannedPerson[]): Alike[] {
  const keyOf = ({ known }: { known: KnownPerson }) => JSON.stringify([known.groups.map(({ id }) => id), known.tags]);
  return [...Map.groupBy(changingIn(plan), keyOf).values()].map((people) => ({
    ids: people.map(({ known }) => known.subject.id),
    groups: people[0].known.groups,
    tags: people[0].known.tags,
  }));
}

/** Tells whether somebody would do what they were shown: the same for the same changes, another for others. */
export function fingerprintOf(plan: PlannedPerson[]): string {
  const changes = [
    newIn(plan).map(({ newUser }) => newUser),
    changingIn(plan).map(({ known: { subject, groups, tags } }) => [subject.id, groups.map((group) => group.id), tags]),
  ];
  return createHash('sha256').update(JSON.stringify(changes)).digest('base64url');
}

interface User {
  subject: Subject;
  memberships: Map<number, { isOver: boolean }>;
  tags: string[];
  /** Until when they hold what they do, where not for good. */
  ends?: Ends;
}

async function findKnown(db: Reader, ids: number[], now: Instant): Promise<Map<number, User>> {
  if (ids.length === 0) return new Map();
  const subjects = await findSubjects(db, ids, now);
  const memberships = Map.groupBy(await findMemberships(db, ids), (membership) => membership.userId);
  const tags = await findTagNames(db, 'user', ids);
  const ends = await findEnds(db, ids, now);
  return new Map(
    subjects.map((subject) => [
      subject.id,
      {
        subject,
        memberships: new Map(
          (memberships.get(subject.id) ?? []).map((one) => [one.groupId, { isOver: isOver(one, now) }]),
        ),
        tags: tags.get(subject.id) ?? [],
        ends: ends.get(subject.id),
      },
    ]),
  );
}

function whatChanges(
  viewer: Viewer,
  { subject, memberships, tags, ends }: User,
  { groups: asked, tags: wanted, untilAt }: { groups: NamedGroup[]; tags: string[]; untilAt: Instant | null },
): Omit<KnownPerson, 'notes'> {
  const had = new Set(tags.map(identityKey));
  const more = {
    subject,
    groups: asked.filter((group) => !memberships.has(group.id)),
    tags: [...new Set(wanted)].filter((tag) => !had.has(identityKey(tag))),
  };
  const ended = asked.filter((group) => memberships.get(group.id)?.isOver);
  const reasonOf = () => {
    if (!mayAdminister(viewer, subject)) return NOT_YOURS;
    const isLonger = ends && more.groups.some(({ rights }) => outlasted(ends, rights, untilAt));
    if (isLonger && subject.id === viewer.id) return LONGER;
    if (more.groups.length > 0 || more.tags.length > 0) return undefined;
    if (ended.length > 0) return `was in ${ended[0].name} until its end: add them again there`;
    return asked.length > 0 ? 'is in the group already' : 'is known already';
  };
  return { ...more, reason: reasonOf() };
}

/** Who is known gets groups and tags, and keeps all else. */
function notDone(subject: Subject, values: RowValues | undefined, mistake: string | undefined): string[] {
  const isOther = (field: 'startsAt' | 'leavesAt') => values?.[field] && values[field] !== subject[field];
  const keeps = isOther('startsAt') || isOther('leavesAt') ? ['When they start and leave stays as it is.'] : [];
  return [...(mistake ? [mistake] : []), ...keeps];
}

/** The groups that a row names and that the viewer may give, or what is wrong with one of them. */
function groupsAsked(
  text: string,
  named: Map<string, NamedGroup>,
  viewer: Viewer,
): { groups: NamedGroup[]; mistake?: string } {
  const names = text
    .split(/[,;|]/)
    .map((name) => name.trim())
    .filter(Boolean);
  const meant = names.flatMap((name) => named.get(identityKey(name)) ?? []);
  const groups = meant.filter((group) => mayGive(viewer, group));
  const unknown = names.find((name) => !named.has(identityKey(name)));
  if (unknown !== undefined) return { groups, mistake: `There is no group “${unknown}”.` };
  const above = meant.find((group) => !groups.includes(group));
  return { groups, mistake: above && `The group ${above.name} ${GRANTS_MORE}.` };
}

/** What two rows of new users have in common that only one may have. */
function twinsAmong(rows: PersonRow[]): (row: PersonRow) => Errors {
  const firsts = (field: 'name' | 'email') => {
    const first = new Map<string, PersonRow>();
    for (const row of rows) {
      const key = identityKey(row[field]);
      if (key !== '' && !first.has(key)) first.set(key, row);
    }
    return first;
  };
  const first = { name: firsts('name'), email: firsts('email') };
  return (row) => {
    const errors: Errors = {};
    for (const field of ['name', 'email'] as const) {
      const other = first[field].get(identityKey(row[field]));
      if (other !== undefined && other !== row)
        errors[field] = `${other.name || other.email} of the list has this ${field} already.`;
    }
    return errors;
  };
}

function newUserOf(values: RowValues, forAll: ForAll, groups: NamedGroup[], found: FoundContact | undefined): NewUser {
  return {
    name: values.name,
    email: values.email,
    groups: groups.map((group) => group.id),
    groupsUntil: forAll.untilAt,
    tags: [...new Set([...forAll.tags, ...values.tags])],
    startsAt: values.startsAt ?? forAll.startsAt,
    // A list tells since when somebody has been here.
    startMayBeOver: values.startsAt !== null,
    leavesAt: values.leavesAt ?? forAll.leavesAt,
    noSharedData: forAll.noSharedData,
    // The tick of a customer or supplier stands beside what they are.
    ...(found && { contactId: found.contact.id, acceptsAccounts: found.warned.length > 0 }),
  };
}
