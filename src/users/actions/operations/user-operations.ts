import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';
import { ACCESS_CONFIRMATION } from '../access-confirmation.ts';
import { ACCOUNT_SECURING } from '../account-securing.ts';
import { ACTIVATION } from '../activation.ts';
import { DEACTIVATION } from '../deactivation.ts';
import { DELETION } from '../deletion.ts';
import { EMAIL_CONFIRMATION } from '../email-confirmation.ts';
import { INVITATION } from '../invitation.ts';
import { INVITATION_WITHDRAWAL } from '../invitation-withdrawal.ts';
import { LEAVING_EXTENSION } from '../leaving-extension.ts';
import { LOGIN_ATTEMPTS_RESET } from '../login-attempts-reset.ts';
import { PASSWORD_REQUIREMENT } from '../password-requirement.ts';
import { PASSWORD_RESET } from '../password-reset.ts';
import { SECOND_FACTOR_RESET } from '../second-factor-reset.ts';
import { SESSION_ENDING } from '../session-ending.ts';
import { GROUP_ADDITION } from './group-addition.ts';
import { GROUP_REMOVAL } from './group-removal.ts';
import { LEAVING_SETTING } from './leaving-setting.ts';
import { PERSON_CONVERSION, PROGRAM_CONVERSION } from './program-conversion.ts';
import { PROGRAM_HANDING_OVER, PROGRAM_KEEPING } from './program-review.ts';
import { SHARED_DATA_SETTING } from './shared-data-setting.ts';
import { STARTING_SETTING } from './starting-setting.ts';
import { withSuccession } from './succession.ts';
import { TAG_ADDITION, TAG_REMOVAL } from './user-tags.ts';

/** What can be done to many users, or to one, as an operation: in the order of the action bar, in which what destroys comes first. */
export const USER_OPERATIONS: readonly (BulkAction<Subject> | AskingAction<Subject>)[] = [
  withSuccession(DELETION as BulkAction<Subject>),
  ACTIVATION,
  withSuccession(DEACTIVATION as BulkAction<Subject>),
  INVITATION,
  LOGIN_ATTEMPTS_RESET,
  ACCESS_CONFIRMATION,
  GROUP_ADDITION,
  GROUP_REMOVAL,
  TAG_ADDITION,
  TAG_REMOVAL,
  STARTING_SETTING,
  LEAVING_SETTING,
  LEAVING_EXTENSION,
  SHARED_DATA_SETTING,
  PROGRAM_KEEPING,
  PROGRAM_HANDING_OVER,
  PROGRAM_CONVERSION,
  PERSON_CONVERSION,
  SESSION_ENDING,
  PASSWORD_RESET,
  PASSWORD_REQUIREMENT,
  SECOND_FACTOR_RESET,
  ACCOUNT_SECURING,
  INVITATION_WITHDRAWAL,
  EMAIL_CONFIRMATION,
] as (BulkAction<Subject> | AskingAction<Subject>)[];
