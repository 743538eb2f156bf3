import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { optional } from '../../../forms/fields.ts';
import { checkForm, FieldErrors, RefusedFields } from '../../../forms/form.ts';
import { counted } from '../../../text/text.ts';
import { findUserByIdentifier } from '../../../users/user-lookup.ts';
import { findUsers } from '../../../users/user-store.ts';
import { type Group, mayAppoint } from '../../group.ts';
import { groupChangingAction } from './group-changing-action.ts';

export const LEADER_SETTING: AskingAction<Group> = {
  name: 'set-leader',
  label: 'Set leader',
  otherNames: ['Clear leader', 'Appoint'],
  icon: 'person',
  asks: [
    {
      kind: 'user',
      field: 'leader',
      label: 'Leader',
      help: 'Name or system email of a member. Empty: nobody leads them.',
    },
  ],
  check: (typed) => checkForm(z.object({ leader: optional(254, 'At most 254 characters.') }), typed),
  async resolve(db, { by }, { leader }) {
    // Before anybody is looked up: the answer must not tell who exists.
    if (!mayAppoint(by))
      throw new RefusedFields({ leader: 'You may not change users, so you do not say who leads a group.' });
    if (leader === '') return { leader, leaderId: null };
    const user = await findUserByIdentifier(db, String(leader));
    if (!user) throw new FieldErrors({ leader: 'There is no user with this name or email.' });
    return { leader, leaderId: user.id };
  },
  async chosen(db, choices) {
    const leaderId = (choices.leaderId as number | null | undefined) ?? null;
    const [leader] = leaderId === null ? [] : await findUsers(db, [leaderId]);
    const name = leaderId === null ? '' : (leader?.name ?? String(choices.leader));
    const since = leader?.hasPassword === false ? 'as soon as they have a password' : 'from the next click on';
    return groupChangingAction(
      { leaderId },
      {
        name: 'set-leader',
        label: name ? `Make ${name} the leader` : 'Clear leader',
        icon: 'person',
        bulk: {
          button: (number) =>
            name ? `Let ${name} lead ${counted(number, 'group')}` : `Clear the leader of ${counted(number, 'group')}`,
          done: (number) =>
            name
              ? `${name} leads ${counted(number, 'group')}.`
              : `${counted(number, 'group')} ${number === 1 ? 'has' : 'have'} no leader any more.`,
          consequence: name
            ? `${name} sees their people, invites into them, adds and removes members, ${since}.`
            : 'Nobody leads them any more.',
        },
        unchanged: name ? 'is led by them already' : 'has no leader',
        was: ({ leaderId: before }) => (before === null ? 'had no leader' : 'had another leader'),
      },
    );
  },
};
