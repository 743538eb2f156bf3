import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { reported } from '../../../bulk-operations/reported-action.ts';
import { tagAddition, tagRemoval } from '../../../bulk-operations/tag-actions.ts';
import { were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { CONTACT_DELETION, CONTACT_RESTORATION } from '../contact-actions.ts';
import type { ContactSubject } from '../contact-subject.ts';
import { ACCOUNT_SETTING } from './account-setting.ts';
import { contactChangingAction } from './contact-changing-action.ts';
import { OWNER_SETTING } from './owner-setting.ts';

/** What can be done to many contacts, or to one, as an operation: in the order of the action bar. */
export const CONTACT_OPERATIONS: readonly (BulkAction<ContactSubject> | AskingAction<ContactSubject>)[] = [
  CONTACT_DELETION,
  CONTACT_RESTORATION,
  tagAddition('contact', contactChangingAction),
  OWNER_SETTING,
  ACCOUNT_SETTING,
  tagRemoval('contact', contactChangingAction),
];

/** What has pages of its own. */
export const CONTACT_FORMS = [
  reported<ContactSubject>('edit', 'Edit', 'pencil', (number) => `${were(number, 'contact')} edited.`),
  reported<ContactSubject>('create', 'New contact', 'id-badge', (number) => `${were(number, 'contact')} created.`),
];
