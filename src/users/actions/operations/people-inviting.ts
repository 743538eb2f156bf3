import type { AskingAction, Choices } from '../../../bulk-operations/asking-action.ts';
import { counted, were } from '../../../text/text.ts';
import { isMade } from '../../../verbs/facts.ts';
import type { Subject } from '../../user.ts';

/** What is kept of a list of people that was invited: how many were new, and whether they were invited or only made. */
export interface InvitingChoices extends Choices {
  invited: number;
  access: 'mail' | 'copy' | 'later';
}

/** A list of people has pages of its own, where it is judged and done; here is what its report says. */
export const PEOPLE_INVITING: AskingAction<Subject> = {
  name: 'invite-people',
  label: 'New users from a list',
  icon: 'person-add',
  asks: [],
  check: (typed) => ({ values: typed }),
  draftPath: (id) => `/users/new/list/${id}`,
  async chosen(_db, choices) {
    const { invited, access } = choices as InvitingChoices;
    return {
      name: 'invite-people',
      label: 'New users from a list',
      icon: 'person-add',
      bulk: {
        button: (number) => `Invite ${counted(number, 'person', 'people')}`,
        done: (number) => doneInWords(invited, number - invited, access),
        consequence: 'New users are made and invited; those who are known get the groups and tags.',
      },
      makes: 'invitation',
      refusalOf: () => undefined,
      perform: () => Promise.reject(new Error('a list of people is invited by its own verb')),
      was: (before) => (isMade(before) ? 'was not there yet' : 'was known already'),
      events: {},
    };
  },
};

function doneInWords(invited: number, known: number, access: InvitingChoices['access']): string {
  const made = invited > 0 && `${were(invited, 'user')} ${access === 'later' ? 'created' : 'invited'}`;
  const changed = known > 0 && `${were(known, 'known user')} changed`;
  return `${[made, changed].filter(Boolean).join(', and ') || 'Nobody was invited'}.`;
}
