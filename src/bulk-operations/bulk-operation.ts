import type { Instant } from '../clock.ts';
import type { GroupAction } from '../groups/actions/group-life-cycle.ts';
import { counted } from '../text/text.ts';
import type { UserAction } from '../users/actions/user-action.ts';

/** What an operation can be done to. */
export type SubjectType = 'user' | 'group';

/** What the action bar of each list offers, in its order. */
export const BULK_ACTIONS = {
  user: ['delete', 'activate', 'deactivate', 'reinvite', 'reset-login-attempts', 'confirm-access'],
  group: ['delete', 'activate', 'deactivate'],
} as const satisfies { user: UserAction[]; group: GroupAction[] };

export type BulkAction = (typeof BULK_ACTIONS)['user'][number];

/** More at once is refused with a sentence. */
export const MOST_AT_ONCE = 5_000;

/** One action on a set of users or of groups: frozen as a draft, executed once, then a report for good. */
export interface BulkOperation {
  id: number;
  subjectType: SubjectType;
  action: BulkAction;
  createdBy: number;
  createdAt: Instant;
  /** The list on which it was begun. */
  view: string | null;
  /** Where all of the view were meant: how many it showed, and where the feed of changes stood, when the button was pressed and when the set was frozen. */
  shown: number | null;
  shownChange: number | null;
  frozenChange: number | null;
  executedAt: Instant | null;
}

interface Words {
  label: string;
  /** "Deactivate 412 users": the button repeats the action and the number. */
  button: (number: number) => string;
  /** "412 users were deactivated." */
  done: (number: number) => string;
  /** What it does, for the sheet. */
  consequence: string;
  isDangerous?: boolean;
}

const were = (number: number, noun: string) => `${counted(number, noun)} ${number === 1 ? 'was' : 'were'}`;

const USER_WORDS: Record<BulkAction, Words> = {
  delete: {
    label: 'Delete',
    button: (number) => `Delete ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} deleted.`,
    consequence:
      'They can no longer sign in and leave the list; sessions and links end at once. Activate restores them.',
    isDangerous: true,
  },
  activate: {
    label: 'Activate',
    button: (number) => `Activate ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} activated.`,
    consequence: 'They may sign in again, with the groups that stand in their records.',
  },
  deactivate: {
    label: 'Deactivate',
    button: (number) => `Deactivate ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} deactivated.`,
    consequence: 'They can no longer sign in; sessions and links end at once. Everything else stays.',
    isDangerous: true,
  },
  reinvite: {
    label: 'Reinvite',
    button: (number) => `Reinvite ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} invited anew.`,
    consequence: 'Each gets a new link, and the links made before no longer work.',
  },
  'reset-login-attempts': {
    label: 'Reset login attempts',
    button: (number) => `Reset login attempts of ${counted(number, 'user')}`,
    done: (number) => `Login attempts of ${counted(number, 'user')} were reset.`,
    consequence:
      'Their counts of failed sign-ins go back to zero, and locks end now: for unknown devices and for known ones.',
  },
  'confirm-access': {
    label: 'Confirm access',
    button: (number) => `Confirm access of ${counted(number, 'user')}`,
    done: (number) => `Access of ${counted(number, 'user')} was confirmed.`,
    consequence: 'You say that their access is still needed. Your name and today’s date stand in their records.',
  },
};

const GROUP_WORDS: Record<(typeof BULK_ACTIONS)['group'][number], Words> = {
  delete: {
    label: 'Delete',
    button: (number) => `Delete ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} deleted.`,
    consequence:
      'They grant nothing from the next click on, and leave the list. Activate restores them with their members.',
    isDangerous: true,
  },
  activate: {
    label: 'Activate',
    button: (number) => `Activate ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} activated.`,
    consequence: 'What they grant holds for their members from the next click on.',
  },
  deactivate: {
    label: 'Deactivate',
    button: (number) => `Deactivate ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} deactivated.`,
    consequence: 'They grant nothing from the next click on. Their members stay listed.',
    isDangerous: true,
  },
};

const WORDS: Record<SubjectType, Partial<Record<BulkAction, Words>>> = { user: USER_WORDS, group: GROUP_WORDS };

export function wordsOf({ subjectType, action }: Pick<BulkOperation, 'subjectType' | 'action'>): Words {
  return WORDS[subjectType][action]!;
}

/** The actions of a list's action bar, in words. */
export function offeredInBulk(subjectType: SubjectType) {
  return BULK_ACTIONS[subjectType].map((action) => ({ action, ...wordsOf({ subjectType, action }) }));
}

export function isSubjectType(text: string): text is SubjectType {
  return Object.hasOwn(BULK_ACTIONS, text);
}

export function isBulkAction(subjectType: SubjectType, text: string): text is BulkAction {
  return (BULK_ACTIONS[subjectType] as readonly string[]).includes(text);
}
