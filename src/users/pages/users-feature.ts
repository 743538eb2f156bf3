import { findOldestShown } from '../../bulk-operations/bulk-operation-store.ts';
import { HOUR, MINUTE } from '../../clock.ts';
import { pruneFeed } from '../../facets/following/feed.ts';
import type { Feature } from '../../web/feature.ts';
import { remindOfLeaving } from '../actions/leaving-reminders.ts';
import { USER_CHANGES } from '../list/user-index.ts';
import { PROGRAMS_PATH } from '../list/user-list-columns.ts';

export const USERS: Feature = {
  tab: {
    application: 'users',
    label: 'Users',
    href: '/users',
    pages: /^\/(users|bulk-operations|invitations|reviews|saved-views|security|provisioning|overview|idle-accounts)\b/,
  },
  pages: [
    { label: 'Users', path: '/users', icon: 'people', needs: [['users', 'read']] },
    { label: 'Security', path: '/security', icon: 'shield-check', needs: [['users', 'read']] },
    { label: 'API-only users', path: PROGRAMS_PATH, icon: 'apps', needs: [['users', 'read']] },
    { label: 'New User', path: '/users/new', icon: 'person-add', needs: [['users', 'write']] },
    { label: 'New users from a list', path: '/users/new/list', icon: 'people', needs: [['users', 'write']] },
  ],
  longForms: '/users',
  longPages: /^\/users\/new\/list(?:\/\d+)?$/,
  jobs: (app) => [
    {
      name: 'Tell of people who leave soon',
      firstAfter: 5 * MINUTE,
      every: HOUR,
      byOne: true,
      run: () => app.db.write((trx) => remindOfLeaving(trx, app.actSettings, app.clock())),
    },
  ],
  // The sheet of a draft says who changed since its list was shown.
  prune: async (trx) => pruneFeed(trx, USER_CHANGES, await findOldestShown(trx, 'user')),
};
