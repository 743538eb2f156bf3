import { makeAdministrators } from '../../../access/administrators.ts';
import { were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { inapplicable } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { DEACTIVATION } from '../deactivation.ts';

/** What the rule of idle accounts does at the end: a deactivation that spares more. */
export const IDLE_ENDING: BulkAction<Subject> = {
  ...DEACTIVATION,
  name: 'deactivate-idle',
  label: 'Deactivate idle accounts',
  bulk: {
    button: () => 'Deactivate idle accounts',
    done: (number) => `${were(number, 'user')} deactivated by the rule of idle accounts.`,
    consequence: 'They can no longer sign in; sessions and links end at once. Everything else stays.',
  },
  refusalOf(viewer, subject) {
    if (subject.apiOnly) return inapplicable('is API-only');
    if (makeAdministrators(subject.rights)) return inapplicable('is an administrator');
    return DEACTIVATION.refusalOf(viewer, subject);
  },
  events: {},
};
