import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { linkedName } from '../../linked-contacts/linked-contact.ts';
import { changeTags } from '../../tags/tag-store.ts';
import { retellContacts } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Written } from '../../verbs/action.ts';
import { differing } from '../../verbs/facts.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import type { Contact, Ownership } from '../contact.ts';
import { findContactsOfAnyOwner, keepContacts, setAccounts } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type ContactChange, chosenBy } from './contact-choices.ts';
import { type ContactDetails, columnsOf } from './contact-details.ts';
import { factsOf } from './contact-facts.ts';
import { findDetails, judgeChange, planChange, planEachContact, type Step, stepOf } from './planned-change.ts';

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

function writtenBy(steps: Step[]): Map<number, Written> {
  return new Map(steps.map(({ contact, before, after }) => [contact.id, differing(factsOf(before), factsOf(after))]));
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
  await retellLinked(
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
export async function retellLinked(trx: Transaction, ids: number[]): Promise<void> {
  const contacts = await findContactsOfAnyOwner(trx, ids);
  await retellContacts(trx, new Map(ids.map((id) => [id, linkedName(contacts.get(id))])));
}
