import { mayAdminister, maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { Instant } from '../../clock.ts';
import type { Format } from '../../text/format.ts';
import type { Action } from '../../verbs/action.ts';
import { forbidden, inapplicable, NOT_YOURS, type Refusal } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import type { State } from '../user-state.ts';

/** How an action on one user is told. */
export interface UserWords {
  label: string;
  /** What the last button of the confirmation page says. */
  button: string;
  done: (user: Subject) => string;
}

/** Something that can be done to a user besides editing. */
export interface UserAction extends Action<Subject>, UserWords {
  /** What else people call it. */
  otherNames?: string[];
  /** What it is called for users of whom this holds. */
  otherwise?: UserWords & { holds: (user: Subject) => boolean };
  /** The noun of the address below `/users/:id`; where two actions share it, the state of the user tells which is meant. */
  path: string;
  method: 'post' | 'delete';
  /** The confirmation page below `path`. */
  page: 'new' | 'delete';
  /** What it ends and what it keeps, a sentence each. */
  consequences: (user: Subject, reader: { at: Instant; format: Format }) => string[];
  /** Whether the user is let in no more after it. */
  endsAccess?: boolean;
  /** The states that call for it. */
  calledForBy?: State[];
  /** Whether it is the likeliest where no state calls for another. */
  isLikely?: boolean;
}

/** How the action is called for this user. */
export function wordsFor(action: UserAction, user: Subject): UserWords {
  return action.otherwise?.holds(user) ? action.otherwise : action;
}

/** A rule for those whom the viewer may administer; everybody else is refused first. */
export function administered(
  rule: (subject: Subject, isSelf: boolean) => Refusal | undefined,
): (viewer: Viewer, subject: Subject) => Refusal | undefined {
  return (viewer, subject) =>
    mayAdminister(viewer, subject) ? rule(subject, viewer.id === subject.id) : forbidden(NOT_YOURS);
}

export function unlessActive(subject: Subject): Refusal | undefined {
  return subject.activity === 'active' ? undefined : inapplicable(`is ${subject.activity}`);
}

export const OWN_PASSWORD = 'is yourself: change your password under My credentials, or ask another administrator';

const MAIL_ONLY = 'has rights on an application that you do not hold: the link can only be sent by mail';

/** Why the viewer may not be shown the link of this user: it goes to the stored address alone. */
export function mailOnlyFor(viewer: Viewer, subject: Subject): Refusal | undefined {
  return maySeeLinkOf(viewer, subject) ? undefined : forbidden(MAIL_ONLY);
}
