import { minuteOf } from '../../clock.ts';
import type { ContactChange } from '../../contacts/actions/contact-choices.ts';
import type { NewContact } from '../../contacts/actions/contact-creation.ts';
import { judgeChange, planEachContact } from '../../contacts/actions/planned-change.ts';
import type { Contact } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import type { Judge } from '../../verbs/action.ts';
import type { ContactRowValues } from '../contact-row.ts';
import { checkContactRow } from '../contact-row.ts';
import type { ImportedRow } from '../imported-row.ts';
import {
  companyCalled,
  findComing,
  findContactMatches,
  keysOf,
  type MatchedContacts,
  whyNotNew,
} from './contact-matching.ts';
import { type ImportKind, inWords, type Planned, sharedMistakes } from './import-kind.ts';

export { contactKeys } from './contact-matching.ts';

const MOST_MISTAKES = 10;
const LONGEST_NAME = 200;

/** A line with the contact that it means, and what it says. */
interface Draft {
  row: ImportedRow;
  contact: Contact | undefined;
  values: ContactRowValues;
  change: ContactChange;
  mistakes: string[];
  /** The company that another line makes. */
  waitsFor?: string;
  planned?: Planned;
}

/** What importing these lines would do now. Nothing is done. */
export const planContacts: ImportKind['plan'] = async (db, by, rows, { choices, findShared, countLines }) => {
  const matched = await findContactMatches(db, by, rows, choices);
  const keys = new Map(rows.map((row) => [row, keysOf(row, matched.found.get(row), choices)]));
  const shared = await findShared([...keys.values()].flat().map(({ key }) => key));
  const coming = await findComing(rows, matched.companies, countLines);
  const drafts = rows.map((row): Draft => {
    const contact = matched.found.get(row);
    const { values, mistakes } = checkContactRow(row, contact);
    const unclear = matched.mistakes.get(row);
    const draft: Draft = { row, contact, values, change: changeOf(values, contact), mistakes };
    draft.mistakes.push(...(unclear ? [unclear] : []), ...sharedMistakes(keys.get(row)!, shared));
    if (mistakes.length === 0) addCompany(draft, matched.companies, coming);
    return draft;
  });
  for (const draft of drafts) {
    const { mistakes, contact } = draft;
    if (mistakes.length > 0) draft.planned = refusedLine(draft, mistakes.slice(0, MOST_MISTAKES).join(' '));
    else if (!contact) draft.planned = newLine(draft);
    else if (contact.activity === 'deleted' && draft.values.activity === 'deleted')
      draft.planned = { ...lineOf(draft, 'unchanged'), ...about(contact) };
  }
  await planKnown(
    db,
    by,
    drafts.filter(({ planned }) => !planned),
  );
  return drafts.map(({ planned }) => planned!);
};

/** Emails, phones, accounts and tags come to those that are there; the first of the file come first. */
function changeOf(values: ContactRowValues, contact: Contact | undefined): ContactChange {
  const { name, emails, phones, address, position, description, accounts, tags } = values;
  const joined = (said: string[] | undefined, stored: string[] = []) => said && [...new Set([...said, ...stored])];
  const change: ContactChange = {
    name,
    emails: joined(emails, contact?.emails),
    phones: joined(phones, contact?.phones),
    address,
    position,
    description,
    accounts: accounts && { add: accounts },
    tags: tags && { add: tags },
  };
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** A person who is there already keeps their company where the file does not say another one. */
function addCompany(draft: Draft, companies: MatchedContacts['companies'], coming: ReadonlySet<string>): void {
  const { values, contact, change, mistakes } = draft;
  const { company, kind = contact?.kind ?? 'person' } = values;
  if (!company || kind === 'company') return;
  if (contact?.companyName === company) return;
  if (coming.has(company)) {
    draft.waitsFor = company;
    return;
  }
  const found = companyCalled(company, companies);
  if (typeof found === 'string') mistakes.push(found);
  else change.companyId = found.id;
}

function newLine(draft: Draft): Planned {
  const refusal = whyNotNew(draft.values);
  if (refusal) return refusedLine(draft, refusal);
  const { name = '', kind = 'person', emails, company } = draft.values;
  const { accounts, tags, ...more } = draft.change;
  const added = <T>(change: { add?: readonly T[] } | readonly T[] | undefined) =>
    change && 'add' in change ? [...(change.add ?? [])] : [];
  const made: NewContact = { ...more, name, kind, accounts: added(accounts), tags: added(tags) };
  const told = { after: { email: emails?.[0] ?? '', ...(draft.change.companyId && { company }) } };
  return waiting(draft, { ...lineOf(draft, 'new'), name, change: { ...made }, told });
}

async function planKnown(db: Reader, by: Judge, drafts: Draft[]): Promise<void> {
  const changes = new Map(drafts.map(({ contact, change }) => [contact!.id, change]));
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  const outcomes = await judgeChange(db, viewer, [...changes.keys()]);
  const steps = await planEachContact(db, by, outcomes, changes);
  const stepOf = new Map(steps.map((step) => [step.contact.id, step]));
  const refusalOf = new Map(outcomes.map(({ subject, refusal }) => [subject.id, refusal]));
  for (const draft of drafts) {
    const contact = draft.contact!;
    const [refusal, step] = [refusalOf.get(contact.id), stepOf.get(contact.id)];
    if (refusal) draft.planned = { ...refusedLine(draft, inWords(contact.name, refusal)), ...about(contact) };
    else if (!step && !draft.waitsFor) draft.planned = { ...lineOf(draft, 'unchanged'), ...about(contact) };
    else {
      const { before, after } = step?.told ?? { before: {}, after: {} };
      const others = Object.keys(after).length;
      const change = { ...draft.change };
      const changed = { ...lineOf(draft, 'changed'), change, told: { before, after }, others, ...about(contact) };
      draft.planned = waiting(draft, changed);
    }
  }
}

/** The same with the company that is not there yet, which whoever does it looks for by its name. */
function waiting({ waitsFor, contact }: Draft, planned: Planned): Planned {
  if (!waitsFor) return planned;
  const { before, after } = planned.told;
  const told = {
    before: { ...before, ...(contact && { company: contact.companyName }) },
    after: { ...after, company: waitsFor },
    notes: [`The company ${waitsFor} comes with the same file.`],
  };
  return {
    ...planned,
    told,
    change: { ...planned.change, companyCalled: waitsFor },
    others: planned.others + 1,
    waits: true,
  };
}

function about({ id, name, version }: Contact) {
  return { subjectId: id, name, version };
}

function lineOf({ row, values, contact }: Draft, kind: Planned['kind']): Planned {
  const said = [values.name, values.emails, row.values.name, row.values.emails].flat().find(Boolean);
  const name = contact?.name ?? said?.slice(0, LONGEST_NAME) ?? `line ${row.line}`;
  const nothing = { subjectId: null, version: null, change: {}, told: {}, reason: '', newEmail: null };
  return { line: row.line, kind, name, ...nothing, isTicked: false, others: 0 };
}

function refusedLine(draft: Draft, reason: string): Planned {
  return { ...lineOf(draft, 'refused'), reason };
}
