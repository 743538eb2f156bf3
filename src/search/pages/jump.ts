import { ACTIVITIES, type Activity } from '../../access/activity.ts';
import { may, mayAdminister, type Viewer } from '../../access/viewer.ts';
import { findBulkAction } from '../../bulk-operations/actions/bulk-subjects.ts';
import { isAsking } from '../../bulk-operations/asking-action.ts';
import { minuteOf } from '../../clock.ts';
import { searchContacts } from '../../contacts/contact-search.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { groupsCalled } from '../../groups/group-suggestions.ts';
import { findVisibleViews } from '../../saved-views/saved-view-store.ts';
import type { SignedIn } from '../../sessions/signed-in.ts';
import { findTags } from '../../tags/tag-store.ts';
import { fold, foldTyped, isNamed } from '../../text/text.ts';
import { USER_OPERATIONS } from '../../users/actions/operations/user-operations.ts';
import type { UserAction } from '../../users/actions/user-action.ts';
import { USER_ACTIONS } from '../../users/actions/user-actions.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { findUsersCalled } from '../../users/list/user-suggestions.ts';
import { FURTHER_VIEWS } from '../../users/pages/list/further-filters.ts';
import { offeredActions, offeredOperations } from '../../users/pages/record/offered-actions.ts';
import { STATE_LABELS } from '../../users/state-labels.ts';
import type { Subject, User } from '../../users/user.ts';
import { STATES, type State, type StateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import { NOT_YOURS } from '../../verbs/outcome.ts';
import type { Feature } from '../../web/feature.ts';
import type { Destination } from './destination.ts';
import { type Doable, findOperations, operationOn, operationsFor } from './operation-destinations.ts';

const USERS_SHOWN = 8;
const GROUPS_SHOWN = 5;
const CONTACTS_SHOWN = 5;
const TAGS_SHOWN = 5;
const VIEWS_SHOWN = 5;
/** Shorter beginnings of an action would catch too many names. */
const SHORTEST_ACTION = 3;

const OWN_MENU: Destination[] = [
  { label: 'My access', path: '/me', icon: 'person' },
  { label: 'Ask for access', path: '/access-requests/new', icon: 'unlock' },
  { label: 'My credentials', path: '/credentials', icon: 'key' },
  { label: 'Preferences', path: '/preferences', icon: 'gear' },
  { label: 'Keyboard shortcuts', path: '/shortcuts', icon: 'command-palette', isDialog: true },
  { label: 'Light theme', path: '/preferences', icon: 'gear', sends: [['theme', 'light']] },
  { label: 'Dark theme', path: '/preferences', icon: 'gear', sends: [['theme', 'dark']] },
  { label: 'Automatic theme', path: '/preferences', icon: 'gear', sends: [['theme', 'auto']] },
  { label: 'Sign out', path: '/session', icon: 'sign-out', sends: [['_method', 'delete']] },
];

/** No action is called by more; one letter that was typed may stand for four words (R81). */
const MOST_WORDS = 8;

export interface Section {
  label: string;
  items: Destination[];
}

interface Sources {
  db: Reader;
  index: UserIndex;
  limits: StateLimits;
  viewer: SignedIn;
  features: Feature[];
}

/** Where somebody may want to go who types this: to an action on a user, a user, a group or a page. */
export async function findDestinations(sources: Sources, text: string): Promise<Section[]> {
  const pages = pagesOf(sources.viewer, sources.features).filter((page) => isNamed(page.label, text));
  const begun = text.trim() ? pages.filter((page) => fold(page.label).startsWith(foldTyped(text))) : [];
  const sections: Section[] = [
    { label: 'Pages', items: begun },
    { label: 'Actions', items: [...(await findActions(sources, text)), ...beginningsOf(sources.viewer, text)] },
    { label: 'Users', items: text.trim() ? (await findUsers(sources, text)).map(userOf) : [] },
    { label: 'Groups', items: text.trim() ? await findGroupsOf(sources, text) : [] },
    { label: 'Contacts', items: text.trim() ? await findContactsOf(sources, text) : [] },
    { label: 'Saved views', items: text.trim() ? await findSavedViews(sources, text) : [] },
    { label: 'Filters', items: text.trim() ? await findFilters(sources, text) : [] },
    { label: begun.length > 0 ? 'More pages' : 'Pages', items: pages.filter((page) => !begun.includes(page)) },
    { label: 'Your menu', items: OWN_MENU.filter((item) => isNamed(item.label, text)) },
  ];
  return sections.filter((section) => section.items.length > 0);
}

/** "deactivate maria": the beginning of an action, then whom it is for. What would be refused is said instead, last. */
async function findActions(sources: Sources, text: string): Promise<Destination[]> {
  const { viewer } = sources;
  const words = foldTyped(text).split(' ').filter(Boolean);
  for (let taken = Math.min(words.length - 1, MOST_WORDS); taken > 0; taken--) {
    const start = words.slice(0, taken);
    if (start.join(' ').length < SHORTEST_ACTION) continue;
    const name = words.slice(taken).join(' ');
    const found = [
      ...(may(viewer, 'users', 'write') ? await findUserActions(sources, start, name) : []),
      ...(await findOperations(sources, (names) => isCalled(names, start), name)),
    ];
    if (found.length > 0) return found;
  }
  return [];
}

async function findUserActions(sources: Sources, start: string[], name: string): Promise<Destination[]> {
  const { viewer } = sources;
  const meant = USER_ACTIONS.filter((action) => isCalled(namesOf(action), start));
  const asking = USER_OPERATIONS.filter((action) => isAsking(action) && isCalled(namesOf(action), start));
  const isEdit = isCalled(['Edit'], start);
  if (meant.length + asking.length === 0 && !isEdit) return [];
  const users = await findUsers(sources, name, ACTIVITIES);
  const ids = users.map((user) => user.id);
  const subjects = (await findSubjects(sources.db, ids, minuteOf(sources.limits.now))).toSorted(
    (a, b) => ids.indexOf(a.id) - ids.indexOf(b.id),
  );
  return [
    ...subjects.filter((user) => isEdit && mayAdminister(viewer, user)).map(editingOf),
    ...subjects.flatMap((user) => offeredOf(viewer, user, meant)),
    ...subjects.flatMap((user) =>
      offeredOperations(viewer, user)
        .filter((operation) => asking.includes(operation))
        .map((operation) => operationOn('user', { ...user, note: user.email ?? '' }, operation)),
    ),
    ...subjects.flatMap((user) => refusedOf(viewer, user, meant, isEdit)),
  ];
}

/** "deactivate" alone: who is meant is still to be typed, or is somebody whose state calls for it. */
function beginningsOf(viewer: Viewer, text: string): Destination[] {
  const typed = foldTyped(text).split(' ').filter(Boolean);
  if (typed.join(' ').length < SHORTEST_ACTION) return [];
  const ofUsers = may(viewer, 'users', 'write')
    ? [...USER_ACTIONS.toReversed(), ...USER_OPERATIONS.filter((one) => isAsking(one))]
    : [];
  const all = [...ofUsers.map((one): Doable => ({ ...one, subjectType: 'user' })), ...operationsFor(viewer)];
  const called = all.flatMap((action) => {
    const name = namesOf(action).find((one) => isCalled([one], typed));
    return name ? [{ name, action }] : [];
  });
  return [...Map.groupBy(called, ({ name }) => name)].flatMap(([name, those]): Destination[] => {
    const [{ action }] = those;
    const completes = `${name} `;
    const does = those.flatMap(({ action: { subjectType, name: does } }) =>
      findBulkAction(subjectType, does) ? [{ subjectType, action: does }] : [],
    );
    const begun = { label: `${name} …`, note: 'go on with a name', icon: action.icon, completes, does };
    const { calledForBy: states = [] } = action as Partial<UserAction>;
    return [{ ...begun, path: `/search?${new URLSearchParams({ q: completes })}` }, ...states.map(filterOf)];
  });
}

/** What people call it, its own name first. */
function namesOf({ label, otherNames = [] }: { label: string; otherNames?: string[] }): string[] {
  return [label, ...otherNames];
}

function filterOf(state: State): Destination {
  return { label: `Users: ${STATE_LABELS[state]}`, path: `/users?state=${state}`, icon: 'filter' };
}

/** The list of users under one filter of its sidebar. */
async function findFilters({ db, viewer }: Sources, text: string): Promise<Destination[]> {
  if (!may(viewer, 'users', 'read')) return [];
  const activities = (['Deactivated', 'Deleted'] as const).map((label) => ({ label, activity: label.toLowerCase() }));
  const tags = (await findTags(db, 'user')).filter((tag) => isNamed(tag.name, text)).slice(0, TAGS_SHOWN);
  return [
    ...STATES.filter((state) => isNamed(STATE_LABELS[state], text)).map(filterOf),
    ...activities
      .filter(({ label }) => isNamed(label, text))
      .map(
        ({ label, activity }): Destination => ({
          label: `Users: ${label}`,
          path: `/users?activity=${activity}`,
          icon: 'filter',
        }),
      ),
    ...FURTHER_VIEWS.filter(({ label, needs = 'users' }) => isNamed(label, text) && may(viewer, needs, 'read')).map(
      ({ label, path }): Destination => ({ label: `Users: ${label}`, path, icon: 'filter' }),
    ),
    ...tags.map(
      ({ id, name }): Destination => ({ label: `Users tagged ${name}`, path: `/users?tag=${id}`, icon: 'filter' }),
    ),
  ];
}

/** Own ones, and those that others share. */
async function findSavedViews({ db, viewer }: Sources, text: string): Promise<Destination[]> {
  if (!may(viewer, 'users', 'read')) return [];
  return (await findVisibleViews(db, viewer.id))
    .filter(({ name }) => isNamed(name, text))
    .slice(0, VIEWS_SHOWN)
    .map(({ name, address, ownerId, ownerName }) => ({
      label: name,
      path: address,
      icon: 'filter',
      note: ownerId === viewer.id ? undefined : `shared by ${ownerName}`,
    }));
}

/** Whether what was typed begins one of these names, and goes on with beginnings of its words: "reset att". */
function isCalled(names: string[], typed: string[]): boolean {
  return names.some((name) => {
    const words = fold(name).split(' ');
    return words[0].startsWith(typed[0]) && typed.every((one) => words.some((word) => word.startsWith(one)));
  });
}

function editingOf(user: User): Destination {
  return { label: `Edit: ${user.name}`, path: `/users/${user.id}/edit`, icon: 'pencil', note: user.email ?? undefined };
}

function offeredOf(viewer: Viewer, user: Subject, meant: UserAction[]): Destination[] {
  return offeredActions(viewer, user)
    .filter((offered) => meant.includes(offered.action))
    .map(({ label, path, icon }) => ({
      label: `${label}: ${user.name}`,
      path,
      icon,
      note: user.email ?? undefined,
      isDialog: true,
    }));
}

/** Each reason once, with the way to the record. */
function refusedOf(viewer: Viewer, user: Subject, meant: UserAction[], isEdit: boolean): Destination[] {
  const refusals = meant.map((action) => action.refusalOf(viewer, user)?.reason);
  if (isEdit && !mayAdminister(viewer, user)) refusals.push(NOT_YOURS);
  return [...new Set(refusals)]
    .filter((reason) => reason !== undefined)
    .map((reason) => ({
      label: `${user.name} ${reason}`,
      path: `/users/${user.id}`,
      icon: 'info',
      note: user.email ?? undefined,
    }));
}

async function findUsers(sources: Sources, text: string, activity: readonly Activity[] = []) {
  return (await findUsersCalled(sources, text, { activity })).slice(0, USERS_SHOWN);
}

function userOf(user: { id: number; name: string; email: string | null }): Destination {
  return { label: user.name, note: user.email ?? undefined, path: `/users/${user.id}`, user };
}

/** All, or for who may not read them those that they lead. */
export async function findGroupsOf(
  { index, viewer }: Pick<Sources, 'index' | 'viewer'>,
  text: string,
): Promise<Destination[]> {
  const mayRead = may(viewer, 'groups', 'read');
  if (!mayRead && viewer.leads.length === 0) return [];
  await index.groups.refresh();
  return groupsCalled(index.groups.named(mayRead ? undefined : viewer.leads), text)
    .slice(0, GROUPS_SHOWN)
    .map(({ id, name }) => ({ label: name, path: mayRead ? `/groups/${id}` : `/led-groups/${id}`, icon: 'people' }));
}

export async function findContactsOf(
  { db, viewer, limits }: Pick<Sources, 'db' | 'viewer' | 'limits'>,
  text: string,
): Promise<Destination[]> {
  const contactViewer = await findContactViewer(db, viewer, minuteOf(limits.now));
  const contacts = await searchContacts(db, contactViewer, text, { limit: CONTACTS_SHOWN });
  return contacts.map(({ id, kind, name, email, companyName }) => ({
    label: name,
    note: companyName ?? email ?? undefined,
    path: `/contacts/${id}`,
    icon: kind === 'person' ? 'id-badge' : 'organization',
  }));
}

function pagesOf(viewer: Viewer, features: Feature[]): Destination[] {
  return features
    .flatMap((feature) => feature.pages ?? [])
    .filter(({ needs }) => needs.every(([application, level]) => may(viewer, application, level)))
    .map(({ label, path, icon }) => ({ label, path, icon }));
}
