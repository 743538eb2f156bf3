import { mayAdminister } from '../../../access/viewer.ts';
import type { Fields } from '../../../audit/audit-event.ts';
import { minuteOf } from '../../../clock.ts';
import type { Reader } from '../../../db/database.ts';
import { FieldErrors } from '../../../forms/form.ts';
import type { Judge } from '../../../verbs/action.ts';
import {
  allowed,
  forbidden,
  forbiddenFields,
  inapplicable,
  leaveOut,
  NOT_YOURS,
  type Outcome,
  stale,
  unfitFields,
  WAS_ERASED,
} from '../../../verbs/outcome.ts';
import { Forbidden } from '../../../verbs/refusals.ts';
import type { Subject } from '../../user.ts';
import { findSubjects } from '../../user-store.ts';
import { ownRules } from './own-rules.ts';
import { answersForItself, unfitDates, withoutEmail } from './person-rules.ts';
import type { UserChange } from './user-change.ts';
import { chosenAmong, chosenBy, detailsAfter, findNamed } from './user-choices.ts';
import { auditDifferences, type DetailPart, findDetails, type UserDetails } from './user-details.ts';

/** What a change would come to. */
export interface PlannedChange {
  outcomes: Outcome<Subject>[];
  /** Of whom something differs. */
  steps: Step[];
}

/** One user with what becomes of them. */
export interface Step {
  subject: Subject;
  before: UserDetails;
  after: UserDetails;
  /** Only what differs. */
  told: { before: Fields; after: Fields };
}

/** The versions that somebody was shown, by user: who is another by now is left out. */
export type Versions = ReadonlyMap<number, number>;

/** Who of these may be changed by whom, as they were shown. */
export async function judgeChange(
  db: Reader,
  { by, at }: Judge,
  ids: number[],
  versions?: Versions,
): Promise<Outcome<Subject>[]> {
  const subjects = await findSubjects(db, ids, minuteOf(at));
  return subjects.map((subject): Outcome<Subject> => {
    if (!mayAdminister(by, subject)) return { subject, refusal: forbidden(NOT_YOURS) };
    if (subject.erasedAt !== null) return { subject, refusal: inapplicable(WAS_ERASED) };
    const isShown = versions === undefined || versions.get(subject.id) === subject.version;
    return isShown ? { subject } : { subject, refusal: stale() };
  });
}

/** What would become of each of these who is not left out already. Throws as `changeUsers` does. */
export async function planChange(
  db: Reader,
  by: Judge,
  outcomes: Outcome<Subject>[],
  change: UserChange,
): Promise<PlannedChange> {
  const chosen = await chosenBy(db, by, change);
  const details = await findDetails(db, allowed(outcomes), partsIn([change]));
  const after = new Map<number, UserDetails>();
  for (const subject of allowed(outcomes))
    after.set(subject.id, detailsAfter(by, subject, details.get(subject.id)!, chosen));
  const rules = await ownRules(db, by);
  leaveOut(outcomes, ({ id }) => withoutEmail(after.get(id)!));
  leaveOut(outcomes, (subject) => answersForItself(subject, details.get(subject.id)!, after.get(subject.id)!));
  leaveOut(outcomes, (subject) => rules(subject, details.get(subject.id)!, after.get(subject.id)!));
  leaveOut(outcomes, ({ id }) => unfitDates(details.get(id)!, after.get(id)!, by.at, change));
  return { outcomes, steps: allowed(outcomes).flatMap((subject) => stepOf(subject, details, after)) };
}

/** What would become of each of these by its own change. */
export async function planEach(
  db: Reader,
  by: Judge,
  outcomes: Outcome<Subject>[],
  changes: ReadonlyMap<number, UserChange>,
): Promise<PlannedChange> {
  const named = await findNamed(db, by, [...changes.values()]);
  const details = await findDetails(db, allowed(outcomes), partsIn([...changes.values()]));
  const rules = await ownRules(db, by);
  const after = new Map<number, UserDetails>();
  leaveOut(outcomes, (subject) => {
    const before = details.get(subject.id)!;
    const change = changes.get(subject.id)!;
    try {
      const next = detailsAfter(by, subject, before, chosenAmong(by, change, named));
      after.set(subject.id, next);
      const unfit = withoutEmail(next) ?? answersForItself(subject, before, next);
      return unfit ?? rules(subject, before, next) ?? unfitDates(before, next, by.at, change);
    } catch (error) {
      if (error instanceof FieldErrors) return unfitFields(error.errors);
      if (error instanceof Forbidden) return forbiddenFields({ groups: error.message });
      throw error;
    }
  });
  return { outcomes, steps: allowed(outcomes).flatMap((subject) => stepOf(subject, details, after)) };
}

/** What changes can be told without is not read. */
function partsIn(changes: UserChange[]): ReadonlySet<DetailPart> {
  const parts = new Set<DetailPart>();
  for (const { contactId, groups, tags, apiOnly, program } of changes) {
    if (contactId !== undefined) parts.add('contact');
    if (groups !== undefined) parts.add('groups');
    if (tags !== undefined) parts.add('tags');
    if (apiOnly !== undefined || program !== undefined) parts.add('owner');
  }
  return parts;
}

function stepOf(subject: Subject, before: Map<number, UserDetails>, after: Map<number, UserDetails>): Step[] {
  const [from, to] = [before.get(subject.id)!, after.get(subject.id)!];
  const told = auditDifferences(from, to);
  return told ? [{ subject, before: from, after: to, told }] : [];
}
