import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { readAllTicked } from '../../bulk-operations/pages/draft/left-out.ts';
import type { Reader } from '../../db/database.ts';
import { findNewestEntry } from '../../facets/following/feed.ts';
import { PATIENCE_OF_A_PAGE } from '../../facets/following/follower.ts';
import { type AllTicked, allShown } from '../../lists/exceptions.ts';
import { type Column, listFrame } from '../../lists/list-frame.ts';
import { findTagsById, type Tag } from '../../tags/tag-store.ts';
import { marking, searchedWords } from '../../text/text.ts';
import { answerList } from '../../web/list-answer.ts';
import { readHabits } from '../../web/reader/list-habits.ts';
import { CONTACT_OPERATIONS } from '../actions/operations/contact-operations.ts';
import { type Contact, type ContactViewer, mayEdit } from '../contact.ts';
import { CONTACT_CHANGES } from '../contact-index.ts';
import { type ContactList, listContacts, listContactsMeanwhile } from '../contact-list.ts';
import { type ContactQuery, contactsPath, readContactQuery, type SortKey, sortsFor } from '../contact-list-query.ts';
import { viewerOf } from './addressed-contact.ts';
import { contactFilters } from './contact-filters.ts';

const COLUMNS: Column<SortKey>[] = [
  { sort: 'name', label: 'Name', width: 'wide' },
  { sort: 'email', label: 'Email', width: 'widest' },
  { sort: 'accounts', label: 'Accounts', width: 'middle' },
  { sort: 'owner', label: 'Owner', width: 'middle' },
  { sort: 'user', label: 'Linked user', width: 'rest' },
  { sort: 'added', label: 'Added', width: 'narrow', givesWay: true },
];

const TOP_TAGS = 20;
/** So many actions stand in the bar; the others one press further away. */
const AT_HAND = 5;

interface Shown {
  viewer: ContactViewer;
  query: ContactQuery;
  /** Without counts where they are not known yet. */
  list: Omit<ContactList, 'counts' | 'isMeant'> & Partial<Pick<ContactList, 'counts' | 'isMeant'>>;
  /** Where the feed of changes stood before it was read; left out where nobody knows yet who is meant. */
  change?: number;
  tags: Tag[];
  /** The names of the filters that the reader has folded away. */
  folded: string[];
  allTicked?: AllTicked;
}

/** The list of contacts, as the address asks for it. */
export async function showContacts(app: AppContext, req: Request, res: Response): Promise<void> {
  const viewer = await viewerOf(app, req);
  const { per, folded } = readHabits(req);
  const query = readContactQuery(req.query, sortsFor(viewer), per);
  // What changes from here on is told of in the sheet.
  const change = await findNewestEntry(app.db.read, CONTACT_CHANGES);
  if (!(await app.contactIndex.refreshWithin(PATIENCE_OF_A_PAGE))) return showMeanwhile(app, req, res, viewer, query);
  const list = await listContacts(app, viewer, query, TOP_TAGS);
  const isBehindEnd = list.contacts.length === 0 && list.total > 0;
  const found = { path: '/contacts', query, isBehindEnd, firstPage: contactsPath(query), secure: app.config.secure };
  await answerList(req, res, found, async () => {
    const tags = await findTagsById(app.db.read, [...list.counts.tag.keys()]);
    return contactsPage(app.db.read, {
      viewer,
      query,
      list,
      change,
      tags,
      folded,
      allTicked: await readAllTicked(app, req, 'contact'),
    });
  });
}

/** The list while nothing can be counted yet: its rows are there, and its numbers come by themselves. */
async function showMeanwhile(app: AppContext, req: Request, res: Response, viewer: ContactViewer, asked: ContactQuery) {
  const { query, ...found } = await listContactsMeanwhile(app, viewer, asked);
  const tags = await findTagsById(app.db.read, found.tags);
  const list = { ...found, total: found.contacts.length };
  const page = await contactsPage(app.db.read, { viewer, query, list, tags, folded: readHabits(req).folded });
  const answered = {
    path: '/contacts',
    query,
    isBehindEnd: false,
    firstPage: contactsPath(query),
    secure: app.config.secure,
  };
  await answerList(req, res, answered, () => ({ ...page, list: { ...page.list, isCounting: true } }));
}

/** Everything that the list's page shows, with the address that each link leads to. */
async function contactsPage(db: Reader, { viewer, query, list, change, tags, folded, allTicked }: Shown) {
  const { counts, isMeant } = list;
  const words = searchedWords(query.q);
  const mayWrite = may(viewer, 'contacts', 'write');
  return {
    title: 'Contacts',
    contacts: list.contacts,
    mayWrite,
    mayEdit: (contact: Contact) => mayEdit(viewer, contact),
    mayReadUsers: may(viewer, 'users', 'read'),
    marking: () => marking(words),
    list: listFrame({
      name: 'contacts',
      path: '/contacts',
      label: 'Contacts',
      noun: 'contact',
      searchHint: 'Name, email or phone',
      importPath: mayWrite ? '/contacts/import' : undefined,
      query,
      ranks: counts !== undefined,
      pathTo: (change) => contactsPath(query, change),
      columns: columnsFor(viewer),
      filters: await contactFilters(db, { viewer, query, list, tags }),
      folded,
      total: list.total,
      previous: list.previous,
      next: list.next,
      rows: 'contacts/_rows',
      empty: {
        unmatched: 'No contact matches all of this.',
        none: 'There are no contacts yet.',
        icon: 'organization',
        first: mayWrite ? { label: 'Create the first person', path: '/contacts/new?kind=person' } : undefined,
      },
      bulk: {
        actions: CONTACT_OPERATIONS.slice(0, AT_HAND),
        hasMore: true,
        fields: [
          ['subject', 'contact'],
          ['view', contactsPath(query)],
          ['shown', list.total],
          ['change', change ?? ''],
        ],
        // While they are still being counted nobody knows who is meant.
        meansAll: counts !== undefined,
        allTicked: isMeant && allTicked && allShown(allTicked, { isMeant }, list.contacts),
      },
      hasMenus: false,
    }),
  };
}

function columnsFor(viewer: ContactViewer): Column<SortKey>[] {
  const sorts = sortsFor(viewer);
  return COLUMNS.filter(({ sort }) => sorts.includes(sort!));
}
