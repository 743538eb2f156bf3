import type { Application as BuiltIn } from '../../../access/rights.ts';
import { may, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import type { Application } from '../../../applications/application.ts';
import { findApplications } from '../../../applications/application-store.ts';
import { Kept } from '../../../kept.ts';
import { type Choice, type Filter, noSuch } from '../../../lists/list-frame.ts';
import { NONE, toggled } from '../../../lists/list-query.ts';
import { ADMINISTRATOR } from '../../list/derived-sets.ts';
import { isSomeOrigin, originInWords } from '../../list/sign-in-origins.ts';
import type { UserCounts } from '../../list/user-counts.ts';
import { type ListQuery, listPath } from '../../list/user-list-query.ts';
import { NOT_BY_CONTACTS, NOT_BY_RIGHTS } from '../../list/withheld-filters.ts';
import { SOON_DAYS } from '../../user-state.ts';

export const IN_NO_GROUP = 'In no group';
const NO_CONTACT = 'No linked contact';
const ADMINISTRATORS = 'Administrators';

/** What is offered beyond what everybody may know who may read users, and who is told nothing of it. */
export interface Further {
  rights: { value: string; label: string; isWord: boolean }[];
  /** How many there are beside administrators, of whom most are one press away. */
  rest: number;
  seesContacts: boolean;
}

export async function findFurther({ db }: AppContext, viewer: Viewer, query: ListQuery): Promise<Further> {
  const seesContacts = may(viewer, 'contacts', 'read');
  if (!may(viewer, 'groups', 'read')) return { rights: [], rest: 0, seesContacts };
  const applications = await findApplications(db.read);
  const all = keptRights.get([applications], () => applications.flatMap(rightsOn));
  const shown = query.allRights ? all : all.filter(({ value }) => query.right.includes(value));
  return { rights: [ON_EVERYTHING, ...shown], rest: all.length, seesContacts };
}

const ON_EVERYTHING = { value: ADMINISTRATOR, label: ADMINISTRATORS, isWord: true };
const keptRights = new Kept<Further['rights']>();

function rightsOn({ key, name, registered }: Application): Further['rights'] {
  const isWord = registered === undefined;
  return [
    { value: `${key}.write`, label: `May write ${name}`, isWord },
    { value: `${key}.read`, label: `May read ${name}`, isWord },
  ];
}

/** The folds that rest folded: most days nobody needs them. */
export function furtherFilters(query: ListQuery, further: Further, counts: UserCounts | undefined): Filter[] {
  const choice = (
    name: 'contact' | 'starts' | 'leaves' | 'address' | 'right',
    { value, label, isWord = true }: { value: string; label: string; isWord?: boolean },
    count: number | undefined,
  ): Choice => ({
    label,
    value,
    count,
    isChosen: query[name].includes(value),
    isWord,
    path: listPath(query, { [name]: toggled(query[name], value) }),
  });
  const soon = (name: 'starts' | 'leaves') => ({
    choices: SOON_DAYS.map((days, n) =>
      choice(name, { value: String(days), label: soonInWords[name](days) }, counts?.[name][n]),
    ),
    restsFolded: true,
    unknown: (value: string | number) => `${soonInWords[name](SOON_DAYS.join(' or '))}, not “${value}”`,
    // Of most houses nobody does, and then nothing is asked.
    isWithheld: query[name].length === 0 && counts?.[name].every((count) => count === 0),
  });
  const contactless = choice('contact', { value: NONE, label: NO_CONTACT }, counts?.contactless);
  const rights = further.rights.map((right) => choice('right', right, counts?.rights.get(right.value)));
  const addresses = query.address
    .filter(isSomeOrigin)
    .map((value) => choice('address', { value, label: originInWords(value) }, counts?.addresses.get(value)));
  const more = {
    isOpen: query.allRights,
    path: listPath(query, { allRights: !query.allRights }),
    label: query.allRights ? 'fewer' : `${further.rest} more`,
  };
  return [
    { name: 'starts', label: 'Starts on', ...soon('starts') },
    { name: 'leaves', label: 'Leaves on', ...soon('leaves') },
    {
      name: 'contact',
      label: 'Linked contact',
      choices: further.seesContacts ? [contactless] : [],
      unknown: (value) => (further.seesContacts ? `Linked contact: “${NONE}” only, not “${value}”` : NOT_BY_CONTACTS),
      isWithheld: !further.seesContacts,
      restsFolded: true,
    },
    {
      name: 'address',
      label: 'Last sign-in from',
      choices: addresses,
      unknown: noSuch('address or device'),
      // Beside its column, or where something of it is in force: few need it.
      isWithheld: addresses.length === 0 && !query.columns.includes('last_from'),
      asks: { label: 'An address, how it begins, or a device', example: '192.168.1. or Firefox' },
    },
    {
      name: 'right',
      label: 'Rights',
      choices: rights,
      unknown: rights.length > 0 ? noSuch('right') : () => NOT_BY_RIGHTS,
      isWithheld: rights.length === 0,
      restsFolded: true,
      more: further.rest > 0 ? more : undefined,
    },
  ];
}

const soonInWords = {
  starts: (days: number | string) => `Starts within ${days} days`,
  leaves: (days: number | string) => `Leaves within ${days} days`,
};

/** The same for the palette: what the list is called under each of them, for who may read what. */
export const FURTHER_VIEWS: { label: string; path: string; needs?: BuiltIn }[] = [
  { label: IN_NO_GROUP, path: `/users?group=${NONE}` },
  { label: NO_CONTACT, path: `/users?contact=${NONE}`, needs: 'contacts' },
  ...(['starts', 'leaves'] as const).flatMap((name) =>
    SOON_DAYS.map((days) => ({ label: soonInWords[name](days), path: `/users?${name}=${days}` })),
  ),
  { label: ADMINISTRATORS, path: `/users?right=${ADMINISTRATOR}`, needs: 'groups' },
];
