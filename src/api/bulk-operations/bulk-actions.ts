import { askedOf, findBulkAction, type Operation } from '../../bulk-operations/actions/bulk-subjects.ts';
import { checkedChoices } from '../../bulk-operations/actions/checked-choices.ts';
import { type AskingAction, isAsking } from '../../bulk-operations/asking-action.ts';
import { findWritten } from '../../bulk-operations/bulk-item-store.ts';
import { type BulkOperation, type SubjectType, UNDO } from '../../bulk-operations/bulk-operation.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { findItemIds } from '../../bulk-operations/bulk-piece-store.ts';
import type { Reader } from '../../db/database.ts';
import { FieldErrors, RefusedFields, type Typed } from '../../forms/form.ts';
import { format } from '../../text/format.ts';
import type { Judge } from '../../verbs/action.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { Unprocessable } from '../contract/problem.ts';

/** What programs may do to many users: nothing of passwords, factors and ways in. Of groups and contacts, all. */
const OF_USERS = [
  'deactivate',
  'activate',
  'delete',
  'reinvite',
  'withdraw-invitation',
  'reset-login-attempts',
  'end-sessions',
  'confirm-access',
  'add-to-group',
  'remove-from-group',
  'set-membership-end',
  'add-tag',
  'remove-tag',
  'set-start',
  'set-leaving',
  'extend',
  'set-no-shared-data',
  'keep-program',
  'hand-over-program',
];
/** What was done by forms, and may be taken back. */
const FORMS = ['edit', 'create', 'edit-permissions', 'apply'];

const NOT_FOR_PROGRAMS = 'No token does that, or takes it back: somebody does on the page.';

/** Throws Unprocessable for what there is not, or not for programs. */
export function actionMeant(subjectType: SubjectType, name: string): Operation {
  const action = findBulkAction(subjectType, name);
  if (!action || !isForPrograms(subjectType, action.name))
    throw new Unprocessable({ action: `There is no action ${name} on ${subjectType}s for programs.` });
  return action;
}

function isForPrograms(subjectType: SubjectType, name: string): boolean {
  return subjectType !== 'user' || OF_USERS.includes(name);
}

/** Throws Forbidden for an operation that is nothing for a program to carry out: it may have been begun on a page. */
export async function requireForPrograms(db: Reader, operation: BulkOperation): Promise<void> {
  const meant = await undoneBy(db, operation);
  const { subjectType, action } = meant;
  const isUndone = meant.id !== operation.id;
  if (!isForPrograms(subjectType, action) && !(isUndone && FORMS.includes(action)))
    throw new Forbidden(NOT_FOR_PROGRAMS);
  // By a form somebody may have become a program, or a person.
  if (!isUndone || action !== 'edit' || subjectType !== 'user') return;
  const written = await findWritten(db, meant.id, await findItemIds(db, operation.id));
  if ([...written.values()].some(({ before }) => 'apiOnly' in before)) throw new Forbidden(NOT_FOR_PROGRAMS);
}

/** What is taken back in the end, where one takes back what took another one back. */
async function undoneBy(db: Reader, operation: BulkOperation): Promise<BulkOperation> {
  let meant = operation;
  while (meant.action === UNDO && meant.undoes !== null) meant = await findOperation(db, meant.undoes);
  return meant;
}

/** What is asked besides the action. What is left out must not come to mean "take it away". */
export async function choicesMeant(
  db: Reader,
  by: Judge,
  action: Operation,
  values: Record<string, string | number | null>,
): Promise<BulkOperation['choices'] | undefined> {
  const asked = askedOf(action);
  const asks = asked?.asks ?? [];
  const errors: Record<string, string> = {};
  for (const { field, label } of isAsking(action) ? asks : [])
    if (!Object.hasOwn(values, field)) errors[field] = `Say it, or null for none: ${label}.`;
  for (const field of Object.keys(values))
    if (!asks.some((ask) => ask.field === field)) errors[field] = `${action.name} does not ask it.`;
  for (const { field, label } of asks)
    if (typeof values[field] === 'string' && values[field].trim() === '')
      errors[field] = `Nothing is said. Say it, or null for none: ${label}.`;
  if (Object.keys(errors).length > 0) throw new Unprocessable(inValues(errors));
  if (!asked || (!isAsking(action) && Object.keys(values).length === 0)) return undefined;
  try {
    return await checkedChoices(db, by, asked, typedIn(asked, values), format);
  } catch (error) {
    if (error instanceof RefusedFields) throw new RefusedFields(inValues(error.errors));
    if (error instanceof FieldErrors) throw new Unprocessable(inValues(error.errors));
    throw error;
  }
}

function typedIn({ asks }: AskingAction, values: Record<string, string | number | null>): Typed {
  return Object.fromEntries(asks.map(({ field }) => [field, String(values[field] ?? '')]));
}

function inValues(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, message]) => [`values.${field}`, message]));
}
