import type { Request, Response } from 'express';
import { grants, type Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Application } from '../../applications/application.ts';
import { findApplications } from '../../applications/application-store.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { staleForm } from '../../forms/stale-form.ts';
import type { Group } from '../../groups/group.ts';
import { findGroup } from '../../groups/group-store.ts';
import { render } from '../../web/render.ts';
import { effectsAndEnding } from '../effect.ts';
import { levelField, rightsIn, typedOf, typedPermissions } from '../permission-form.ts';

/** What a group grants on each application, as it was chosen. */
interface Matrix {
  group: Group;
  applications: Application[];
  typed: Typed;
}

/** `theirs`: what somebody else saved since the form was opened, by application. */
export function showMatrix(req: Request, res: Response, matrix: Matrix, theirs?: Errors): void {
  const { group, applications, typed } = matrix;
  const viewer = req.viewer!;
  const mayGive = (key: string, level: 'none' | Level) => level === 'none' || grants(viewer.rights, key, level);
  const page = {
    title: `Permissions of ${group.name}`,
    group,
    typed,
    rows: applications.map(({ key, name, registered }) => ({
      key,
      field: levelField(key),
      name,
      isRegistered: registered !== undefined,
      choices: (['none', 'read', 'write'] as const).map((level) => ({
        level,
        isChosen: typed[levelField(key)] === level,
        mayGive: mayGive(key, level),
      })),
      meanwhile: theirs?.[levelField(key)] ?? '',
    })),
    isStale: theirs !== undefined,
  };
  render(req, res, 'groups/permissions', page, { status: theirs ? 409 : 200 });
}

/** The matrix again, after somebody else saved since it was opened. */
export async function showConflict(
  app: AppContext,
  req: Request,
  res: Response,
  id: number,
  typed: Typed,
): Promise<void> {
  const group = await findGroup(app.db.read, id);
  const applications = await findApplications(app.db.read);
  const keys = keysOf(applications);
  const stale = staleForm(typed, typedOf(group, keys), (body) => typedPermissions(body, keys));
  showMatrix(req, res, { group, applications, typed: stale.typed }, stale.theirs);
}

/** What saving would do, and to how many. */
export async function showSheet(
  app: AppContext,
  req: Request,
  res: Response,
  { group, applications, typed }: Matrix,
): Promise<void> {
  const rights = rightsIn(typed, group, keysOf(applications));
  const cells = applications.map(({ key, name }) => ({
    key,
    name,
    from: group.rights[key] ?? 'none',
    to: rights[key] ?? 'none',
  }));
  const changes = [{ groupId: group.id, from: group.rights, to: rights }];
  const { effects, endingLinks } = await effectsAndEnding(app, changes);
  const page = {
    title: `Change permissions of ${group.name}`,
    group,
    typed,
    fields: [...keysOf(applications).map(levelField), 'version'],
    cells: cells.filter(({ from, to }) => from !== to),
    effects,
    // To make links is to change users.
    endingLinks: may(req.viewer!, 'users', 'write') ? endingLinks : 0,
    mayMail: app.mail !== undefined,
  };
  render(req, res, 'groups/permissions-sheet', page);
}

export function keysOf(applications: Application[]): string[] {
  return applications.map((application) => application.key);
}
