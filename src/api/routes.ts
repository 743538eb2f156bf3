import { AUDIT_ROUTES } from './audit/audit-routes.ts';
import { EVENT_ROUTES } from './audit/event-routes.ts';
import { BULK_ROUTES } from './bulk-operations/bulk-routes.ts';
import { CONTACT_ROUTES } from './contacts/contact-routes.ts';
import type { Route } from './contract/route.ts';
import { APPLICATION_ROUTES } from './groups/application-routes.ts';
import { GROUP_ROUTES } from './groups/group-routes.ts';
import { PERMISSION_ROUTES } from './groups/permission-routes.ts';
import { TAG_ROUTES } from './groups/tag-routes.ts';
import { ACCESS_ROUTES } from './users/access-routes.ts';
import { CHECK_ROUTES } from './users/check-routes.ts';
import { INVITATION_ROUTES } from './users/invitation-routes.ts';
import { SAVED_VIEW_ROUTES } from './users/saved-view-routes.ts';
import { USER_ROUTES } from './users/user-routes.ts';

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
