import { may, type Viewer } from '../access/viewer.ts';
import {
  idsOf,
  listAddress,
  type Order,
  type PageQuery,
  readPageQuery,
  type Source,
  wordsOf,
} from '../lists/list-query.ts';
import type { AccountType, Contact, ContactKind } from './contact.ts';

/** What the list can be sorted by, in the words of the address. */
export const SORTS = ['name', 'email', 'accounts', 'owner', 'user', 'added'] as const;
export type SortKey = (typeof SORTS)[number];

/** Who signs in as whom is for those who may read users. */
export function sortsFor(viewer: Viewer): SortKey[] {
  return SORTS.filter((sort) => sort !== 'user' || may(viewer, 'users', 'read'));
}

export const KINDS: readonly ContactKind[] = ['person', 'company'];
export const ACTIVITIES: readonly Contact['activity'][] = ['active', 'deleted'];
const BY_NAME: Order<SortKey> = { sort: 'name', descending: false };
const FILTERS = ['activity', 'kind', 'account', 'owner', 'tag', 'company'];

/** The whole view of the list, as the address holds it. */
export interface ContactQuery extends PageQuery<SortKey> {
  /** Empty means active. */
  activity: Contact['activity'][];
  kind: ContactKind[];
  account: AccountType[];
  /** `public`, `private` (the viewer's own), or the id of a group. */
  owner: string[];
  tag: (number | string)[];
  /** People of these companies. */
  company: (number | string)[];
}

/** `sorts`: those that the viewer may sort by; an order tells of what it goes by. */
export function readContactQuery(source: Source, sorts: readonly SortKey[], rememberedPer?: number): ContactQuery {
  return {
    ...readPageQuery(source, { sorts, natural: BY_NAME, takes: FILTERS, rememberedPer }),
    activity: wordsOf(source.activity),
    kind: wordsOf(source.kind),
    account: wordsOf(source.account),
    owner: wordsOf(source.owner),
    tag: idsOf(source.tag),
    company: idsOf(source.company),
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function contactsPath(query: ContactQuery, change: Partial<ContactQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  const { activity, kind, account, owner, tag, company } = next;
  return listAddress('/contacts', next, BY_NAME, { activity, kind, account, owner, tag, company });
}
