import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { checkForm } from '../../../forms/form.ts';
import { counted } from '../../../text/text.ts';
import { ACCOUNT_TYPES, type AccountType } from '../../contact.ts';
import type { ContactSubject } from '../contact-subject.ts';
import { contactChangingAction } from './contact-changing-action.ts';

export const ACCOUNT_SETTING: AskingAction<ContactSubject> = {
  name: 'set-account',
  label: 'Set account',
  otherNames: ['Clear account', 'Customer', 'Supplier'],
  icon: 'organization',
  asks: [
    {
      kind: 'option',
      field: 'account',
      label: 'Account',
      options: ACCOUNT_TYPES.map((type) => ({ value: type, label: type[0].toUpperCase() + type.slice(1) })),
    },
    {
      kind: 'option',
      field: 'deed',
      label: 'What becomes of it',
      options: [
        { value: 'add', label: 'Set: they are one, beside what else they are' },
        { value: 'remove', label: 'Clear: they are none any more' },
      ],
    },
  ],
  check: (typed) =>
    checkForm(
      z.object({
        account: z.enum(ACCOUNT_TYPES, { error: 'Choose one of these.' }),
        deed: z.enum(['add', 'remove'], { error: 'Choose one of the two.' }),
      }),
      typed,
    ),
  async chosen(_db, choices) {
    const account = choices.account as AccountType;
    const isAdded = choices.deed === 'add';
    const one = account === 'employee' ? `an ${account}` : `a ${account}`;
    return contactChangingAction(
      { accounts: isAdded ? { add: [account] } : { remove: [account] } },
      {
        name: 'set-account',
        label: isAdded ? `Set the account ${account}` : `Clear the account ${account}`,
        icon: 'organization',
        bulk: {
          button: (number) => `${isAdded ? 'Set' : 'Clear'} ${account} for ${counted(number, 'contact')}`,
          done: (number) =>
            `The account ${account} was ${isAdded ? 'set' : 'cleared'} for ${counted(number, 'contact')}.`,
          consequence: isAdded
            ? `Their records say that they are ${one}. Nothing else changes.`
            : `Their records do not say any more that they are ${one}. Nothing else changes.`,
        },
        unchanged: isAdded ? `is ${one} already` : `is no ${account}`,
        was: () => (isAdded ? `was no ${account}` : `was ${one}`),
      },
    );
  },
};
