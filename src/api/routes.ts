import { ACCESS_ROUTES } from './access-routes.ts';
import { APPLICATION_ROUTES } from './application-routes.ts';
import { AUDIT_ROUTES } from './audit-routes.ts';
import { BULK_ROUTES } from './bulk-routes.ts';
import { CHECK_ROUTES } from './check-routes.ts';
import { CONTACT_ROUTES } from './contact-routes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { GROUP_ROUTES } from './group-routes.ts';
import { INVITATION_ROUTES } from './invitation-routes.ts';
import { PERMISSION_ROUTES } from './permission-routes.ts';
import type { Route } from './route.ts';
import { SAVED_VIEW_ROUTES } from './saved-view-routes.ts';
import { TAG_ROUTES } from './tag-routes.ts';
import { USER_ROUTES } from './user-routes.ts';

/** All that programs can ask for: the map of the interface, and what its description is made of. */
export const ROUTES: Route[] = [
  ...USER_ROUTES,
  ...GROUP_ROUTES,
  ...PERMISSION_ROUTES,
  ...APPLICATION_ROUTES,
  ...TAG_ROUTES,
  ...ACCESS_ROUTES,
  ...INVITATION_ROUTES,
  ...CONTACT_ROUTES,
  ...BULK_ROUTES,
  ...SAVED_VIEW_ROUTES,
  ...AUDIT_ROUTES,
  ...EVENT_ROUTES,
  ...CHECK_ROUTES,
];
