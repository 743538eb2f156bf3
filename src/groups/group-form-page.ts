import type { Request, Response } from 'express';
import type { Reader } from '../db/database.ts';
import { findTagsOf } from '../tags/tag-store.ts';
import type { Errors, Typed } from '../web/form.ts';
import { render } from '../web/render.ts';
import { savedMeanwhile } from '../web/stale-form.ts';
import type { Group } from './group.ts';
import { mayAppoint } from './group-editing.ts';
import { typedGroup, typedOf } from './group-form.ts';

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

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, group: Group): Promise<Typed> {
  const tags = (await findTagsOf(db, 'group', group.id)).map((tag) => tag.name);
  const typed = typedOf(group, tags);
  return { ...typed, opened: JSON.stringify(typed) };
}
