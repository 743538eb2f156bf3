import type { Request } from 'express';
import type { Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { firstOf } from '../../lists/list-query.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { Application } from '../application.ts';
import { findApplication } from '../application-store.ts';

/** The application that the address names; those that are a part of Roster are nobody's to change. */
export async function registeredOf(app: AppContext, req: Request): Promise<Application> {
  const application = await findApplication(app.db.read, String(req.params.key));
  if (!application.registered) throw new Forbidden('This application is a part of Roster.');
  return application;
}

/** Who registers applications may be nobody who reads what they grant to whom: they come back to the installation. */
export function backTo(viewer: Viewer, path: string): string {
  return may(viewer, 'groups', 'read') && may(viewer, 'users', 'read') ? path : '/installation';
}

export function levelOf(value: unknown): Level {
  return firstOf(value) === 'write' ? 'write' : 'read';
}
