import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { findTagsById } from '../../tags/tag-store.ts';
import { readSought, showFilterValues } from '../../web/filter-values.ts';
import { countTags, seenTags } from '../contact-list.ts';
import { contactsPath, readContactQuery, sortsFor } from '../contact-list-query.ts';
import { viewerOf } from './addressed-contact.ts';

/** All tags by which a view of the contacts can be filtered, of those that the viewer may see. */
export async function showTagFilter(app: AppContext, req: Request, res: Response): Promise<void> {
  const viewer = await viewerOf(app, req);
  const sought = readSought(req);
  const query = readContactQuery(sought.view, sortsFor(viewer));
  await showFilterValues(req, res, sought, {
    noun: 'tag',
    listed: 'contact',
    values: await findTagsById(app.db.read, await seenTags(app, viewer)),
    chosen: query.tag,
    pathWith: (tag) => contactsPath(query, { tag }),
    countIn: (ids) => countTags(app, viewer, query, ids),
  });
}
