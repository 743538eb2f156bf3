import type { Request } from 'express';
import { idIn } from '../text/record-id.ts';
import { NotFound } from '../verbs/refusals.ts';

/** The id of the record that an address names. Throws NotFound where it names none. */
export function addressedId(req: Request, name = 'id', nothing?: string): number {
  const id = idIn(req.params[name]);
  if (id === undefined) throw new NotFound(nothing);
  return id;
}
