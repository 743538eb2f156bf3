import { unlessRefused } from '../../../forms/refused-for-all.ts';
import type { BulkAction, ChangingWords } from '../../../verbs/action.ts';
import { inapplicable, leaveOut, withFields } from '../../../verbs/outcome.ts';
import { changeContacts } from '../changing-contacts.ts';
import type { ContactChange } from '../contact-choices.ts';
import { type ContactSubject, editable } from '../contact-subject.ts';
import { planChange } from '../planned-change.ts';

/** An action that changes of contacts what their form changes as well, by the same verb. */
export function contactChangingAction(
  change: ContactChange,
  { unchanged, ...words }: ChangingWords<ContactSubject>,
): BulkAction<ContactSubject> {
  return {
    ...words,
    refusalOf: editable(({ activity }) => (activity === 'deleted' ? inapplicable('is deleted') : undefined)),
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        const steps = await planChange(db, judge, outcomes, change);
        const changing = new Set(steps.map(({ contact }) => contact.id));
        leaveOut(outcomes, ({ id }) => (changing.has(id) ? undefined : inapplicable(unchanged)));
        withFields(outcomes);
      }),
    perform: async (trx, act, contacts) => {
      const ids = contacts.map(({ id }) => id);
      return (await changeContacts(trx, act, ids, change)).written;
    },
    events: {},
  };
}
