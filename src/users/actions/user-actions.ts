import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { type Judge, judge, perform } from '../../verbs/action.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { findSubjects } from '../user-store.ts';
import { ACCESS_CONFIRMATION } from './access-confirmation.ts';
import { ACCOUNT_SECURING } from './account-securing.ts';
import { ACTIVATION } from './activation.ts';
import { DEACTIVATION } from './deactivation.ts';
import { DELETION } from './deletion.ts';
import { EMAIL_CONFIRMATION } from './email-confirmation.ts';
import { INVITATION } from './invitation.ts';
import { INVITATION_WITHDRAWAL } from './invitation-withdrawal.ts';
import { LEAVING_EXTENSION } from './leaving-extension.ts';
import { LOGIN_ATTEMPTS_RESET } from './login-attempts-reset.ts';
import { PASSWORD_REQUIREMENT } from './password-requirement.ts';
import { PASSWORD_RESET } from './password-reset.ts';
import { SECOND_FACTOR_RESET } from './second-factor-reset.ts';
import { SESSION_ENDING } from './session-ending.ts';
import type { UserAction } from './user-action.ts';

/** All that can be done to users: in the order of the action bar, in which what destroys comes first; records show them the other way. */
export const USER_ACTIONS: readonly UserAction[] = [
  DELETION,
  ACTIVATION,
  DEACTIVATION,
  ACCOUNT_SECURING,
  SESSION_ENDING,
  PASSWORD_REQUIREMENT,
  SECOND_FACTOR_RESET,
  PASSWORD_RESET,
  INVITATION_WITHDRAWAL,
  INVITATION,
  LOGIN_ATTEMPTS_RESET,
  EMAIL_CONFIRMATION,
  LEAVING_EXTENSION,
  ACCESS_CONFIRMATION,
];

/** Whom of these users the action would change. Throws NotFound where an id is unknown. */
export async function judgeUsers(
  db: Reader,
  by: Judge,
  action: UserAction,
  ids: number[],
): Promise<Outcome<Subject>[]> {
  return judge(db, by, action, await findSubjects(db, ids, minuteOf(by.at)));
}

/** Does the action to those of these users whom it is for, with one audit event each. Throws NotFound where an id is unknown. */
export async function performOnUsers(
  trx: Transaction,
  act: Act,
  action: UserAction,
  ids: number[],
): Promise<Outcome<Subject>[]> {
  return perform(trx, act, action, await findSubjects(trx, ids, minuteOf(act.at)));
}
