import { differences, type Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { dayOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { linkedName } from '../../linked-contacts/linked-contact.ts';
import { changeTags, findTagNames } from '../../tags/tag-store.ts';
import { retellContacts } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import {
  allowed,
  forbidden,
  forbiddenFields,
  inapplicable,
  leaveOut,
  type Outcome,
  stale,
} from '../../verbs/outcome.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { type Contact, type ContactViewer, mayEdit, mayGive, NOT_YOURS_TO_GIVE } from '../contact.ts';
import { findContacts, findContactsOfAnyOwner, keepContacts, setAccounts } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type ContactChange, chosenBy, detailsAfter } from './contact-choices.ts';
import { auditFields, type ContactDetails, columnsOf, detailsOf } from './contact-details.ts';

interface Step {
  contact: Contact;
  before: ContactDetails;
  after: ContactDetails;
  told: { before: Fields; after: Fields };
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
): Promise<Outcome<Contact>[]> {
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  const outcomes = await judgeChange(trx, viewer, ids, versions);
  const chosen = await chosenBy(trx, viewer, change);
  leaveOut(outcomes, (contact) => keepingOwner(viewer, contact, change));
  const tags = await findTagNames(trx, 'contact', ids);
  // A company that the actor may not see is what it was.
  const whole = await findContactsOfAnyOwner(trx, ids);
  const steps = allowed(outcomes).flatMap((contact): Step[] => {
    const before = detailsOf(whole.get(contact.id)!, tags.get(contact.id) ?? []);
    const after = detailsAfter(contact, before, chosen);
    const told = differences(auditFields(before), auditFields(after));
    return told ? [{ contact, before, after, told }] : [];
  });
  await take(trx, act, steps);
  return outcomes;
}

/** Takes contacts out of the lists, or brings them back as they were. Throws NotFound where the actor may not see one. */
export async function setActivity(
  trx: Transaction,
  act: Act,
  ids: number[],
  activity: Contact['activity'],
): Promise<Outcome<Contact>[]> {
  const viewer = await findContactViewer(trx, act.by, dayOf(act.at));
  const outcomes = (await visible(trx, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : forbidden(NOT_YOURS)));
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
  return outcomes;
}

/** Which of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  viewer: ContactViewer,
  ids: number[],
  versions?: ReadonlyMap<number, number>,
): Promise<Outcome<Contact>[]> {
  const outcomes = (await visible(db, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : forbidden(NOT_YOURS)));
  leaveOut(outcomes, ({ activity }) => (activity === 'deleted' ? inapplicable('is deleted') : undefined));
  leaveOut(outcomes, ({ id, version }) => (versions && versions.get(id) !== version ? stale() : undefined));
  return outcomes;
}

const NOT_YOURS = 'is public: you may look at public contacts but not change them';

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
  for (const { contact, before, after } of steps)
    if (before.accounts.join() !== after.accounts.join()) await setAccounts(trx, contact.id, after.accounts);
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
