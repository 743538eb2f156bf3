import type { RequestHandler } from 'express';
import type { Application, Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { Forbidden, NotSignedIn } from '../../verbs/refusals.ts';

/** All routes below it are closed to strangers. */
export const requireSignIn: RequestHandler = (req, _res, next) => {
  if (!req.viewer) throw new NotSignedIn();
  next();
};

/** Who may not even read an application does not learn that it is there (404); who may read but not write gets 403. */
export function demandRight(viewer: Viewer, application: Application, level: Level): void {
  if (!may(viewer, application, 'read')) throw new Forbidden('There is nothing at this address.', true);
  if (!may(viewer, application, level)) throw new Forbidden(`You may look at ${application} but not change them.`);
}

/** The same for every request to a route. */
export function requireRight(application: Application, level: Level): RequestHandler {
  return (req, _res, next) => {
    if (!req.viewer) throw new NotSignedIn();
    demandRight(req.viewer, application, level);
    next();
  };
}
