import type { Reader } from '../../db/database.ts';
import { findGroups } from '../../groups/group-store.ts';
import { type Choice, type Filter, moreTags, noSuch } from '../../lists/list-frame.ts';
import { toggled } from '../../lists/list-query.ts';
import type { Tag } from '../../tags/tag-store.ts';
import { ACCOUNT_TYPES, type AccountType, type ContactViewer, seesPublic } from '../contact.ts';
import type { ContactCounts } from '../contact-list.ts';
import { ACTIVITIES, type ContactQuery, contactsPath, KINDS } from '../contact-list-query.ts';
import { findContactNames } from '../contact-store.ts';

const LABELS: Record<string, string> = {
  active: 'Active',
  deleted: 'Deleted',
  person: 'Persons',
  company: 'Companies',
  public: 'Public',
  private: 'Private',
};

interface Filtered {
  viewer: ContactViewer;
  query: ContactQuery;
  list: {
    total: number;
    /** Not there where nothing can be counted yet. */
    counts?: ContactCounts;
  };
  tags: Tag[];
}

/** By what the list of contacts is filtered: each choice with how many it has and the address that it leads to. */
export async function contactFilters(db: Reader, { viewer, query, list, tags }: Filtered): Promise<Filter[]> {
  const { counts, total } = list;
  const choice = <T extends string | number>(
    name: keyof ContactQuery,
    value: T,
    label: string,
    count: number | undefined,
  ): Choice => {
    const chosen = query[name] as T[];
    return {
      label,
      value,
      count,
      isChosen: chosen.includes(value),
      path: contactsPath(query, { [name]: toggled(chosen, value) }),
    };
  };
  const owners = [
    ...(seesPublic(viewer) ? ['public'] : []),
    'private',
    ...(await findGroups(db, [...viewer.groupIds])).map((group) => ({ value: String(group.id), label: group.name })),
  ].map((one) => (typeof one === 'string' ? { value: one, label: LABELS[one] } : one));
  const sizeOf = ({ id }: Tag) => counts?.tag.get(id)?.size ?? 0;
  const companyIds = query.company.filter((id) => typeof id === 'number');
  const companies = await findContactNames(db, viewer, companyIds);
  return [
    {
      name: 'kind',
      label: 'Kind',
      unknown: noSuch('kind'),
      choices: KINDS.map((one) => choice('kind', one, LABELS[one], counts?.kind.get(one))),
    },
    {
      name: 'account',
      label: 'Account type',
      unknown: noSuch('account type'),
      choices: ACCOUNT_TYPES.map((one) => choice('account', one, labelOf(one), counts?.account.get(one))),
    },
    {
      name: 'owner',
      label: 'Owner',
      unknown: noSuch('owner'),
      choices: owners.map(({ value, label }) => choice('owner', value, label, counts?.owner.get(value))),
    },
    {
      name: 'tag',
      label: 'Tags',
      unknown: noSuch('tag'),
      choices: tags
        .toSorted((a, b) => sizeOf(b) - sizeOf(a))
        .map((one) => choice('tag', one.id, one.name, counts?.tag.get(one.id)?.count)),
      more: counts?.hasMoreTags ? moreTags(contactsPath(query)) : undefined,
    },
    {
      name: 'activity',
      label: 'Activity',
      unknown: noSuch('activity'),
      choices: ACTIVITIES.map((one) => choice('activity', one, LABELS[one], counts?.activity.get(one))),
    },
    // Only by a link of a company's record: there may be thousands.
    ...(query.company.length > 0
      ? [
          {
            name: 'company',
            label: 'Company',
            unknown: noSuch('company'),
            choices: companyIds.map((id) =>
              choice('company', id, companies.get(id) ?? 'a company that you may not see', counts && total),
            ),
          },
        ]
      : []),
  ];
}

function labelOf(type: AccountType): string {
  return type[0].toUpperCase() + type.slice(1);
}
