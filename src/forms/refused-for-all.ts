import { allowed, forbidden, inapplicable, leaveOut, notSo, type Outcome } from '../verbs/outcome.ts';
import { Conflict, Forbidden } from '../verbs/refusals.ts';
import { FieldErrors } from './form.ts';

/** What will not do for anybody leaves everybody out who is not yet. */
export async function unlessRefused<Subject>(outcomes: Outcome<Subject>[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FieldErrors || error instanceof Forbidden || error instanceof Conflict)) throw error;
    const refuse = error instanceof Forbidden ? forbidden : inapplicable;
    if (allowed(outcomes).length > 0) leaveOut(outcomes, () => refuse(notSo(error.message)));
  }
}
