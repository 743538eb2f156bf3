import { changeEachContact } from '../../contacts/actions/changing-contacts.ts';
import type { ContactChange } from '../../contacts/actions/contact-choices.ts';
import { createContact, type NewContact } from '../../contacts/actions/contact-creation.ts';
import { findContactSubjects } from '../../contacts/actions/contact-subject.ts';
import type { Contact } from '../../contacts/contact.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import type { Act } from '../../verbs/act.ts';
import { NOBODY, type Performed } from '../../verbs/action.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { inapplicable, unfitFields } from '../../verbs/outcome.ts';
import { Refused } from '../../verbs/refusals.ts';
import type { PlannedLine } from '../import-plan-store.ts';
import { companyCalled, findCompaniesCalled } from './contact-matching.ts';
import { type ImportKind, inWords } from './import-kind.ts';

const GONE = 'belongs to somebody else by now';

/** Makes those that nothing stands against. */
export const createImportedContacts: ImportKind['create'] = async (trx, act, planned) => {
  const refused = new Map<number, string>();
  const ids: number[] = [];
  const missing: Performed<Contact>[] = [];
  const companies = await companiesFor(trx, act, planned);
  for (const { line, name, change } of planned)
    try {
      const whole = withCompany(change, companies) as unknown as NewContact;
      ids.push(await trx.transaction((part) => createContact(part, act, whole)));
    } catch (error) {
      if (!(error instanceof FieldErrors || error instanceof Refused)) throw error;
      refused.set(line, error.message);
      missing.push({
        subject: { id: NOBODY, name } as Contact,
        refusal: inapplicable('could not be created: their lines say why'),
      });
    }
  const written = writtenOfMade();
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
  const companies = await companiesFor(trx, act, planned);
  const left: Performed<Contact>[] = gone.map((subject) => ({ subject, refusal: inapplicable(GONE) }));
  const changes = new Map<number, ContactChange>();
  const rest = planned.filter(({ subjectId }) => !goneIds.has(subjectId!));
  for (const { line, subjectId, change } of rest)
    try {
      changes.set(subjectId!, withCompany(change, companies));
    } catch (error) {
      if (!(error instanceof FieldErrors)) throw error;
      refused.set(line, error.message);
      left.push({ subject: seen.find(({ id }) => id === subjectId)!, refusal: unfitFields(error.errors) });
    }
  const versions = new Map(rest.map((one) => [one.subjectId!, one.version!]));
  const { outcomes, written } = await changeEachContact(trx, act, changes, versions);
  for (const { subject, refusal } of outcomes)
    if (refusal) refused.set(lineOf.get(subject.id)!, inWords(subject.name, refusal));
  const performed = outcomes.map((one) => ({ ...one, written: written.get(one.subject.id) }));
  return { performed: [...performed, ...left], refused };
};

/** The companies that these lines wait for, which lines before them made. */
function companiesFor(trx: Transaction, act: Act, planned: PlannedLine[]) {
  const names = planned.flatMap(({ change }) => (change.companyCalled ? [String(change.companyCalled)] : []));
  return findCompaniesCalled(trx, act, [...new Set(names)]);
}

/** What a line changes, with the company that it waited for. Throws FieldErrors where there is none. */
function withCompany(
  { companyCalled: name, ...change }: Record<string, unknown>,
  companies: ReadonlyMap<string, Contact[]>,
): ContactChange {
  if (name === undefined) return change;
  const found = companyCalled(String(name), companies);
  if (typeof found === 'string') throw new FieldErrors({ companyId: found });
  return { ...change, companyId: found.id };
}
