import type { Request, Response } from 'express';
import { targetOf } from './render.ts';

/** To another page as a whole, also where what was sent stood in a dialog: what lies behind that is not so any more. */
export function leadTo(req: Request, res: Response, path: string): void {
  if (targetOf(req) === 'dialog-body') res.set('HX-Redirect', path).status(204).end();
  else res.redirect(303, path);
}
