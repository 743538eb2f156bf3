import { counted, were } from '../../text/text.ts';
import { type BulkAction, wasActivity } from '../../verbs/action.ts';
import { inapplicable } from '../../verbs/outcome.ts';
import { setActivity } from './contact-activity.ts';
import { type ContactSubject, editable } from './contact-subject.ts';

export const CONTACT_DELETION: BulkAction<ContactSubject> = {
  name: 'delete',
  label: 'Delete',
  icon: 'trash',
  isDangerous: true,
  bulk: {
    button: (number) => `Delete ${counted(number, 'contact')}`,
    done: (number) => `${were(number, 'contact')} deleted.`,
    consequence:
      'They leave the lists and every search; their history stays. Users who are linked to them stay and sign in as before. Restore brings them back.',
  },
  refusalOf: editable(({ activity }) => (activity === 'deleted' ? inapplicable('is deleted already') : undefined)),
  perform: (trx, act, contacts) => makeThem(trx, act, contacts, 'deleted'),
  was: wasActivity,
  events: {},
};

export const CONTACT_RESTORATION: BulkAction<ContactSubject> = {
  name: 'restore',
  label: 'Restore',
  icon: 'undo',
  bulk: {
    button: (number) => `Restore ${counted(number, 'contact')}`,
    done: (number) => `${were(number, 'contact')} restored.`,
    consequence: 'They are listed and found again, with everything that stands in their records.',
  },
  refusalOf: editable(({ activity }) => (activity === 'deleted' ? undefined : inapplicable('is not deleted already'))),
  perform: (trx, act, contacts) => makeThem(trx, act, contacts, 'active'),
  was: wasActivity,
  events: {},
};

async function makeThem(
  ...[trx, act, contacts, activity]: [...Parameters<BulkAction<ContactSubject>['perform']>, 'active' | 'deleted']
) {
  const ids = contacts.map(({ id }) => id);
  return (await setActivity(trx, act, ids, activity)).written;
}
