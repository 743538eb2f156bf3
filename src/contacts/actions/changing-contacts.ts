import { differences, type Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { linkedName } from '../../linked-contacts/linked-contact.ts';
import { changeTags, findTagNames } from '../../tags/tag-store.ts';
import { retellContacts } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge, Written } from '../../verbs/action.ts';
import { differing } from '../../verbs/facts.ts';
import {
  allowed,
  forbiddenFields,
  inapplicable,
  leaveOut,
  type Outcome,
  stale,
  unfitFields,
} from '../../verbs/outcome.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { type Contact, type ContactViewer, mayEdit, mayGive, NOT_YOURS_TO_GIVE, type Ownership } from '../contact.ts';
import { findContacts, findContactsOfAnyOwner, keepContacts, setAccounts } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type Choices, type ContactChange, chosenBy, detailsAfter } from './contact-choices.ts';
import { auditFields, type ContactDetails, columnsOf, detailsOf } from './contact-details.ts';
import { factsOf } from './contact-facts.ts';
import { NOT_YOURS } from './contact-subject.ts';

interface Step {
  contact: Contact;
  before: ContactDetails;
  after: ContactDetails;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/** What a change comes to: for each of the contacts, and what was written into which. */
export interface ChangedContacts {
  outcomes: Outcome<Contact>[];
  written: Map<number, Written>;
}

/**
 * Changes what is said of each of these contacts, with one audit event for each of which something differs. Throws NotFound where the
 * actor may not see one, FieldErrors for what concerns all of them.
 */
export async function changeContacts(
  trx: Transaction,
  act: Act,
  ids: number[],
  change: ContactChange,
  versions?: ReadonlyMap<number, number>,
): Promise<ChangedContacts> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const outcomes = await judgeChange(trx, viewer, ids, versions);
  const steps = await planChange(trx, act, outcomes, change);
  await take(trx, act, steps);
  return { outcomes, written: writtenBy(steps) };
}

/** Changes each of these contacts in a way of its own. What the change will not do for is left out with the reason. */
export async function changeEachContact(
  trx: Transaction,
  act: Act,
  changes: ReadonlyMap<number, ContactChange>,
  versions?: ReadonlyMap<number, number>,
): Promise<ChangedContacts> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const outcomes = await judgeChange(trx, viewer, [...changes.keys()], versions);
  const steps = await planEachContact(trx, act, outcomes, changes);
  await take(trx, act, steps);
  return { outcomes, written: writtenBy(steps) };
}

/** Gives contacts to somebody, whoever may see them. */
export async function giveUnseen(trx: Transaction, act: Act, contacts: Contact[], owner: Ownership): Promise<void> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const chosen = await chosenBy(trx, viewer, { owner });
  const befores = await findDetails(
    trx,
    contacts.map((subject) => ({ subject })),
  );
  await take(
    trx,
    act,
    contacts.flatMap((contact) => stepOf(contact, befores, chosen)),
  );
}

/** What would become of each of these by its own change. */
export async function planEachContact(
  db: Reader,
  by: Pick<Judge, 'by' | 'at'>,
  outcomes: Outcome<Contact>[],
  changes: ReadonlyMap<number, ContactChange>,
): Promise<Step[]> {
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  const named = new Map<string, Choices>();
  /** What many name is looked up once. */
  const chosenFor = async (change: ContactChange) => {
    const { companyId, owner, tags } = change;
    const key = JSON.stringify([companyId, owner, tags]);
    if (!named.has(key)) named.set(key, await chosenBy(db, viewer, { companyId, owner, tags }));
    return { ...named.get(key)!, change };
  };
  const befores = await findDetails(db, outcomes);
  const steps: Step[] = [];
  for (const outcome of outcomes) {
    const { subject: contact } = outcome;
    outcome.refusal ??= keepingOwner(viewer, contact, changes.get(contact.id)!);
    if (outcome.refusal) continue;
    try {
      steps.push(...stepOf(contact, befores, await chosenFor(changes.get(contact.id)!)));
    } catch (error) {
      if (!(error instanceof FieldErrors)) throw error;
      outcome.refusal = unfitFields(error.errors);
    }
  }
  return steps;
}

/** What would become of each of these that is not left out already, where something differs. Throws FieldErrors for all of them. */
export async function planChange(
  db: Reader,
  by: Pick<Judge, 'by' | 'at'>,
  outcomes: Outcome<Contact>[],
  change: ContactChange,
): Promise<Step[]> {
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  const chosen = await chosenBy(db, viewer, change);
  leaveOut(outcomes, (contact) => keepingOwner(viewer, contact, change));
  const befores = await findDetails(db, outcomes);
  return allowed(outcomes).flatMap((contact) => stepOf(contact, befores, chosen));
}

async function findDetails(db: Reader, outcomes: Outcome<Contact>[]): Promise<Map<number, ContactDetails>> {
  const ids = allowed(outcomes).map(({ id }) => id);
  const tags = await findTagNames(db, 'contact', ids);
  // A company that the actor may not see is what it was.
  const whole = await findContactsOfAnyOwner(db, ids);
  return new Map(ids.map((id) => [id, detailsOf(whole.get(id)!, tags.get(id) ?? [])]));
}

function stepOf(contact: Contact, befores: Map<number, ContactDetails>, chosen: Choices): Step[] {
  const before = befores.get(contact.id)!;
  const after = detailsAfter(contact, before, chosen);
  const told = differences(auditFields(before), auditFields(after));
  return told ? [{ contact, before, after, told }] : [];
}

function writtenBy(steps: Step[]): Map<number, Written> {
  return new Map(steps.map(({ contact, before, after }) => [contact.id, differing(factsOf(before), factsOf(after))]));
}

/** Takes contacts out of the lists, or brings them back as they were. Throws NotFound where the actor may not see one. */
export async function setActivity(
  trx: Transaction,
  act: Act,
  ids: number[],
  activity: Contact['activity'],
): Promise<ChangedContacts> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const outcomes = (await visible(trx, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : NOT_YOURS));
  leaveOut(outcomes, (contact) =>
    contact.activity === activity
      ? inapplicable(`is ${activity === 'deleted' ? 'deleted' : 'not deleted'} already`)
      : undefined,
  );
  const contacts = allowed(outcomes);
  await keepContacts(
    trx,
    contacts.map(({ id }) => ({ id, columns: { activity } })),
  );
  await retell(
    trx,
    contacts.map(({ id }) => id),
  );
  await recordChanges(
    trx,
    act,
    contacts.map(({ id, name, activity: before }) => ({
      action: activity === 'deleted' ? 'contact.deleted' : 'contact.restored',
      subjectType: 'contact',
      subjectId: id,
      subjectName: name,
      before: { activity: before },
      after: { activity },
    })),
  );
  const written = new Map(
    contacts.map(({ id, activity: before }) => [id, { before: { activity: before }, after: { activity } }]),
  );
  return { outcomes, written };
}

/** Which of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  viewer: ContactViewer,
  ids: number[],
  versions?: ReadonlyMap<number, number>,
): Promise<Outcome<Contact>[]> {
  const outcomes = (await visible(db, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : NOT_YOURS));
  leaveOut(outcomes, ({ activity }) => (activity === 'deleted' ? inapplicable('is deleted') : undefined));
  leaveOut(outcomes, ({ id, version }) => (versions && versions.get(id) !== version ? stale() : undefined));
  return outcomes;
}

async function visible(db: Reader, viewer: ContactViewer, ids: number[]): Promise<Contact[]> {
  const contacts = await findContacts(db, viewer, ids);
  if (contacts.length !== ids.length) throw new NotFound('There is no such contact.');
  return contacts;
}

function keepingOwner(viewer: ContactViewer, contact: Contact, { owner }: ContactChange) {
  const isKept = owner?.ownerUserId === contact.ownerUserId && owner.ownerGroupId === contact.ownerGroupId;
  return owner === undefined || isKept || mayGive(viewer, owner)
    ? undefined
    : forbiddenFields({ owner: NOT_YOURS_TO_GIVE });
}

async function take(trx: Transaction, act: Act, steps: Step[]): Promise<void> {
  await keepContacts(
    trx,
    steps.map(({ contact, before, after }) => ({ id: contact.id, columns: changedColumns(contact, before, after) })),
  );
  const changing = steps.filter(({ before, after }) => before.accounts.join() !== after.accounts.join());
  for (const alike of Map.groupBy(changing, ({ after }) => after.accounts.join()).values())
    await setAccounts(
      trx,
      alike.map(({ contact }) => contact.id),
      alike[0].after.accounts,
    );
  await changeTags(
    trx,
    'contact',
    steps.map(({ contact, before, after }) => ({ id: contact.id, from: before.tags, to: after.tags })),
  );
  await retell(
    trx,
    steps.map(({ contact }) => contact.id),
  );
  await recordChanges(
    trx,
    act,
    steps.map(({ contact, after, told }) => ({
      action: 'contact.updated',
      subjectType: 'contact',
      subjectId: contact.id,
      subjectName: after.name,
      ...told,
    })),
  );
}

/** The company is untouched where it stays: one that is deleted now may be restored. */
function changedColumns(contact: Contact, before: ContactDetails, after: ContactDetails) {
  const [from, to]: Record<string, unknown>[] = [columnsOf(before), columnsOf(after)];
  const changed = Object.fromEntries(Object.entries(to).filter(([column, value]) => from[column] !== value));
  return { ...changed, offer: JSON.stringify(offerAfter(contact, after)) };
}

/** What the linked user could take over: it is offered on the record, and never done by itself. */
function offerAfter(contact: Contact, { name, emails: [email] }: ContactDetails): Contact['offer'] {
  if (contact.userId === null) return {};
  const earlier = contact.offer.userId === contact.userId ? contact.offer : {};
  return {
    ...earlier,
    userId: contact.userId,
    ...(name !== contact.name && { name }),
    ...(email !== undefined && email !== contact.email && { email }),
  };
}

/** Linked users keep what the contacts are called. */
async function retell(trx: Transaction, ids: number[]): Promise<void> {
  const contacts = await findContactsOfAnyOwner(trx, ids);
  await retellContacts(trx, new Map(ids.map((id) => [id, linkedName(contacts.get(id))])));
}
