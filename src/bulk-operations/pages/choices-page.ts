import type { Request, Response } from 'express';
import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { AskingAction, Choices } from '../../bulk-operations/asking-action.ts';
import { type Errors, FieldErrors, type Typed, typedFields } from '../../forms/form.ts';
import { type Picker, picked, type Searches, soughtIn } from '../../forms/picker.ts';
import { mayChange } from '../../groups/group.ts';
import { findKnownGroups, groupsCalled } from '../../groups/group-suggestions.ts';
import { findTags } from '../../tags/tag-store.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import { BULK_SUBJECTS } from '../actions/bulk-subjects.ts';
import type { BulkOperation } from '../bulk-operation.ts';

const SEARCHES: Searches = { group: 'groupSearch' };

/** What was typed into the questions of an action, with what was just taken or dropped there. */
export function typedChoices({ asks }: AskingAction, body: unknown): Typed {
  const fields = asks.map(({ field }) => field);
  return picked(typedFields(body, [...fields, 'groupSearch', 'step']), SEARCHES);
}

/** What is missing before it can be said whom it would change: which group, until when. */
export async function showQuestions(
  app: AppContext,
  req: Request,
  res: Response,
  operation: BulkOperation,
  { action, typed, errors = {} }: { action: AskingAction; typed: Typed; errors?: Errors },
): Promise<void> {
  const { noun, path } = BULK_SUBJECTS[operation.subjectType];
  const own = `/bulk-operations/${operation.id}/choices`;
  const asksGroup = action.asks.some(({ kind }) => kind === 'group');
  const pickers = asksGroup ? [await groupPicker(app, req.viewer!, typed)] : [];
  const { page: parts, fragments } = pickersOf(req, typed, own, pickers);
  // What is missing is where one begins.
  if (asksGroup && !typed.step && typed.group === '') parts.pickers.group.isFocused = true;
  const page = {
    title: action.label,
    ...parts,
    operation,
    asks: action.asks,
    typed,
    errors,
    noun,
    tags: action.asks.some(({ kind }) => kind === 'tag') ? await findTags(app.db.read, tagged(operation)) : [],
    backPath: operation.view ?? path,
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'bulk-operations/questions', page, {
    status,
    fragments: { ...fragments, 'dialog-body': 'bulk-operations/_questions' },
  });
}

/** The form as it was filled in for these choices. */
export function typedOf(action: AskingAction, choices: Choices): Typed {
  const typed = typedChoices(action, {});
  for (const { field, options } of action.asks) typed[field] = String(choices[field] ?? options?.[0].value ?? '');
  return typed;
}

/** What was chosen, or what is wrong with it. */
export async function checkedChoices(app: AppContext, action: AskingAction, typed: Typed) {
  const { values, errors } = action.check(typed);
  if (errors) return { errors };
  try {
    await action.chosen(app.db.read, values);
    return { values };
  } catch (error) {
    if (error instanceof FieldErrors) return { errors: error.errors };
    throw error;
  }
}

function tagged({ subjectType }: BulkOperation): 'user' | 'group' {
  return subjectType === 'group' ? 'group' : 'user';
}

/** Where there are few groups, all at once. */
async function groupPicker(app: AppContext, viewer: Viewer, typed: Typed): Promise<Picker> {
  const groups = (await findKnownGroups(app, viewer)).filter(({ activity }) => activity !== 'deleted');
  const sought = soughtIn(typed, SEARCHES, 'group');
  const suggested = (group: (typeof groups)[number]) => ({
    value: group.id,
    name: group.name,
    isFixed: !mayChange(viewer, group),
    ...(!mayChange(viewer, group) && {
      note: may(viewer, 'groups', 'write') ? 'grants rights that you do not hold' : 'you may not change groups',
    }),
  });
  const chosen = groups.filter(({ id }) => String(id) === typed.group);
  const found = sought === '' && groups.length <= FEW ? groups : groupsCalled(groups, sought);
  return {
    field: 'group',
    search: 'groupSearch',
    label: 'Search for a group',
    chosen: chosen.map((group) => ({ ...suggested(group), isFixed: false })),
    found: chosen.length > 0 ? [] : found.map(suggested),
    sought,
    nothing: 'No group is found under',
  };
}

const FEW = 8;
