import type { LaterChange } from '../../../audit/later-changes.ts';
import { isChangeOfTag, type Step, type Undoable, type Wanted } from '../../../bulk-operations/undoable.ts';
import { WORDS_OF_CHANGE } from '../../../bulk-operations/undoing.ts';
import { findTagNames } from '../../../tags/tag-store.ts';
import { wasActivity } from '../../../verbs/action.ts';
import { fieldsInWords, hadTag, tagOf } from '../../../verbs/facts.ts';
import type { AccountType, Ownership } from '../../contact.ts';
import { findContactsOfAnyOwner } from '../../contact-store.ts';
import { CONTACT_DELETION, CONTACT_RESTORATION } from '../contact-actions.ts';
import type { ContactChange } from '../contact-choices.ts';
import { detailsOf } from '../contact-details.ts';
import { accountOf, factsOf } from '../contact-facts.ts';
import { type ContactSubject, findContactSubjects } from '../contact-subject.ts';
import { contactChangingAction } from './contact-changing-action.ts';
import { ownedInWords } from './owner-setting.ts';

/** What was done to contacts becomes undone by what anybody would undo it with. */
export const CONTACT_UNDOING: Undoable<ContactSubject> = {
  type: 'contact',
  find: findContactSubjects,
  async findFacts(db, contacts) {
    const ids = contacts.map(({ id }) => id);
    const tags = await findTagNames(db, 'contact', ids);
    // Under their own names: what the viewer may not see is refused by the action itself.
    const whole = await findContactsOfAnyOwner(db, ids);
    return new Map(
      ids.map((id) => {
        const contact = whole.get(id)!;
        return [id, { activity: contact.activity, ...factsOf(detailsOf(contact, tags.get(id) ?? [])) }];
      }),
    );
  },
  isChangeOf,
  stepsFor: (_contact, wanted) => stepsFor(wanted),
  wasInWords(field, value, format) {
    const [account, tag] = [accountOf(field), tagOf(field)];
    if (field === 'owner') return `was ${ownedInWords(value as Ownership)}`;
    if (field === 'companyId') return value === null ? 'had no company' : 'had another company';
    if (account !== undefined)
      return value === true ? `had the account ${account}` : `did not have the account ${account}`;
    if (tag !== undefined) return hadTag(tag, value);
    if (field === 'activity' && value !== null) return wasActivity({ activity: value });
    return `${fieldsInWords({ [field]: value })} ${format.value(value)}`;
  },
};

/** What the audit calls the fields of facts, where it calls them otherwise. */
const AUDITED: Record<string, string> = { companyId: 'company' };

function isChangeOf(field: string, change: LaterChange): boolean {
  const [account, tag] = [accountOf(field), tagOf(field)];
  if (tag !== undefined) return isChangeOfTag(tag, change);
  const { before, after } = change;
  if (account !== undefined) {
    const has = ({ accounts }: LaterChange['before']) => [accounts].flat().includes(account);
    return has(before) !== has(after);
  }
  const audited = AUDITED[field] ?? field;
  return audited in before || audited in after;
}

function stepsFor({ before }: Wanted): Step<ContactSubject>[] {
  const steps: Step<ContactSubject>[] = [];
  const change: ContactChange = {};
  const tags = { add: [] as string[], remove: [] as string[] };
  const accounts = { add: [] as AccountType[], remove: [] as AccountType[] };
  for (const [field, value] of Object.entries(before)) {
    const [account, tag] = [accountOf(field), tagOf(field)];
    if (field === 'activity')
      steps.push({
        key: `activity ${value}`,
        make: () => (value === 'active' ? CONTACT_RESTORATION : CONTACT_DELETION),
      });
    else if (account !== undefined) (value === true ? accounts.add : accounts.remove).push(account as AccountType);
    else if (tag !== undefined) (value === true ? tags.add : tags.remove).push(tag);
    else Object.assign(change, { [field]: value });
  }
  if (tags.add.length + tags.remove.length > 0) change.tags = tags;
  if (accounts.add.length + accounts.remove.length > 0) change.accounts = accounts;
  const { companyId, owner, ...others } = change;
  // Each may be refused for itself; the owner comes last, for by it the contact may be somebody else's.
  for (const one of [others, companyId === undefined ? {} : { companyId }, owner ? { owner } : {}])
    if (Object.keys(one).length > 0)
      steps.push({ key: JSON.stringify(one), make: () => contactChangingAction(one, WORDS_OF_CHANGE) });
  return steps;
}
