import { differences, type Fields } from '../../audit/audit-event.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import type { Judge } from '../../verbs/action.ts';
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
import { type Contact, type ContactViewer, mayEdit, mayGive, NOT_YOURS_TO_GIVE } from '../contact.ts';
import { findContacts, findContactsOfAnyOwner } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type Choices, type ContactChange, chosenBy, detailsAfter } from './contact-choices.ts';
import { auditFields, type ContactDetails, detailsOf } from './contact-details.ts';
import { ONLY_SEEN } from './contact-subject.ts';

/** One contact with what becomes of it. */
export interface Step {
  contact: Contact;
  before: ContactDetails;
  after: ContactDetails;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/** Which of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  viewer: ContactViewer,
  ids: number[],
  versions?: ReadonlyMap<number, number>,
): Promise<Outcome<Contact>[]> {
  const outcomes = (await findVisible(db, viewer, ids)).map((subject): Outcome<Contact> => ({ subject }));
  leaveOut(outcomes, (contact) => (mayEdit(viewer, contact) ? undefined : ONLY_SEEN));
  leaveOut(outcomes, ({ activity }) => (activity === 'deleted' ? inapplicable('is deleted') : undefined));
  leaveOut(outcomes, ({ id, version }) => (versions && versions.get(id) !== version ? stale() : undefined));
  return outcomes;
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

export async function findDetails(db: Reader, outcomes: Outcome<Contact>[]): Promise<Map<number, ContactDetails>> {
  const ids = allowed(outcomes).map(({ id }) => id);
  const tags = await findTagNames(db, 'contact', ids);
  // A company that the actor may not see is what it was.
  const whole = await findContactsOfAnyOwner(db, ids);
  return new Map(ids.map((id) => [id, detailsOf(whole.get(id)!, tags.get(id) ?? [])]));
}

export function stepOf(contact: Contact, befores: Map<number, ContactDetails>, chosen: Choices): Step[] {
  const before = befores.get(contact.id)!;
  const after = detailsAfter(contact, before, chosen);
  const told = differences(auditFields(before), auditFields(after));
  return told ? [{ contact, before, after, told }] : [];
}

/** Throws NotFound where the viewer may not see one. */
export async function findVisible(db: Reader, viewer: ContactViewer, ids: number[]): Promise<Contact[]> {
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
