import { AUDIT_ROUTES } from './audit-routes.ts';
import { CHECK_ROUTES } from './check-routes.ts';
import { CONTACT_ROUTES } from './contact-routes.ts';
import { GROUP_ROUTES } from './group-routes.ts';
import { PERMISSION_ROUTES } from './permission-routes.ts';
import type { Route } from './route.ts';
import { USER_ROUTES } from './user-routes.ts';

/** All that programs can ask for: the map of the interface, and what its description is made of. */
export const ROUTES: Route[] = [
  ...USER_ROUTES,
  ...GROUP_ROUTES,
  ...PERMISSION_ROUTES,
  ...CONTACT_ROUTES,
  ...AUDIT_ROUTES,
  ...CHECK_ROUTES,
];
