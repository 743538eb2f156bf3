import type { Request } from 'express';
import { givesAdministration } from '../../access/administrators.ts';
import type { AppContext } from '../../app-context.ts';
import { MANY } from '../../bulk-operations/actions/weighty-operation.ts';
import { visibleOperation } from '../../bulk-operations/pages/operation/visible-operation.ts';
import { findGroups } from '../../groups/group-store.ts';
import { givenBy } from '../../permissions/effect.ts';
import { identityKey } from '../../text/identity-key.ts';
import { draftedPeople } from '../actions/people-draft.ts';

/** Whether a list is long, or makes administrators (R54). */
export async function isWeightyList(app: AppContext, req: Request): Promise<boolean> {
  const { typed, rows } = draftedPeople(await visibleOperation(app, req, { acts: true }));
  if (rows.length > MANY) return true;
  const ids = new Set([typed.groups].flat().map(Number));
  const names = new Set(rows.flatMap(({ groups }) => groups.split(',')).map((name) => identityKey(name.trim())));
  const meant = (await findGroups(app.db.read)).filter(({ id, name }) => ids.has(id) || names.has(identityKey(name)));
  return meant.some((group) => givesAdministration(givenBy(group)));
}
