import type { Request, Response } from 'express';
import { mayAdminister, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { type Picker, soughtIn } from '../../forms/picker.ts';
import { asOpened, staleForm } from '../../forms/stale-form.ts';
import { groupKeptBy } from '../../provisioning/provisioned-fields.ts';
import { findTagsOf } from '../../tags/tag-store.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import { type Group, mayAppoint } from '../group.ts';
import { GROUP_SEARCHES, typedGroup, typedOf } from '../group-form.ts';
import { findGroup, findGroupByName, taken } from '../group-store.ts';

interface FormState {
  typed: Typed;
  errors?: Errors;
  status?: number;
  /** The group that is edited; undefined for a new one. */
  group?: Group;
  /** What somebody else saved since the form was opened, by field. */
  theirs?: Errors;
}

/** New Group and Edit: one page, filled from the same fields. */
export async function showGroupForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { group, typed } = state;
  const picker = await leaderPicker(app, req.viewer!, state);
  const { page: parts, fragments } = pickersOf(req, typed, group ? `/groups/${group.id}` : '/groups', [picker]);
  const page = {
    title: group ? `Edit ${group.name}` : 'New Group',
    ...parts,
    typed,
    errors: state.errors ?? {},
    theirs: state.theirs,
    group,
    keptBy: group && (await groupKeptBy(app.db.read, group.id)),
    mayAppoint: mayAppoint(req.viewer!),
    secondFactorDays: app.config.secondFactorDays,
  };
  render(req, res, 'groups/form', page, { status: state.status, fragments });
}

/** A member of the group; of a new one, whose first member the leader becomes, whoever the viewer may change. */
async function leaderPicker(app: AppContext, viewer: Viewer, { typed, group, errors }: FormState): Promise<Picker> {
  const sought = mayAppoint(viewer) ? soughtIn(typed, GROUP_SEARCHES, 'leader', errors) : '';
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
  const found = await findUsersCalled(sources, sought, { activity: ['active'], groupId: group?.id });
  const ids = found.filter((one) => !one.badges.includes('api-only')).map((one) => one.id);
  const subjects = await findSubjects(app.db.read, ids, minuteOf(app.clock()));
  return {
    field: 'leader',
    search: 'leader',
    label: 'Leader',
    help: group
      ? 'Name or system email of a member. Empty: nobody leads it.'
      : 'Name or system email of who answers for the group; becomes its first member. Empty: nobody leads it.',
    chosen: [],
    found: suggestedByName(subjects.filter((subject) => group || mayAdminister(viewer, subject))),
    sought,
    nothing: group ? 'No member is found under' : 'Nobody is found under',
  };
}

/** The form again with all that is wrong with it, a name that is taken included. */
export async function showMistakes(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, errors, group }: { typed: Typed; errors: Errors; group?: Group },
): Promise<void> {
  const name = String(typed.name);
  const other =
    name.trim() === '' || name.trim() === group?.name ? undefined : await findGroupByName(app.db.read, name);
  const isTaken = other !== undefined && other.id !== group?.id;
  const known = { ...(isTaken && { name: taken(name) }), ...errors };
  await showGroupForm(app, req, res, { typed, errors: known, group, status: 422 });
}

/** The form again, after somebody else saved since it was opened. */
export async function showConflict(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, group }: { typed: Typed; group: Group },
): Promise<void> {
  const now = await findGroup(app.db.read, group.id);
  const stale = staleForm(typed, await typedNow(app.db.read, now), typedGroup);
  await showGroupForm(app, req, res, { ...stale, group: now, status: 409 });
}

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, group: Group): Promise<Typed> {
  const tags = (await findTagsOf(db, 'group', group.id)).map((tag) => tag.name);
  return asOpened(typedOf(group, tags));
}
