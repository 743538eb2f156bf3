/** Why an action is refused. `forbidden`: this viewer may not. `inapplicable`: there is nothing to do. `stale`: it is another than it was shown. */
export interface Refusal {
  kind: 'forbidden' | 'inapplicable' | 'stale';
  /** A clause that follows the subject's name: "bob is yourself", "bob has no password yet". */
  reason: string;
  /** Where it is about fields of a form: a sentence for each. */
  fields?: Record<string, string>;
}

/** What an action comes to for one of a set: done, or left out for a reason. */
export interface Outcome<Subject> {
  subject: Subject;
  refusal?: Refusal;
}

export const forbidden = (reason: string): Refusal => ({ kind: 'forbidden', reason });
export const inapplicable = (reason: string): Refusal => ({ kind: 'inapplicable', reason });

export const stale = (): Refusal => ({ kind: 'stale', reason: 'was changed since' });

/** About what somebody may not say of the subject. */
export const forbiddenFields = (fields: Record<string, string>): Refusal => ({
  kind: 'forbidden',
  reason: 'cannot be changed so by you',
  fields,
});

/** About what will not do for the subject. */
export const unfitFields = (fields: Record<string, string>): Refusal => ({
  kind: 'inapplicable',
  reason: 'cannot be changed so',
  fields,
});

/** What a sentence says against it, as the reason of somebody: a colon or a full stop follows. */
export const notSo = (sentence: string): string => `cannot be changed so: ${sentence.replace(/\.$/, '')}`;

/** Of whoever has rights above those of the viewer (R61). */
export const NOT_YOURS = 'has rights that you do not hold';
/** What is left of somebody erased is a number. */
export const WAS_ERASED = 'was erased';

/** Those whom nothing keeps from it. */
export function allowed<Subject>(outcomes: Outcome<Subject>[]): Subject[] {
  return outcomes.filter((outcome) => !outcome.refusal).map((outcome) => outcome.subject);
}

/** Leaves out those of whom `reasonOf` says why; who is left out already stays so for the first reason. */
export function leaveOut<Subject>(
  outcomes: Outcome<Subject>[],
  reasonOf: (subject: Subject) => Refusal | undefined,
): void {
  for (const outcome of outcomes) outcome.refusal ??= reasonOf(outcome.subject);
}

/** What a form says beside its fields stands with the reason where there is no form. */
export function withFields(outcomes: Outcome<unknown>[]): void {
  for (const outcome of outcomes) {
    const { refusal } = outcome;
    if (!refusal?.fields) continue;
    // A colon or a full stop follows.
    const reason = `${refusal.reason}: ${Object.values(refusal.fields).join(' ').replace(/\.$/, '')}`;
    outcome.refusal = { kind: refusal.kind, reason };
  }
}
