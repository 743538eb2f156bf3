import { z } from 'zod';
import type { AskingAction, Choices } from '../../../bulk-operations/asking-action.ts';
import { minuteOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { namedGroup, optional } from '../../../forms/fields.ts';
import { checkForm, RefusedFields } from '../../../forms/form.ts';
import { findGroupsOf } from '../../../groups/group-store.ts';
import { counted } from '../../../text/text.ts';
import { findUserNames } from '../../../users/user-store.ts';
import { mayGive, maySee, NOT_YOURS_TO_GIVE, type Ownership, PUBLIC } from '../../contact.ts';
import { findContactViewer } from '../../contact-viewer.ts';
import { ownerNamed } from '../contact-form-saving.ts';
import type { ContactSubject } from '../contact-subject.ts';
import { contactChangingAction } from './contact-changing-action.ts';

const form = z
  .object({
    owner: z.enum(['public', 'private', 'group'], { error: 'Choose whose they are to be.' }),
    ownerUser: optional(254, 'At most 254 characters.'),
    ownerGroup: namedGroup,
  })
  .superRefine(({ owner, ownerGroup }, context) => {
    if (owner === 'group' && !ownerGroup)
      context.addIssue({ code: 'custom', path: ['ownerGroup'], message: 'Name the group that is to own them.' });
  });

type OwnerForm = z.output<typeof form>;

export const OWNER_SETTING: AskingAction<ContactSubject> = {
  name: 'set-owner',
  label: 'Set owner',
  otherNames: ['Make public', 'Make private', 'Give away'],
  icon: 'people',
  asks: [
    {
      kind: 'option',
      field: 'owner',
      label: 'Owner',
      options: [
        { value: 'public', label: 'Public: seen by all who may read contacts' },
        { value: 'private', label: 'Private: seen by one user alone' },
        { value: 'group', label: 'A group: seen by its members' },
      ],
    },
    { kind: 'user', field: 'ownerUser', label: 'Private to', help: 'Name or system email of a user. Empty: you.' },
    { kind: 'owning-group', field: 'ownerGroup', label: 'Name of the group' },
  ],
  check: (typed) => checkForm(form, typed),
  async resolve(db, { by, at }, choices) {
    const viewer = await findContactViewer(db, by, minuteOf(at));
    const ownership = await ownerNamed(db, viewer, choices as unknown as OwnerForm);
    if (!mayGive(viewer, ownership)) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
    return { ...choices, ...ownership, isSeen: maySee(viewer, ownership) };
  },
  async chosen(db, choices) {
    const owner: Ownership = {
      ownerUserId: (choices.ownerUserId as number | null) ?? null,
      ownerGroupId: (choices.ownerGroupId as number | null) ?? null,
    };
    const words = await wordsOf(db, owner, choices);
    return contactChangingAction(
      { owner },
      {
        name: 'set-owner',
        label: words.label,
        icon: 'people',
        bulk: {
          button: (number) => `Make ${counted(number, 'contact')} ${words.become}`,
          done: (number) => `${counted(number, 'contact')} ${number === 1 ? 'is' : 'are'} ${words.become} now.`,
          consequence: words.consequence,
          ...(choices.isSeen === false && {
            lasting: `You do not see them any more then, so you cannot take it back: only ${words.who} can.`,
          }),
        },
        unchanged: `is ${words.become} already`,
        was: ({ owner: before }) => `was ${ownedInWords(before as Ownership | undefined)}`,
      },
    );
  },
};

async function wordsOf(db: Reader, { ownerUserId, ownerGroupId }: Ownership, { ownerGroup }: Choices) {
  if (ownerUserId !== null) {
    const who = (await findUserNames(db, [ownerUserId])).get(ownerUserId) ?? 'somebody';
    return {
      who,
      label: `Make private to ${who}`,
      become: `private to ${who}`,
      consequence: `Only ${who} sees and changes them, from the next click on.`,
    };
  }
  if (ownerGroupId !== null) {
    const [group] = await findGroupsOf(db, [ownerGroupId]).catch(() => []);
    const who = `the group ${group?.name ?? String(ownerGroup)}`;
    return {
      who: `members of ${who}`,
      label: `Give to ${who}`,
      become: `owned by ${who}`,
      consequence: `Only its members see and change them, from the next click on.`,
    };
  }
  const consequence = 'All who may read contacts see them, but for those with No shared data.';
  return { who: 'everybody', label: 'Make public', become: 'public', consequence };
}

export function ownedInWords({ ownerUserId, ownerGroupId }: Ownership = PUBLIC): string {
  if (ownerUserId !== null) return 'private';
  return ownerGroupId === null ? 'public' : 'owned by a group';
}
