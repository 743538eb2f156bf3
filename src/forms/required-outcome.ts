import type { Outcome } from '../verbs/outcome.ts';
import { Conflict, Forbidden } from '../verbs/refusals.ts';
import { FieldErrors, RefusedFields, StaleVersion } from './form.ts';

/** What a form means is done to its one subject or to nobody. Throws StaleVersion, RefusedFields, FieldErrors, Forbidden or Conflict. */
export function requireDone<Subject extends { name: string }>(outcomes: Outcome<Subject>[]): void {
  for (const { subject, refusal } of outcomes) {
    if (!refusal) continue;
    const { kind, reason, fields } = refusal;
    if (kind === 'stale') throw new StaleVersion();
    if (fields) throw kind === 'forbidden' ? new RefusedFields(fields) : new FieldErrors(fields);
    const words = `${subject.name} ${reason}.`;
    throw kind === 'forbidden' ? new Forbidden(words) : new Conflict(words);
  }
}
