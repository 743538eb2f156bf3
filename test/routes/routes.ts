import type { Classified, Route } from './route.ts';
import { CONTACTS } from './table/contacts.ts';
import { CREDENTIALS } from './table/credentials.ts';
import { GROUPS } from './table/groups.ts';
import { LEADING } from './table/leading.ts';
import { LISTS } from './table/lists.ts';
import { OPERATIONS } from './table/operations.ts';
import { PROGRAMS } from './table/programs.ts';
import { SIGNING_IN } from './table/signing-in.ts';
import { USER_ACTIONS } from './table/user-actions.ts';
import { USERS } from './table/users.ts';
import { WORKSPACE } from './table/workspace.ts';

/** Every route there is. What nobody classified here fails the run, and so does what is here and no longer there. */
export const ROUTES: Record<string, Classified> = {
  ...CREDENTIALS,
  ...PROGRAMS,
  ...USER_ACTIONS,
  ...USERS,
  ...GROUPS,
  ...CONTACTS,
  ...OPERATIONS,
  ...SIGNING_IN,
  ...LISTS,
  ...WORKSPACE,
  // Last: among it a leader takes Bob out of Support, and many tests use one house, one after the other.
  ...LEADING,
};

export const routes: Route[] = Object.entries(ROUTES).map(([name, classified]) => {
  const [method, pattern] = name.split(' ');
  return { name, method, pattern, ...classified };
});
export const changing = routes.filter((route) => route.change !== undefined);
