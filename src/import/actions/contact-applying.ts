import { changeEachContact } from '../../contacts/actions/changing-contacts.ts';
import type { ContactChange } from '../../contacts/actions/contact-choices.ts';
import { createContact, type NewContact } from '../../contacts/actions/contact-creation.ts';
import { findContactSubjects } from '../../contacts/actions/contact-subject.ts';
import type { Contact } from '../../contacts/contact.ts';
import { FieldErrors } from '../../forms/form.ts';
import { NOBODY, type Performed } from '../../verbs/action.ts';
import { inapplicable } from '../../verbs/outcome.ts';
import { Refused } from '../../verbs/refusals.ts';
import { type ImportKind, inWords } from './import-kind.ts';

/** Makes those that nothing stands against. */
export const createImportedContacts: ImportKind['create'] = async (trx, act, planned) => {
  const refused = new Map<number, string>();
  const ids: number[] = [];
  const missing: Performed<Contact>[] = [];
  for (const { line, name, change } of planned)
    try {
      ids.push(await trx.transaction((part) => createContact(part, act, change as unknown as NewContact)));
    } catch (error) {
      if (!(error instanceof FieldErrors || error instanceof Refused)) throw error;
      refused.set(line, error.message);
      missing.push({ subject: { id: NOBODY, name } as Contact, refusal: inapplicable('could not be created') });
    }
  const written = { before: { activity: null }, after: { activity: 'active' } };
  const made = (await findContactSubjects(trx, ids, act)).map((subject) => ({ subject, written }));
  return { performed: [...made, ...missing], refused };
};

export const changeImportedContacts: ImportKind['change'] = async (trx, act, planned) => {
  const refused = new Map<number, string>();
  // Whoever imports may not see some of them any more.
  const seen = await findContactSubjects(
    trx,
    planned.map(({ subjectId }) => subjectId!),
    act,
  );
  const gone = seen.filter(({ isSeen }) => !isSeen);
  const lineOf = new Map(planned.map((one) => [one.subjectId!, one.line]));
  const goneIds = new Set(gone.map(({ id }) => id));
  for (const { id } of gone) refused.set(lineOf.get(id)!, 'It belongs to somebody else by now.');
  const rest = planned.filter(({ subjectId }) => !goneIds.has(subjectId!));
  const changes = new Map(rest.map((one) => [one.subjectId!, one.change as ContactChange]));
  const versions = new Map(rest.map((one) => [one.subjectId!, one.version!]));
  const { outcomes, written } = await changeEachContact(trx, act, changes, versions);
  for (const { subject, refusal } of outcomes)
    if (refusal) refused.set(lineOf.get(subject.id)!, inWords(subject.name, refusal));
  const performed = outcomes.map((one) => ({ ...one, written: written.get(one.subject.id) }));
  const left = gone.map((subject) => ({ subject, refusal: inapplicable('belongs to somebody else by now') }));
  return { performed: [...performed, ...left], refused };
};
