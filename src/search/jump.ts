import { dayOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findGroups } from '../groups/group-store.ts';
import { fold } from '../text.ts';
import { offeredActions } from '../users/offered-actions.ts';
import { may, type Viewer } from '../users/user.ts';
import { ACTION_PAGES } from '../users/user-actions-controller.ts';
import type { UserIndex } from '../users/user-index.ts';
import { listUsers } from '../users/user-list.ts';
import { readListQuery } from '../users/user-list-query.ts';
import type { StateLimits } from '../users/user-state.ts';
import { findSubjects } from '../users/user-store.ts';
import type { Icon } from '../web/icons.ts';

const USERS_SHOWN = 8;
/** So many are looked at for those that fit best. */
const USERS_RANKED = 100;
const GROUPS_SHOWN = 5;
/** Shorter beginnings of an action would catch too many names. */
const SHORTEST_ACTION = 3;

export interface Destination {
  label: string;
  path: string;
  note?: string;
  icon?: Icon;
  user?: { id: number; name: string };
  /** Whether it is a page of one thing to do, which may stand in a dialog. */
  isDialog?: boolean;
}

export interface Section {
  label: string;
  items: Destination[];
}

interface Sources {
  db: Reader;
  index: UserIndex;
  limits: StateLimits;
  viewer: Viewer;
}

/** Where somebody may want to go who types this: to an action on a user, a user, a group or a page. */
export async function findDestinations(sources: Sources, text: string): Promise<Section[]> {
  const sections: Section[] = [
    { label: 'Actions', items: await findActions(sources, text) },
    { label: 'Users', items: text.trim() ? (await findUsers(sources, text)).map(userOf) : [] },
    { label: 'Groups', items: text.trim() ? await findGroupsOf(sources, text) : [] },
    { label: 'Pages', items: pagesOf(sources.viewer).filter((page) => isNamed(page.label, text)) },
  ];
  return sections.filter((section) => section.items.length > 0);
}

/** "deactivate maria": the beginning of an action, then whom it is for; offered where it would not be refused. */
async function findActions(sources: Sources, text: string): Promise<Destination[]> {
  if (!may(sources.viewer, 'users', 'write')) return [];
  const words = fold(text).split(' ').filter(Boolean);
  for (let taken = words.length - 1; taken > 0; taken--) {
    const start = words.slice(0, taken).join(' ');
    const meant = ACTION_PAGES.filter((page) => fold(page.label).startsWith(start)).map((page) => page.action);
    if (start.length < SHORTEST_ACTION || meant.length === 0) continue;
    const users = await findUsers(sources, words.slice(taken).join(' '));
    const subjects = await findSubjects(
      sources.db,
      users.map((user) => user.id),
      dayOf(sources.limits.now),
    );
    return subjects.flatMap((user) =>
      offeredActions(sources.viewer, user)
        .filter((offered) => meant.includes(offered.action))
        .map(({ label, path, icon }) => ({
          label: `${label}: ${user.name}`,
          path,
          icon,
          note: user.email,
          isDialog: true,
        })),
    );
  }
  return [];
}

async function findUsers({ db, index, limits, viewer }: Sources, text: string) {
  if (!may(viewer, 'users', 'read')) return [];
  const query = { ...readListQuery({ q: text }), per: USERS_RANKED };
  const { users } = await listUsers(db, index, query, limits);
  // Whoever types a whole name means that one, and next to it those that begin with it.
  const typed = fold(text);
  const rank = (user: { name: string; email: string }) => {
    const names = [fold(user.name), fold(user.email)];
    return names.includes(typed) ? 2 : Number(names.some((name) => name.startsWith(typed)));
  };
  return users.toSorted((a, b) => rank(b) - rank(a)).slice(0, USERS_SHOWN);
}

function userOf(user: { id: number; name: string; email: string }): Destination {
  return { label: user.name, note: user.email, path: `/users/${user.id}`, user };
}

async function findGroupsOf({ db, viewer }: Sources, text: string): Promise<Destination[]> {
  if (!may(viewer, 'groups', 'read')) return [];
  return (await findGroups(db))
    .filter((group) => isNamed(group.name, text))
    .slice(0, GROUPS_SHOWN)
    .map((group) => ({ label: group.name, path: `/groups/${group.id}`, icon: 'people' }));
}

function pagesOf(viewer: Viewer): Destination[] {
  const pages: (Destination & { isOpen: boolean })[] = [
    { label: 'Users', path: '/users', icon: 'people', isOpen: may(viewer, 'users', 'read') },
    { label: 'New User', path: '/users/new', icon: 'person-add', isOpen: may(viewer, 'users', 'write') },
    { label: 'Invitations', path: '/invitations', icon: 'mail', isOpen: may(viewer, 'users', 'read') },
    { label: 'Past bulk operations', path: '/bulk-operations', icon: 'history', isOpen: may(viewer, 'users', 'read') },
    { label: 'Groups', path: '/groups', icon: 'organization', isOpen: may(viewer, 'groups', 'read') },
    { label: 'Audit', path: '/audit', icon: 'log', isOpen: may(viewer, 'audit', 'read') },
    { label: 'My credentials', path: '/credentials', icon: 'key', isOpen: true },
    { label: 'Preferences', path: '/preferences', icon: 'gear', isOpen: true },
    { label: 'Keyboard shortcuts', path: '/shortcuts', icon: 'command-palette', isDialog: true, isOpen: true },
  ];
  return pages.filter((page) => page.isOpen);
}

function isNamed(name: string, text: string): boolean {
  const folded = fold(name);
  return fold(text)
    .split(' ')
    .every((word) => folded.includes(word));
}
