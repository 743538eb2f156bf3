import type { Request, Response } from 'express';
import type { Reader } from '../db/database.ts';
import { findTagsOf } from '../tags/tag-store.ts';
import type { Errors, Typed } from '../web/form.ts';
import { render } from '../web/render.ts';
import { savedMeanwhile } from '../web/stale-form.ts';
import type { Group } from './group.ts';
import { mayAppoint } from './group-editing.ts';
import { typedGroup, typedOf } from './group-form.ts';
import { findGroupByName, taken } from './group-store.ts';

interface FormState {
  typed: Typed;
  errors?: Errors;
  status?: number;
  /** The group that is edited; undefined for a new one. */
  group?: Group;
  /** Whether it was typed before the session ended. */
  isRestored?: boolean;
  /** What stands in the database by now, when somebody else changed it since the form was opened. */
  theirs?: Typed;
}

/** New Group and Edit: one page, filled from the same fields. */
export function showGroupForm(req: Request, res: Response, state: FormState): void {
  const { typed, group, theirs } = state;
  const page = {
    title: group ? `Edit ${group.name}` : 'New Group',
    // After a conflict the next comparison begins at what is shown now.
    typed: theirs ? { ...typed, opened: theirs.opened } : typed,
    isRestored: state.isRestored ?? false,
    errors: state.errors ?? {},
    theirs: theirs && savedMeanwhile(typed, theirs, typedGroup),
    group,
    mayAppoint: mayAppoint(req.viewer!),
  };
  render(req, res, 'groups/form', page, { status: state.status });
}

/** The form again with all that is wrong with it, a name that is taken included. */
export async function showMistakes(
  db: Reader,
  req: Request,
  res: Response,
  { typed, errors, group }: { typed: Typed; errors: Errors; group?: Group },
): Promise<void> {
  const name = String(typed.name);
  const other = name.trim() === '' || name.trim() === group?.name ? undefined : await findGroupByName(db, name);
  const isTaken = other !== undefined && other.id !== group?.id;
  const known = { ...(isTaken && { name: taken(name) }), ...errors };
  showGroupForm(req, res, { typed, errors: known, group, status: 422 });
}

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, group: Group): Promise<Typed> {
  const tags = (await findTagsOf(db, 'group', group.id)).map((tag) => tag.name);
  const typed = typedOf(group, tags);
  return { ...typed, opened: JSON.stringify(typed) };
}
