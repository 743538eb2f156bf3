import { typedFields } from '../../../forms/form.ts';
import { Malformed } from '../../../verbs/refusals.ts';
import { isSubjectType, type SubjectType } from '../../bulk-operation.ts';

/** Of what kind those are whom the form of a list means. */
export function subjectTypeIn(body: unknown): SubjectType {
  const { subject } = typedFields(body, ['subject']);
  const subjectType = subject === '' ? 'user' : subject;
  if (!isSubjectType(subjectType)) throw new Malformed('There is no such action.');
  return subjectType;
}
