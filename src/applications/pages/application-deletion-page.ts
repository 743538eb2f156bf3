import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Group } from '../../groups/group.ts';
import { findGroupsGranting } from '../../groups/group-store.ts';
import { effectsOf, givenBy } from '../../permissions/effect.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { shortened } from '../../text/text.ts';
import { render } from '../../web/render.ts';
import { requireDeletable } from '../actions/application-editing.ts';
import type { Application } from '../application.ts';
import { backTo } from './addressed-application.ts';

const GROUPS_NAMED = 20;

/** What deleting it takes from whom, to be confirmed. */
export async function showDeletion(
  app: AppContext,
  req: Request,
  res: Response,
  application: Application,
): Promise<void> {
  const { key } = application;
  const granting = await findGroupsGranting(app.db.read, key);
  requireDeletable(req.viewer!, key, granting);
  const changes = granting.map((group) => {
    const { [key]: _, ...to } = group.rights;
    return { groupId: group.id, from: givenBy(group), to: givenBy({ ...group, rights: to }) };
  });
  render(req, res, 'applications/deletion', {
    title: `Delete ${application.name}`,
    application,
    backPath: backTo(req.viewer!, `/applications/${key}`),
    granting: granting.length,
    groups: may(req.viewer!, 'groups', 'read') ? shortened(namesOf(granting), GROUPS_NAMED) : '',
    effects: may(req.viewer!, 'groups', 'read') ? await effectsOf(app, changes) : [],
  });
}

function namesOf(groups: Group[]): string[] {
  return sortedByName(groups, ({ name }) => name).map(({ name }) => name);
}
