import type { Request, Response } from 'express';
import { may, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { findApplications } from '../../../applications/application-store.ts';
import { minuteOf } from '../../../clock.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Reader } from '../../../db/database.ts';
import { type Errors, type Typed, typedFields } from '../../../forms/form.ts';
import { type Picker, picked, type Searches, soughtIn } from '../../../forms/picker.ts';
import { GRANTS_MORE, mayChange } from '../../../groups/group.ts';
import { findKnownGroups, groupsCalled } from '../../../groups/group-suggestions.ts';
import { findTags, type Tag } from '../../../tags/tag-store.ts';
import type { Format } from '../../../text/format.ts';
import { findUsersCalled, suggestedByName } from '../../../users/list/user-suggestions.ts';
import { stateLimits } from '../../../users/user-state.ts';
import { pickersOf } from '../../../web/picker.ts';
import { render } from '../../../web/render.ts';
import { BULK_SUBJECTS } from '../../actions/bulk-subjects.ts';
import type { Ask, AskingAction, Choices } from '../../asking-action.ts';
import type { BulkOperation } from '../../bulk-operation.ts';

/** In which fields one searches for what is asked. */
function searchesOf({ asks }: AskingAction): Searches {
  return Object.fromEntries(
    asks.flatMap(({ kind, field }): [string, string][] => {
      if (kind === 'group') return [[field, 'groupSearch']];
      return kind === 'user' || kind === 'owning-group' ? [[field, field]] : [];
    }),
  );
}

/** What was typed into the questions of an action, with what was just taken or dropped there. */
export function typedChoices(action: AskingAction, body: unknown): Typed {
  const fields = action.asks.map(({ field }) => field);
  return picked(typedFields(body, [...fields, 'groupSearch', 'step']), searchesOf(action));
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
  const pickers = await pickersFor(app, req.viewer!, action, typed);
  const { page: parts, fragments } = pickersOf(req, typed, own, pickers);
  // What is missing is where one begins.
  const [first] = action.asks;
  const isFirstSought = first.kind === 'group' || first.kind === 'user';
  if (isFirstSought && !typed.step && typed[first.field] === '') parts.pickers[first.field].isFocused = true;
  const page = {
    title: action.label,
    ...parts,
    operation,
    asks: await withApplications(app.db.read, action.asks),
    typed,
    errors,
    noun,
    tags: action.asks.some(({ kind }) => kind === 'tag') ? await tagsFor(app.db.read, operation) : [],
    backPath: operation.view ?? path,
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'bulk-operations/questions', page, {
    status,
    fragments: { ...fragments, 'dialog-body': 'bulk-operations/_questions' },
  });
}

/** An application is one of those that there are by now. */
async function withApplications(db: Reader, asks: Ask[]): Promise<Ask[]> {
  if (!asks.some(({ kind }) => kind === 'application')) return asks;
  const options = (await findApplications(db)).map(({ key, name }) => ({ value: key, label: name }));
  return asks.map((ask) => (ask.kind === 'application' ? { ...ask, kind: 'option', options } : ask));
}

async function pickersFor(app: AppContext, viewer: Viewer, action: AskingAction, typed: Typed): Promise<Picker[]> {
  const searches = searchesOf(action);
  const pickers: Picker[] = [];
  for (const { kind, field, label, help } of action.asks) {
    const sought = { field, label, help, sought: soughtIn(typed, searches, field) };
    if (kind === 'group') pickers.push(await groupPicker(app, viewer, typed, sought.sought));
    if (kind === 'user') pickers.push(await userPicker(app, viewer, sought));
    if (kind === 'owning-group') pickers.push(await owningGroupPicker(app, viewer, sought));
  }
  return pickers;
}

type Sought = Pick<Picker, 'field' | 'label' | 'help' | 'sought'>;

/** Who may not look at users finds nobody. */
async function userPicker(app: AppContext, viewer: Viewer, sought: Sought): Promise<Picker> {
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
  const found = (await findUsersCalled(sources, sought.sought)).filter(({ badges }) => !badges.includes('api-only'));
  return {
    ...sought,
    search: sought.field,
    chosen: [],
    found: suggestedByName(found),
    nothing: 'Nobody is found under',
  };
}

async function owningGroupPicker(app: AppContext, viewer: Viewer, sought: Sought): Promise<Picker> {
  const { groupIds } = await findContactViewer(app.db.read, viewer, minuteOf(app.clock()));
  const { groups: names } = app.index;
  await names.refresh();
  const groups = names.named(may(viewer, 'groups', 'read') ? undefined : groupIds);
  const found = groupsCalled(groups, sought.sought).map(({ name }) => ({ value: name, name }));
  return { ...sought, search: sought.field, chosen: [], found, nothing: 'No group is found under' };
}

function typedAs(kind: Ask['kind'], value: string, format: Format): string {
  if (kind === 'end') return format.typedEnd(value || null);
  return kind === 'start' ? format.typedStart(value || null) : value;
}

/** The form as it was filled in for these choices. */
export function typedOf(action: AskingAction, choices: Choices, format: Format): Typed {
  const typed = typedChoices(action, {});
  for (const { kind, field, options } of action.asks) {
    const value = String(choices[field] ?? options?.[0].value ?? '');
    typed[field] = typedAs(kind, value, format);
  }
  return typed;
}

/** Those of contacts are known by whoever sees such a contact, and not offered. */
async function tagsFor(db: Reader, { subjectType }: BulkOperation): Promise<Tag[]> {
  return subjectType === 'contact' ? [] : findTags(db, subjectType);
}

/** Where there are few groups, all at once. */
async function groupPicker(app: AppContext, viewer: Viewer, typed: Typed, sought: string): Promise<Picker> {
  const groups = await findKnownGroups(app, viewer);
  const suggested = (group: (typeof groups)[number]) => ({
    value: group.id,
    name: group.name,
    isFixed: !mayChange(viewer, group),
    ...(!mayChange(viewer, group) && {
      note: may(viewer, 'groups', 'write') ? GRANTS_MORE : 'you may not change groups',
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
